"""A process beside the gate's own: how one is started, kept up and talked with, and how seldom one may complain.

What the live page and MQTT share: each lives in a process of its own, so that nothing it does can delay the loop.
It imports errors alone. Read `process`, then `pipe` and `sparse`.
"""
