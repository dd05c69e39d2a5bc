"""A process beside the gate's own: how it is started, kept up, fed and heard, and how seldom it may complain.

What the live page and MQTT share: each lives in a process of its own, so that nothing it does can delay the loop.
It imports errors alone. Read `process` (the gate's side), `inside` (the other), then `pipe` and `sparse`.
"""
