"""A gpiozero pin factory on the kernel's GPIO character device, through libgpiod 2.

Any gpiozero program can use it: ``GPIOZERO_PIN_FACTORY=gpiod``. It never polls: its thread sleeps
until a line changes.
"""

from __future__ import annotations

from contextlib import ExitStack
from threading import Lock
from typing import TYPE_CHECKING

from gpiozero.pins.local import LocalPiFactory

from . import gpiochip
from .listener import Listener
from .pin import GpiodPin

if TYPE_CHECKING:
    import gpiod


class GpiodFactory(LocalPiFactory):  # type: ignore[misc]  # gpiozero is untyped
    """Pins of the Raspberry Pi's header, on its GPIO character device.

    Args:
        chip: the number of the chip, as for gpiozero's own ``LGPIOFactory``: 0 is /dev/gpiochip0. By
            default it is the chip of the header, found by its label.
        consumer: the name under which the kernel lists the lines that this factory holds
            (``gpioinfo`` shows it).

    Raises:
        BoardError: there is no such chip, or this user may not open it.

    Construct and close from one thread. One thread of the factory calls all ``when_changed``
    handlers; it starts when the first handler is set.
    """

    def __init__(self, chip: int | None = None, consumer: str = "gpiozero") -> None:
        super().__init__()
        self._consumer = consumer
        self._chip = gpiochip.open_chip(chip)
        self._number = gpiochip.number(self._chip)
        self.pin_class = GpiodPin
        self._listener: Listener | None = None
        self._listener_lock = Lock()

    @property
    def chip(self) -> int:
        """The number of the chip."""
        return self._number

    def request(self, gpio: int, settings: gpiod.LineSettings) -> gpiod.LineRequest:
        """Claim a line for one of the factory's pins; raises as `pigate.pins.gpiochip.request`."""
        return gpiochip.request(self._chip, gpio, settings, self._consumer)

    def close(self) -> None:
        """Release all lines, end the thread and close the chip; may be called twice."""
        with ExitStack() as stack:  # every step runs, whatever another raises
            if self._chip:  # gpiod before 2.5 raises when a closed chip is closed
                stack.callback(self._chip.close)
            stack.callback(self._end_listener)
            stack.callback(self.pins.clear)
            for pin in list(self.pins.values()):
                stack.callback(pin.close)

    def _end_listener(self) -> None:
        with self._listener_lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    def listener(self) -> Listener:
        """Return the thread that calls the handlers; the first call starts it. Any thread may call."""
        with self._listener_lock:
            if self._listener is None:
                self._listener = Listener()
            return self._listener
