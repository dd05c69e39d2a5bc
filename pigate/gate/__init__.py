"""The gate: one run, from the proof to the last decision.

The only room that sees both pins and training; it imports neither `cli`, `commands` nor `options`.
Read `run`, which puts a run together and hands each decision to those who watch (`_receive`: the writer, the
page, yours), then `loop` and `debounce`, the way from a switch to the LED; `loop` also makes it blink. `learn`
trains and proves at the start, and shows a long training; `reload` does it again for `systemctl reload`, `trainer` for
a teach button, which `teacher` obeys, and for the page's *Train again*. `console` reads standard input, `writer` writes
standard output and error, `signals` and `systemd` talk with the system.
"""
