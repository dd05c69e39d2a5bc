"""What can go wrong, in words for the person at the keyboard.

Each message is one line that says what is wrong, where, and what to type. Each class is also the
built-in a caller would expect, so a program that uses pigate may catch either; and it carries the
exit code with which a command ends.
"""

import os
import sys
from typing import TextIO

#: Exit codes of the commands. The last two are those of sysexits.h.
OK, FAILED, USAGE, NO_BOARD, BAD_CONFIG = 0, 1, 2, 69, 78


def one_line(text: object) -> str:
    """Return the text on one line, whatever a person's file or argument put into it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def say(text: object) -> None:
    """Write one line to standard error, for a person. Any thread."""
    try:
        print(one_line(text), file=sys.stderr, flush=True)
    except OSError:  # nobody reads it, and the gate must go on; what is buffered goes nowhere
        discard(sys.stderr)


def put(text: str, end: str = "\n") -> None:
    """Write text to standard output at once.

    Raises:
        OSError: it cannot be written; a `BrokenPipeError` where the reader has gone.
    """
    try:
        print(text, end=end, flush=True)
    except OSError as exc:
        discard(sys.stdout)  # what cannot be written now must not be tried again at the exit
        if isinstance(exc, BrokenPipeError):
            raise
        raise OSError(exc.errno, exc.strerror, "standard output") from exc


def discard(stream: TextIO) -> None:
    """Send what is still buffered for a stream that cannot be written, and all that follows, nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


class PigateError(Exception):
    """The root of all of pigate's own errors. The message is one printable line, whatever is put into it."""

    exit_code = FAILED

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class TableError(PigateError, ValueError):
    """A truth table that cannot be read, that has no such name, or that does not fit."""

    exit_code = USAGE


class WeightsError(PigateError, ValueError):
    """Weight files that cannot be read, or whose shapes do not fit the table."""

    exit_code = USAGE


class ConfigError(PigateError, ValueError):
    """A configuration that is not valid, or that names a file that is not."""

    exit_code = BAD_CONFIG


class NotLearnedError(PigateError, RuntimeError):
    """A network that does not decide every taught row rightly, so that no gate can run on it."""

    exit_code = BAD_CONFIG


class BoardError(PigateError, OSError):
    """No board: no chip, no permission, a line in use, a pin that cannot be used."""

    exit_code = NO_BOARD
