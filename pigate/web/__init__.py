"""The live page: a process of its own that shows what the gate thinks, and how it learned.

The gate's process feeds it lines of JSON and takes its requests in the same form; however many
people look, and whatever they send, the loop shares neither thread nor interpreter with them.
"""
