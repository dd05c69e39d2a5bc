"""Standard input of a run: switch settings come in, one a line, from a pipe or from a person at a prompt."""

from __future__ import annotations

import os
import re
import signal
import stat
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ..errors import shortened
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


def typed(descriptor: int, prompt: Callable[[], str]) -> Iterator[str]:
    """Yield what a person types at standard input's terminal, until Ctrl-D or quit.

    Arrow keys edit the line and recall earlier ones. Blocks: call it in a thread of its own.

    Raises:
        OSError: the terminal belongs to another program: this one runs in the background.
    """
    import readline

    # In the background, readline's restoring of the terminal's modes would stop this process, and the gate with it.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
    readline.parse_and_bind("set enable-bracketed-paste off")  # a terminal's own mode, which a signal would leave on
    while _in_foreground(descriptor):
        try:
            line = input(prompt()).strip()
        except UnicodeDecodeError as exc:
            line = ascii(exc.object)
        except EOFError:
            if _in_foreground(descriptor):
                return
            break
        if line in ("quit", "exit", "q"):
            return
        yield line if re.search("[^01 ]", line) else line.replace(" ", "")
    raise OSError


def _in_foreground(descriptor: int) -> bool:
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:  # the terminal is nobody's, so that there is no background
        return True


@contextmanager
def terminal_as_it_was(descriptor: int) -> Iterator[None]:
    """Restore the terminal's modes at the end: readline cannot when a signal ends its wait."""
    modes = termios.tcgetattr(descriptor)
    try:
        yield
    finally:
        with suppress(OSError, termios.error):  # it may be gone
            if _in_foreground(descriptor):
                termios.tcsetattr(descriptor, termios.TCSANOW, modes)


def obey(
    descriptor: int,
    inputs: int,
    flip: Callable[[str, Callable[[], None]], None],
    tell: Callable[[str, Callable[[], None]], None],
    prompt: Callable[[], str] | None = None,
) -> bool:
    """Take switch settings from a descriptor, one at a time; return whether its end was reached.

    Args:
        descriptor: of standard input.
        inputs: how many switches there are.
        flip: sets the switches, and calls back when the decision is written; from any thread.
        tell: tells a person one line, and calls back likewise.
        prompt: returns what a person sees before what is typed; None where nobody does.
    """
    setting = re.compile(f"[01]{{{inputs}}}", re.ASCII)
    try:
        for line in lines(descriptor) if prompt is None else typed(descriptor, prompt):
            answered = threading.Event()
            if setting.fullmatch(line):
                flip(line, answered.set)
            elif prompt is not None and line == "help":
                tell(_help(inputs), answered.set)
            else:
                tell(_complaint(line, inputs), answered.set)
            answered.wait()
    except OSError:
        return False
    return True


def _complaint(line: str, inputs: int) -> str:
    """Return what is wrong with a line that is no switch setting; empty for a blank line."""
    if not line:
        return ""
    return f"{shortened(line)} is no switch setting: type {inputs} of 0 and 1, such as {example(inputs)}"


def _help(inputs: int) -> str:
    setting = example(inputs)
    return (
        f"type {setting} or {' '.join(setting)} to set the switches; arrow keys bring lines back; quit or Ctrl-D ends"
    )


def example(inputs: int) -> str:
    """Return a switch setting to show a person who is to type one."""
    return "10101010"[:inputs]
