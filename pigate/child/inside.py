"""What the process itself needs: it ends with the gate, and talks to it."""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress

from msgspec import Struct

from .pipe import packed

#: Linux's prctl option: the signal that a process gets when the thread that started it ends.
PR_SET_PDEATHSIG = 1


def end_with_the_gate() -> None:
    """Have the kernel kill this process when the gate's thread that started it ends, even if this process is stopped.

    The gate may also end it by closing its input, which a stopped process cannot notice. A terminal's Ctrl-C is
    for the gate alone. For the process's own main thread.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def tell(message: Struct) -> None:
    """Send the gate one message, by standard output. Any thread: one of less than 4 KiB is written whole."""
    with suppress(BrokenPipeError):  # the gate has ended, and ends this process too
        os.write(1, packed(message))
