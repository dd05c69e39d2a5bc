"""Signals as data: caught from a run's first moment, handed to it, and harmless after it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType


class Signals:
    """SIGTERM, SIGINT and SIGHUP of a run, and of the process from then on. For the main thread.

    Until `receive` is set, the first two end the process with exit code 0 from wherever it is, and
    so does SIGHUP where no service manager would send it to ask for a reload. The handlers stay:
    put back, they would let a second Ctrl-C hit what the first one's end has still to do.
    """

    def __init__(self) -> None:
        #: called with each signal, between two instructions of the main thread
        self.receive: Callable[[int], None] | None = None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._handle)
        # A run in a terminal's background must not be stopped for trying to read it.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.receive is not None:
            self.receive(number)
        elif number != signal.SIGHUP or "NOTIFY_SOCKET" not in os.environ:
            self.receive = _ends_already
            # NumPy, while it is loaded, makes an ImportError of what is raised here: no traceback for that.
            sys.excepthook = lambda *_: os._exit(0)
            raise SystemExit(0)


def _ends_already(_number: int) -> None:
    """Do nothing."""
