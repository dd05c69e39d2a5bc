"""Standard output and standard error of a run, in a thread of their own.

Whoever reads them may be slow, stopped (Ctrl-S) or gone: the loop never waits for that.
"""

from __future__ import annotations

import os
import re
import select
import stat
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from socket import socketpair
from typing import Literal

from ..errors import say, write
from ..report import Snapshot, snapshot_line

#: How many decisions and lines are kept for a reader that has stopped reading.
MAX_WAITING = 10_000

#: How decisions are written: as JSON, as words, drawn in place on a terminal, the same with a prompt, or not at all.
Form = Literal["json", "words", "drawing", "prompt"] | None

#: How a decision looks on a terminal: a yellow lamp, a dark one, or a question.
_LAMPS = {"on": "\033[1;33m●\033[0m on", "off": "○ off", "undecided": "\033[1m?\033[0m undecided"}
_UNTAUGHT = {True: "  (a guess)", False: "  (not taught)"}
_PROMPT = "    switches? "
_ERASE = "\r\033[K"


def _nothing() -> None:
    """Do nothing."""


class Writer:
    """Writes decisions to standard output and lines for a person to standard error.

    Args:
        form: of the decisions.
        ended: called once, from the writer's thread, when standard output can take no more.
    """

    def __init__(self, form: Form, ended: Callable[[], None]) -> None:
        self._form = form
        self._ended = ended
        self._waiting: deque[tuple[Snapshot | str, Callable[[], None]]] = deque()
        self._left_out = 0
        self._last = ""  # what stands on the terminal's last line
        self._finishing = False
        #: why standard output can take no more; None if it can, or if its reader simply went away
        self.failure: OSError | None = None
        self._wake_w, self._wake_r = socketpair()
        self._wake_w.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="standard output", daemon=True)
        self._thread.start()

    def put(self, snapshot: Snapshot, written: Callable[[], None] = _nothing) -> None:
        """Have a decision written, and `written` called then. Any thread; never blocks."""
        if self._form is None:
            written()
        else:
            self._add(snapshot, written)

    def tell(self, text: str, written: Callable[[], None] = _nothing) -> None:
        """Write a line for a person, if it is not empty, and the prompt again. Any thread; never blocks."""
        self._add(text, written)

    def prompt(self) -> str:
        """Return the terminal's last line for readline, which draws it. Any thread.

        Its control sequences are marked as taking no room.
        """
        return re.sub("\r|\033\\[[0-9;]*[mK]", "\001\\g<0>\002", _ERASE + self._last)

    def finish(self, timeout_s: float = 1.0) -> None:
        """Wait until all is written, but not for a reader that has stopped reading."""
        self._finishing = True
        self._wake()
        self._thread.join(timeout_s)

    def _add(self, item: Snapshot | str, written: Callable[[], None]) -> None:
        if len(self._waiting) < MAX_WAITING and self._thread.is_alive():
            self._waiting.append((item, written))
            self._wake()
        else:  # whoever waits for the answer must not wait for ever
            self._left_out += 1
            written()

    def _wake(self) -> None:
        with suppress(OSError):  # full, so the thread wakes anyway; or closed
            self._wake_w.send(b"\0")

    def _run(self) -> None:
        with self._wake_r, self._wake_w:
            try:
                self._write_all()
            except OSError as exc:
                if not isinstance(exc, ConnectionError):  # the reader has gone
                    self.failure = OSError(exc.errno, exc.strerror, "standard output")
                self._form, self._last = None, ""
                self._ended()
                self._write_all()  # lines for a person still go to standard error
            finally:
                while self._waiting:
                    self._waiting.popleft()[1]()

    def _write_all(self) -> None:
        poll = select.poll()
        poll.register(self._wake_r, select.POLLIN)
        if self._form is not None and _is_pipe(sys.stdout.fileno()):
            poll.register(sys.stdout.fileno(), 0)  # reports that the reader has gone, also when nothing is written
        while True:
            while self._waiting:
                item, written = self._waiting.popleft()
                # At a prompt, the thread that waits for `written` draws the line itself.
                draw = self._form != "prompt" or written is _nothing
                if isinstance(item, str):
                    self._write_line(item, draw)
                else:
                    self._write_decision(item, draw)
                written()
            if self._left_out:
                left_out, self._left_out = self._left_out, 0
                self._write_line(f"{left_out} lines were left out: nobody read what was written")
            if self._finishing:
                break
            for descriptor, _ in poll.poll():
                if descriptor != self._wake_r.fileno():
                    raise BrokenPipeError
                self._wake_r.recv(4096)
        if self._last:
            write(sys.stdout, "\n")

    def _write_decision(self, snapshot: Snapshot, draw: bool) -> None:
        if self._form == "json":
            write(sys.stdout, f"{snapshot_line(snapshot)}\n")
        elif self._form == "words":
            write(sys.stdout, f"{snapshot.status}\n")
        elif self._form is not None:  # over the last one: the line is the prompt, too
            self._last = drawing(snapshot) + (_PROMPT if self._form == "prompt" else "")
            if draw:
                write(sys.stdout, _ERASE + self._last)

    def _write_line(self, text: str, draw: bool = True) -> None:
        if self._last:
            write(sys.stdout, _ERASE)
        if text:
            say(text)
        if self._last and draw:
            write(sys.stdout, self._last)


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def drawing(snapshot: Snapshot) -> str:
    """Return the switches and the LEDs on one line of a terminal."""
    switches = " ".join({"1": "▮", "0": "▯"}.get(level, level) for level in snapshot.levels)
    leds = "  ".join(
        f"{_LAMPS[decision]} {prediction:.3f}"
        for decision, prediction in zip(snapshot.decision, snapshot.prediction, strict=True)
    )
    note = "" if snapshot.taught else _UNTAUGHT[snapshot.examined.table.guesses]
    line = f"{switches}  {snapshot.levels}  ->  {leds}{note}"
    encoding = sys.stdout.encoding or "ascii"
    return (
        line
        if encoding.lower().startswith("utf")
        else line.translate({0x25AE: "|", 0x25AF: ".", 0x25CF: "*", 0x25CB: "o"})
    )
