"""Small programs as gpiozero's users write them, run inside the machine on any pin factory.

`python -m tests.system.gpiozero_programs` prints what they saw, as JSON.
"""

import json
import threading
import time

from gpiozero import LED, Button, ButtonBoard, DigitalInputDevice, GPIOPinInUse, LEDBoard

from tests.system import guest


def button() -> list[str]:
    """A bouncing button is pressed, held and let go: a callback for each."""
    events: list[str] = []
    with Button(17, bounce_time=0.05, hold_time=0.4) as pressed:
        pressed.when_pressed = lambda: events.append("pressed")
        pressed.when_held = lambda: events.append("held")
        pressed.when_released = lambda: events.append("released")
        for level in (1, 0, 1, 0, 1):
            guest.set_switch(17, level)
        time.sleep(1)
        for level in (0, 1, 0, 1, 0):
            guest.set_switch(17, level)
        time.sleep(0.5)
    return events


def blink() -> list[int]:
    """A LED blinks three times: the levels of its line, as they change."""
    seen: list[int] = []
    with LED(18) as led:
        led.blink(on_time=0.4, off_time=0.4, n=3)
        until = time.monotonic() + 4
        last = 0
        while time.monotonic() < until:
            if (level := guest.led(18)) != last:
                seen.append(level)
                last = level
    return seen


def source() -> list[int]:
    """A LED whose source is a button shows it."""
    seen = []
    with Button(17) as pressed, LED(18) as led:
        led.source = pressed
        for level in (1, 0):
            guest.set_switch(17, level)
            guest.wait_for_led(level)
            seen.append(guest.led(18))
    return seen


def wait() -> list[bool]:
    """Waiting ends when the switch closes, and when the time is over."""
    with DigitalInputDevice(27, pull_up=True) as switch:
        threading.Timer(0.3, guest.set_switch, [27, 1]).start()
        active = switch.wait_for_active(timeout=5)
        still = switch.wait_for_inactive(timeout=0.3)
        threading.Timer(0.3, guest.set_switch, [27, 0]).start()
        return [active, still, switch.wait_for_inactive(timeout=5)]


def boards() -> list[list[int]]:
    """Several buttons and several LEDs as one device each."""
    guest.set_switches("101")
    with ButtonBoard(17, 27, 22) as buttons, LEDBoard(5, 6, 13) as leds:
        time.sleep(0.3)
        leds.value = tuple(buttons.value)
        seen = [list(buttons.value), [guest.led(pin) for pin in (5, 6, 13)]]
    guest.set_switches("000")
    return seen


def taken() -> str:
    """A pin that is in use is refused."""
    with LED(18):
        try:
            Button(18).close()
        except GPIOPinInUse:
            return "GPIOPinInUse"
    return "not refused"


def reopened() -> list[int]:
    """A pin closed can be opened again, as something else and back."""
    seen = []
    for _ in range(2):
        with LED(18) as led:
            led.on()
            seen.append(guest.led(18))
        with Button(18) as pressed:
            pressed.close()
    with LED(18):
        seen.append(guest.led(18))
    return seen


if __name__ == "__main__":
    guest.set_switches("000")
    print(
        json.dumps({program.__name__: program() for program in (button, blink, source, wait, boards, taken, reopened)})
    )
