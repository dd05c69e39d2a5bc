"""Signals as data: caught while a run lasts, handed to it, and put back afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Signals:
    """SIGTERM, SIGINT and SIGHUP of a run.

    Until `receive` is set, the first two end the process with exit code 0 from wherever it is, and
    so does SIGHUP where no service manager would send it to ask for a reload.
    """

    def __init__(self) -> None:
        #: called with each signal, between two instructions of the main thread
        self.receive: Callable[[int], None] | None = None

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch the signals for as long as the context lasts. For the main thread."""
        before = {number: signal.signal(number, self._handle) for number in _ENDING}
        # A run in a terminal's background must not be stopped for trying to read it.
        before[signal.SIGTTIN] = signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.receive is not None:
            self.receive(number)
        elif number != signal.SIGHUP or "NOTIFY_SOCKET" not in os.environ:
            raise SystemExit(0)


_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
