"""Pins: switches and LEDs on gpiozero, and a pin factory for any gpiozero program.

This package imports `errors`, `files`, `config` and `learning.tables`, and never NumPy. Read it in
this order: `gpiochip` finds the header's chip, claims its lines and says who holds a busy one; `pin` and
`factory` are the gpiod pin factory, `listener` its thread; `board` chooses the factory that [board] names,
reads switches and drives LEDs; `simulated` does so without a Raspberry Pi; `leftovers` turns off what a
killed run left on.
"""
