"""The simulated board: a `Board` on gpiozero's mock pins, whose switches a program can move."""

from __future__ import annotations

import os
from contextlib import suppress

import msgspec
from gpiozero.pins import PinInfo
from gpiozero.pins.mock import MockFactory, MockPin

from ..learning.tables import TruthTable
from ..settings import BoardSettings
from .board import Board

#: A mock pin keeps this many past states; gpiozero's own keeps all of them.
MAX_STATES = 1000


class SimulatedPin(MockPin):  # type: ignore[misc]  # gpiozero is untyped
    """A mock pin with edge detection, as `pigate.pins.board.EdgePin` describes it.

    Any thread may drive it; one thread watches it.
    """

    def __init__(self, factory: MockFactory, info: PinInfo) -> None:
        self._pipe: tuple[int, int] | None = None
        super().__init__(factory, info)

    def watch(self) -> int:
        """Start edge detection; return the non-blocking descriptor that an edge makes readable."""
        if self._pipe is None:
            self._pipe = os.pipe()
            for end in self._pipe:
                os.set_blocking(end, False)
        return self._pipe[0]

    def close(self) -> None:
        """Close the descriptor and the pin; may be called twice."""
        pipe, self._pipe = self._pipe, None
        for end in pipe or ():
            os.close(end)
        super().close()

    def _change_state(self, value: bool) -> bool:
        changed: bool = super()._change_state(value)
        del self.states[:-MAX_STATES]
        if changed and self._pipe is not None:
            with suppress(BlockingIOError):  # the pipe is full, so its other end is readable already
                os.write(self._pipe[1], b"\0")
        return changed


class SimulatedBoard(Board):
    """A board on mock pins; `set_switches` moves its switches."""

    def __init__(self, settings: BoardSettings) -> None:
        super().__init__(settings, MockFactory(pin_class=SimulatedPin))

    def set_switches(self, levels: str) -> None:
        """Close and open the switches, first pin first: "1" closes one."""
        for gpio, level in zip(self.settings.pins, levels, strict=True):
            pin = self.factory.pin(gpio)
            if (level == "1") is self.settings.pull_up:
                pin.drive_low()
            else:
                pin.drive_high()


def fitted(settings: BoardSettings, table: TruthTable) -> BoardSettings:
    """Return the settings with as many pins as the table has inputs and outputs."""
    free = [gpio for gpio in range(4, 28) if gpio not in settings.inputs + settings.outputs + settings.buttons]
    inputs = (*settings.inputs, *free[:8])[: table.inputs]
    outputs = (*settings.outputs, *free[8:])[: table.outputs]
    teach = settings.teach if len(settings.buttons) == len(outputs) else None
    return msgspec.structs.replace(settings, inputs=inputs, outputs=outputs, teach=teach)
