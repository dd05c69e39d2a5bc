"""A process of the gate's own, seen from both sides: started, kept up and killed by the gate's, and ended with it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE
from typing import IO, cast

#: What systemd tells the service's main process alone.
FOR_THE_GATE = {"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"}

#: A process that died is started again after this many seconds; each time after twice as many, up to the most.
RESTART_S = 5.0
MAX_RESTART_S = 300.0

#: Linux's prctl option: the signal that a process gets when the thread that started it ends.
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """A running process and the pipes to it."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    stdout: IO[bytes]


@contextmanager
def started(room: str, *arguments: str) -> Iterator[Child]:
    """Start a room's process, and kill it when done. It also dies with the thread that started it.

    Args:
        room: such as ``pigate.web``; run as a module.
        arguments: of its command line, which everybody on this machine can read.

    Raises:
        OSError, ValueError: it cannot be started; ValueError: an argument has a NUL.
    """
    # -P: files in the current folder, which may be anybody's, are not modules.
    command = [sys.executable, "-P", "-m", room, *arguments]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=environment()) as process:  # noqa: S603 (ours)
        child = Child(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
        try:
            yield child
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # this flushes what it died before taking
                child.stdin.close()


def keep_up(serve: Callable[[], bool], closing: threading.Event, say: Callable[[str], None], what: str) -> None:
    """Run a process, and start it again when it ends, unless it never came up.

    Args:
        serve: runs it until it ends; returns whether it came up.
        closing: set when it shall end.
        say: writes one line for a person.
        what: the process is called.
    """
    pause_s, began = RESTART_S, time.monotonic()
    while serve() and not closing.is_set():
        if time.monotonic() - began > MAX_RESTART_S:  # it worked: this is a new trouble
            pause_s = RESTART_S
        say(f"{what} has ended; it starts again in {pause_s:g} seconds")
        closing.wait(pause_s)
        pause_s, began = min(2 * pause_s, MAX_RESTART_S), time.monotonic()


def end_with_the_gate() -> None:
    """Have the kernel kill this process when the gate's thread that started it ends, even if this process is stopped.

    The gate may also end it by closing its input, which a stopped process cannot notice. A terminal's Ctrl-C is
    for the gate alone. For the process's own main thread.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def environment() -> dict[str, str]:
    """Return the environment of a process that systemd does not know."""
    return {name: value for name, value in os.environ.items() if name not in FOR_THE_GATE}
