"""What a gpiozero user would write instead: an LED that follows the first of three buttons."""

import signal
import sys

from gpiozero import LED, Button

*switches, output = map(int, sys.argv[1:])
led = LED(output)
buttons = [Button(gpio) for gpio in switches]
buttons[0].when_pressed = led.on
buttons[0].when_released = led.off
for other in buttons[1:]:
    other.when_pressed = other.when_released = lambda: None
print("ready", flush=True)
signal.pause()
