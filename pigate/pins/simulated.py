"""The simulated board: the same `Board` on gpiozero's mock pins, and hands for its switches."""

from __future__ import annotations

import os
from contextlib import suppress

import msgspec
from gpiozero.pins import PinInfo
from gpiozero.pins.mock import MockFactory, MockPin

from ..config import BoardSettings
from ..learning.tables import TruthTable
from .board import Board

#: What a mock pin remembers of its past; gpiozero's own grows for ever.
MOST_STATES = 1000


class SimulatedPin(MockPin):  # type: ignore[misc]  # gpiozero is untyped
    """A mock pin that, once watched, makes a descriptor readable when it is driven.

    Driving it is for any thread; watching for one.
    """

    def __init__(self, factory: MockFactory, info: PinInfo) -> None:
        self._ends: tuple[int, int] | None = None
        super().__init__(factory, info)

    def watch(self) -> int:
        """Return the descriptor that a change makes readable."""
        if self._ends is None:
            self._ends = os.pipe()
            for end in self._ends:
                os.set_blocking(end, False)
        return self._ends[0]

    def close(self) -> None:
        """Close the descriptor and the pin; may be called twice."""
        ends, self._ends = self._ends, None
        for end in ends or ():
            os.close(end)
        super().close()

    def _change_state(self, value: bool) -> bool:
        changed: bool = super()._change_state(value)
        del self.states[:-MOST_STATES]
        if changed and self._ends is not None:
            with suppress(BlockingIOError):  # full, so it is readable already
                os.write(self._ends[1], b"\0")
        return changed


class SimulatedBoard(Board):
    """A board whose switches are moved by `set_switches`."""

    def __init__(self, settings: BoardSettings) -> None:
        super().__init__(settings, MockFactory(pin_class=SimulatedPin))

    def set_switches(self, levels: str) -> None:
        """Close and open the switches, first input first: "1" closes one."""
        for gpio, level in zip(self.settings.inputs, levels, strict=True):
            pin = self.factory.pin(gpio)
            if (level == "1") is self.settings.pull_up:
                pin.drive_low()
            else:
                pin.drive_high()


def fitted(settings: BoardSettings, table: TruthTable) -> BoardSettings:
    """Return the settings with as many pins as the table needs: simulated pins cost nothing."""
    free = [gpio for gpio in range(4, 28) if gpio not in settings.inputs + settings.outputs]
    inputs = (*settings.inputs, *free[:8])[: table.inputs]
    outputs = (*settings.outputs, *free[8:])[: table.outputs]
    return msgspec.structs.replace(settings, inputs=inputs, outputs=outputs)
