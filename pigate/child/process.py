"""The gate's side of a process beside its own: start it, keep it up, feed it, listen to it, and end it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from subprocess import PIPE
from typing import IO, Any, cast

from .pipe import Failed, Up, received

#: What systemd tells the service's main process alone.
FOR_THE_GATE = {"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"}

#: A process that died is started again after this many seconds; each time after twice as many, up to the most.
RESTART_S = 5.0
MAX_RESTART_S = 300.0

#: A process that has closed its output is given this many seconds to end by itself.
END_S = 5.0

#: Seconds between two writes to a process: nobody who looks sees more. The first after a rest goes at once.
MIN_PAUSE_S = 1 / 30

#: In bytes: a process sends no longer message.
MAX_MESSAGE = 1 << 16


class Child:
    """A process beside the gate's, kept up, fed and listened to. Whatever happens to it, the gate goes on.

    Any thread may call the methods; none of them blocks.

    Args:
        name: what a person calls it, and its threads.
        room: such as ``pigate.web``, whose ``__main__`` it runs.
        arguments: returns those of its command line, which everybody on this machine can read; asked at each start.
        kinds: the messages that it may send.
        feed: called for each process; returns a function that returns what is new, to be written to it.
        take: does what a message asks for; called in the thread `name`.
        say: writes one line for a person.
        ended: called whenever a process has ended.
    """

    def __init__(
        self,
        name: str,
        room: str,
        arguments: Callable[[], list[str]],
        kinds: Any,
        feed: Callable[[], Callable[[], bytes]],
        take: Callable[[Any], None],
        say: Callable[[str], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._room = room
        self._arguments = arguments
        self._kinds = kinds
        self._feed = feed
        self._take = take
        self._say = say
        self._ended = ended
        #: the running one; None before the first
        self.process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._news = threading.Event()
        with self._failures_said():
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def wake(self) -> None:
        """Have what is new written to the process."""
        self._news.set()

    def close(self) -> None:
        """End the process; may be called twice."""
        self._closing.set()
        if self.process is not None:
            self.process.kill()

    @contextmanager
    def _failures_said(self) -> Iterator[None]:
        """Say in one line what keeps the process from running: it is no reason to end the gate."""
        try:
            yield
        except (OSError, ValueError, RuntimeError, MemoryError) as exc:  # RuntimeError: no thread can be started
            if not self._closing.is_set():
                self._say(f"no {self._name}: {exc or type(exc).__name__}")

    def _run(self) -> None:
        """Run the process, and start it again when it ends, unless it never came up."""
        with self._failures_said():
            pause_s, began = RESTART_S, time.monotonic()
            while self._serve() and not self._closing.is_set():
                if time.monotonic() - began > MAX_RESTART_S:  # it worked: this is a new trouble
                    pause_s = RESTART_S
                self._say(f"the {self._name} has ended; it starts again in {pause_s:g} seconds")
                self._closing.wait(pause_s)
                pause_s, began = min(2 * pause_s, MAX_RESTART_S), time.monotonic()

    def _serve(self) -> bool:
        """Start a process and do what it asks for until it ends; return whether it came up.

        Raises:
            OSError, ValueError, RuntimeError, MemoryError: it cannot be started, or sends what is no message.
        """
        gone = threading.Event()
        came_up = failed = False
        with self._started() as (process, stdin, stdout):
            self.process = process
            try:
                if self._closing.is_set():  # before there was a process to end
                    return False
                feeding = threading.Thread(
                    target=self._write, args=[self._feed(), stdin, gone], name=f"{self._name} feed", daemon=True
                )
                feeding.start()
                for message in received(stdout, self._kinds, MAX_MESSAGE):
                    came_up |= isinstance(message, Up)
                    failed |= isinstance(message, Failed)
                    if isinstance(message, Failed):
                        self._say(f"no {self._name}: {message.reason}")
                    else:
                        self._take(message)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(END_S)
            finally:
                gone.set()
                self._news.set()
                self._ended()
        if not (came_up or failed or self._closing.is_set()):
            self._say(f"no {self._name}: its process ended with status {process.returncode}")
        return came_up

    @contextmanager
    def _started(self) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]]:
        """Start a process, give its pipes, and kill it when done. It also dies with the thread that started it.

        Raises:
            OSError, ValueError: it cannot be started; ValueError: an argument has a NUL.
        """
        # -P: files in the current folder, which may be anybody's, are not modules.
        command = [sys.executable, "-P", "-m", self._room, *self._arguments()]
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=environment()) as process:  # noqa: S603 (ours)
            stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
            try:
                yield process, stdin, stdout
            finally:
                process.kill()
                with suppress(BrokenPipeError):  # this flushes what it died before taking
                    stdin.close()

    def _write(self, whats_new: Callable[[], bytes], stdin: IO[bytes], gone: threading.Event) -> None:
        """Write what is new to the process until it is gone."""
        try:
            while not gone.is_set():
                self._news.clear()
                stdin.write(whats_new())
                stdin.flush()
                time.sleep(MIN_PAUSE_S)
                self._news.wait()
        except (OSError, ValueError):  # ValueError: its input is closed already
            return  # it has ended; the thread that waits for it says so


def environment() -> dict[str, str]:
    """Return the environment of a process that systemd does not know."""
    return {name: value for name, value in os.environ.items() if name not in FOR_THE_GATE}
