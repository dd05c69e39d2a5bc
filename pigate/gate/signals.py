"""All handling of signals: at once before there is anything to end, then as data for the run.

Until everything is imported, a signal ends the process at once and by no exception: NumPy and msgspec, while
they are loaded, swallow what a handler raises. Whoever started the process may have had a signal
ignored (``nohup``, a background job): it stays ignored.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_at_once() -> None:
    """Have Ctrl-C end a command with exit code 130. For the main thread."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))


def ignore() -> None:
    """Ignore signals from now on: the process is ending. For the main thread."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


class Signals:
    """SIGTERM, SIGINT and SIGHUP of a run, and of the process from then on. For the main thread.

    Until `receive` is set, the first two end the process with exit code 0 at once, and so does SIGHUP
    where no service manager would send it to ask for a reload. The handlers stay: with
    Python's own back, a second Ctrl-C could interrupt the cleanup after the first.
    """

    def __init__(self) -> None:
        #: called with each signal, between two instructions of the main thread
        self.receive: Callable[[int], None] | None = None
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._handle)
        # A run in a terminal's background must not be stopped for trying to read it.
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.receive is not None:
            self.receive(number)
        elif number != signal.SIGHUP or "NOTIFY_SOCKET" not in os.environ:
            os._exit(0)
