"""Pins: switches and LEDs on gpiozero, and a pin factory for any gpiozero program.

This package imports `errors`, `files`, `config` and `learning.tables`, and never NumPy. Read it in
this order: `gpiochip` finds the header's chip and claims its lines; `pin` and `factory` are the pin
factory, `listener` its thread; `board` reads switches and drives LEDs on any factory, `simulated`
does so without a Raspberry Pi; `leftovers` turns off what a killed run left on.
"""
