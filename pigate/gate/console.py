"""Standard input and output of a run: switch settings in, decisions out.

Each has a thread of its own, so that neither a slow reader nor a slow writer can delay the loop.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Full, Queue

from ..errors import discard, say
from ..report import Snapshot, snapshot_line

#: Decisions kept for a reader of standard output that has stopped reading.
MAX_WAITING = 10_000

#: A line longer than this is no switch setting; what follows is dropped.
MAX_LINE = 4096

#: How a decision looks on a terminal: a yellow lamp, a dark one, or a question.
_LAMPS = {"on": "\033[1;33m●\033[0m on", "off": "○ off", "undecided": "\033[1m?\033[0m undecided"}


class Writer:
    """Writes each decision to standard output, in a thread of its own.

    Args:
        as_json: lines of JSON; else words, drawn in place on a terminal.
        prompt: whether a terminal's user may set the switches.
        ended: called once from the writer's thread when standard output can take no more.
    """

    def __init__(self, as_json: bool, prompt: bool, ended: Callable[[], None]) -> None:
        self._queue: Queue[tuple[Snapshot | str, Callable[[], None]] | None] = Queue(MAX_WAITING)
        self._as_json = as_json
        self._prompt = "    switches? " if prompt else ""
        self._ended = ended
        self._told_full = False
        #: why standard output can take no more, unless its reader has just gone
        self.failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="standard output", daemon=True)
        self._thread.start()

    def put(self, snapshot: Snapshot, written: Callable[[], None] = lambda: None) -> None:
        """Have a decision written and `written` called thereafter. Any thread; never blocks."""
        try:
            self._queue.put_nowait((snapshot, written))
        except Full:
            if not self._told_full:
                self._told_full = True
                say("nobody reads standard output: decisions are left out")

    def tell(self, text: str, written: Callable[[], None] = lambda: None) -> None:
        """Tell a person one line, if any, on standard error, and prompt again. Any thread; never blocks."""
        with suppress(Full):
            self._queue.put_nowait((text, written))

    def finish(self, timeout_s: float = 1.0) -> None:
        """Wait until all is written, though not for a reader that has stopped reading."""
        try:
            self._queue.put(None, timeout=timeout_s)
        except Full:
            return
        self._thread.join(timeout_s)

    def _run(self) -> None:
        drawn = not self._as_json and sys.stdout.isatty()
        prompt = ""
        try:
            while (item := self._queue.get()) is not None:
                news, written = item
                if isinstance(news, str):
                    if drawn:
                        _write("\r\033[K")
                    if news:
                        say(news)
                    if drawn:
                        _write(prompt)
                elif self._as_json:
                    _write(f"{snapshot_line(news)}\n")
                elif drawn:  # over the last one: the line is the prompt, too
                    prompt = f"{drawing(news)}{self._prompt}"
                    _write(f"\r\033[K{prompt}")
                else:
                    _write(f"{news.status}\n")
                written()
            if drawn:
                _write("\n")
        except OSError as exc:
            discard(sys.stdout)
            if not isinstance(exc, BrokenPipeError):
                self.failure = exc
            self._ended()


def _write(text: str) -> None:
    """Write without Python's buffers, whose lock would be held when the process ends."""
    data = text.encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    while data:
        data = data[os.write(sys.stdout.fileno(), data) :]


def drawing(snapshot: Snapshot) -> str:
    """Return the switches and the LEDs on one line of a terminal."""
    switches = " ".join("▮" if level == "1" else "▯" for level in snapshot.levels)
    leds = "  ".join(
        f"{_LAMPS[decision]} {prediction:.3f}"
        for decision, prediction in zip(snapshot.decision, snapshot.prediction, strict=True)
    )
    line = f"{switches}  {snapshot.levels}  ->  {leds}{'' if snapshot.taught else '  (a guess)'}"
    encoding = sys.stdout.encoding or "ascii"
    return (
        line
        if encoding.lower().startswith("utf")
        else line.translate({0x25AE: "|", 0x25AF: ".", 0x25CF: "*", 0x25CB: "o"})
    )


def can_be_read(descriptor: int) -> bool:
    """Say whether a descriptor is a terminal, a pipe (or socket) or a file, and not a device."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)


def lines(descriptor: int) -> Iterator[str]:
    """Yield a descriptor's lines, stripped; the last one with or without its newline.

    Read without Python's buffers, whose lock would be held when the process ends.

    Raises:
        OSError: it cannot be read, such as a terminal by a program in the background.
    """
    rest = b""
    while piece := os.read(descriptor, 65536):
        *whole, rest = (rest[:MAX_LINE] + piece).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace").strip()
    yield rest.decode(errors="replace").strip()


def obey(
    descriptor: int,
    inputs: int,
    flip: Callable[[str, Callable[[], None]], None],
    tell: Callable[[str, Callable[[], None]], None],
) -> bool:
    """Take switch settings from a descriptor, one at a time; return whether its end was reached.

    Args:
        descriptor: of standard input.
        inputs: how many switches there are.
        flip: sets the switches, and calls back when the decision is written; from any thread.
        tell: tells a person one line, and calls back likewise.
    """
    setting = re.compile(f"[01]{{{inputs}}}", re.ASCII)
    try:
        for line in lines(descriptor):
            if setting.fullmatch(line):
                answered = threading.Event()
                flip(line, answered.set)
                answered.wait()
            elif line:
                shown = line if len(line) <= 40 else line[:37] + "..."
                example = "10101010"[:inputs]
                told = threading.Event()
                tell(f"{shown!r} is no switch setting: type {inputs} of 0 and 1, such as {example}", told.set)
                told.wait()
            else:
                tell("", lambda: None)
    except OSError:
        return False
    return True
