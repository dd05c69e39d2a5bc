"""Pins: switches and LEDs on gpiozero, and a pin factory for it."""
