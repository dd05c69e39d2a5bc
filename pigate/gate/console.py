"""Standard input of a run: switch settings come in, one a line."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Callable, Iterator

from ..files import read_piece

#: A line longer than this is no switch setting; what follows is dropped.
MAX_LINE = 4096


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
    while piece := read_piece(descriptor, 65536):
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
            answered = threading.Event()
            if setting.fullmatch(line):
                flip(line, answered.set)
            else:
                tell(_complaint(line, inputs), answered.set)
            answered.wait()
    except OSError:
        return False
    return True


def _complaint(line: str, inputs: int) -> str:
    """Return what is wrong with a line that is no switch setting; nothing is with a blank one."""
    if not line:
        return ""
    shown = line if len(line) <= 40 else line[:37] + "..."
    return f"{shown!r} is no switch setting: type {inputs} of 0 and 1, such as {example(inputs)}"


def example(inputs: int) -> str:
    """Return a switch setting to show a person who is to type one."""
    return "10101010"[:inputs]
