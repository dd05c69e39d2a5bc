"""From the edge of a switch to the LED, on gpiozero's mock pins: pigate's loop against `led.source = button`."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from gpiozero import LED, Button
from gpiozero.pins.mock import MockFactory

from pigate import TruthTable, train
from pigate.gate.loop import Loop
from pigate.gate.systemd import Systemd
from pigate.learning.training import Trained
from pigate.pins.simulated import SimulatedBoard
from pigate.report import Snapshot
from pigate.settings import BoardSettings

from .figure import Figure

FLIPS = 500

#: Between two flips, in seconds, give or take a half.
PAUSE_S = 0.02


def figures() -> Iterator[Figure]:
    """Flip a switch at random moments and wait for the LED, first with pigate, then with `source`."""
    what = "switch edge to LED, settle_s = 0"
    yield Figure(what, "ms", _pigate(), "gpiozero led.source = button", _source(), 1 / 20)


def _pigate() -> list[float]:
    board = instant_board()
    try:
        return flip_gate(board, train(TruthTable.named("xor")), lambda _snapshot: None, FLIPS, PAUSE_S)
    finally:
        board.close()


def instant_board() -> SimulatedBoard:
    """Return a simulated board that takes a switch's word at once."""
    return SimulatedBoard(msgspec.structs.replace(BoardSettings(), settle_s=0.0))


def flip_gate(
    board: SimulatedBoard, trained: Trained, receive: Callable[[Snapshot], None], flips: int, pause_s: float
) -> list[float]:
    """Run the gate and flip its first switch; return the time of each flip, in milliseconds."""
    decided = threading.Event()

    def published(snapshot: Snapshot, _answered: bool) -> None:
        receive(snapshot)
        decided.set()

    loop = Loop(board, trained, Systemd({}), published)
    thread = threading.Thread(target=loop.run)
    thread.start()
    decided.wait()
    # Of three switches that agree, one that moves turns the LED off, and back on.
    pins = board.settings
    taken = _flip(board.factory.pin(pins.inputs[0]), board.factory.pin(pins.outputs[0]), flips, pause_s)
    loop.post(loop.stop)
    thread.join()
    return taken


def _source() -> list[float]:
    factory = MockFactory()
    with Button(17, pin_factory=factory) as button, LED(18, pin_factory=factory) as led:
        led.source = button
        return _flip(button.pin, led.pin, FLIPS, PAUSE_S)


def _flip(switch: Any, led: Any, flips: int, pause_s: float) -> list[float]:
    """Return the time of each flip, in milliseconds, from before the switch's change to after the LED's."""
    edge, change = _Watch(switch), _Watch(led)
    taken = []
    generator = random.Random(1)
    for number in range(flips):
        time.sleep(generator.uniform(pause_s / 2, pause_s * 3 / 2))
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
