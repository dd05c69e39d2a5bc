"""The live page: a process of its own that shows what the gate thinks, and how it learned.

The gate's process sends it typed messages through a pipe and receives requests the same way; however many
people look, and whatever they send, the loop shares neither thread nor interpreter with them.

It imports errors, files, learning, config and report; never gate or pins: it is handed plain data and a few
functions. Read `messages` (what goes through the pipe), `page` and `browser` (the gate's side), then the page's
process: `__main__`; `state`, `packing` and `feed`; `server` (routes), `requests` (what a browser may ask), `guard` (who
may), `connections` (uvicorn: slow clients, the log). `static/` is what the browser runs.
"""
