"""The gate: one run, from the proof to the last decision.

The only room that sees both pins and learning; may import every other but the commands. Read `run`,
which puts a run together, then `loop` and `debounce`, the way from a switch to the LED. `learn`, `reload`
and `trainer` bring a proved network; `console` reads standard input, `writer` writes standard output and
error, `progress` shows a long training, `signals` and `systemd` talk with the system.
"""
