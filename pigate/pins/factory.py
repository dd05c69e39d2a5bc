"""A gpiozero pin factory on the kernel's GPIO character device, through libgpiod 2.

Any gpiozero program can use it: ``GPIOZERO_PIN_FACTORY=gpiod``. It never polls: its thread sleeps
until a line changes.
"""

from __future__ import annotations

from contextlib import ExitStack
from threading import Lock

from gpiozero.pins.local import LocalPiFactory

from . import gpiochip
from .listener import Listener
from .pin import GpiodPin


class GpiodFactory(LocalPiFactory):  # type: ignore[misc]  # gpiozero is untyped
    """Pins of the Raspberry Pi's header, on its GPIO character device.

    Args:
        consumer: the name under which the kernel lists the lines that this factory holds
            (``gpioinfo`` shows it).

    Raises:
        BoardError: no chip has the label of a Pi's header, or this user may not open it.

    Construct and close from one thread. One thread of the factory calls all ``when_changed``
    handlers; it starts when the first handler is set.
    """

    def __init__(self, consumer: str = "gpiozero") -> None:
        super().__init__()
        self.consumer = consumer
        self.chip = gpiochip.open_chip()
        self.pin_class = GpiodPin
        self._listener: Listener | None = None
        self._listener_lock = Lock()

    def close(self) -> None:
        """Release all lines, end the thread and close the chip; may be called twice."""
        with ExitStack() as stack:  # every step runs, whatever another raises
            if self.chip:  # gpiod before 2.5 raises when a closed chip is closed
                stack.callback(self.chip.close)
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
