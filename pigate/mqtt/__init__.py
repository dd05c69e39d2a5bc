"""Many gates: a process of its own that publishes what the gate thinks to an MQTT broker, and hears other gates.

It imports errors, files, child, learning.tables, report and settings; never gate or pins: it is handed plain data and a
function. Read `topics` (what is published where), `messages` (what goes through the pipe), `link` (the gate's side),
then the process: `__main__`, `broker` and `session` (one connection to the broker, and the next), `outbox` (not too
much at once), `inputs` (topics that are inputs), `discovery` (Home Assistant). `fleet` and `watch` are `pigate fleet`.
"""
