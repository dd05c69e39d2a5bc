"""From the edge of a switch to the LED, on gpiozero's mock pins: pigate's loop against `led.source = button`."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import msgspec
from gpiozero import LED, Button
from gpiozero.pins.mock import MockFactory

from pigate import TruthTable, train
from pigate.config import BoardSettings
from pigate.loop import Loop
from pigate.notify import Notifier
from pigate.simulated import SimulatedBoard

from .figure import Figure

FLIPS = 500


def figure() -> Figure:
    """Flip a switch at random moments and wait for the LED, first with pigate, then with `source`."""
    what = "switch edge to LED, settle_s = 0"
    return Figure(what, "ms", _pigate(), "gpiozero led.source = button", _source(), 1 / 20)


def _pigate() -> list[float]:
    settings = msgspec.structs.replace(BoardSettings(), settle_s=0.0)
    board = SimulatedBoard(settings)
    decided = threading.Event()
    loop = Loop(board, train(TruthTable.named("xor")), Notifier({}), lambda _snapshot, _answered: decided.set())
    thread = threading.Thread(target=loop.run)
    thread.start()
    decided.wait()
    # Of three switches that agree, one that moves turns the LED off, and back on.
    taken = _flip(board.factory.pin(settings.inputs[0]), board.factory.pin(settings.outputs[0]))
    loop.post(loop.stop)
    thread.join()
    board.close()
    return taken


def _source() -> list[float]:
    factory = MockFactory()
    with Button(17, pin_factory=factory) as button, LED(18, pin_factory=factory) as led:
        led.source = button
        return _flip(button.pin, led.pin)


def _flip(switch: Any, led: Any) -> list[float]:
    """Return the time of each flip, in milliseconds, from before the switch's change to after the LED's."""
    edge, change = _Watch(switch), _Watch(led)
    taken = []
    generator = random.Random(1)
    for number in range(FLIPS):
        time.sleep(generator.uniform(0.01, 0.03))
        change.seen.clear()
        (switch.drive_high if number % 2 else switch.drive_low)()
        change.seen.wait()
        taken.append((change.after - edge.before) * 1e3)
    return taken


class _Watch:
    """Notes the times around a mock pin's last change."""

    def __init__(self, pin: Any) -> None:
        self.before = self.after = 0.0
        self.seen = threading.Event()
        self._change = pin._change_state
        pin._change_state = self._noted

    def _noted(self, value: bool) -> bool:
        before = time.perf_counter()
        changed: bool = self._change(value)
        if changed:
            self.before, self.after = before, time.perf_counter()
            self.seen.set()
        return changed
