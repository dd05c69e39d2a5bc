"""What can go wrong, in words for the person at the keyboard.

Each message is one line that says what is wrong, where, and what to type. Each class is also the
built-in a caller would expect, so a program that uses pigate may catch either; and it carries the
exit code with which a command ends.
"""

import os
import sys
from contextlib import suppress
from select import select
from typing import TextIO

#: Exit codes of the commands. The last two are those of sysexits.h.
OK, FAILED, USAGE, NO_BOARD, BAD_CONFIG = 0, 1, 2, 69, 78


def one_line(text: object) -> str:
    """Return the text on one line, whatever a person's file or argument put into it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def write(stream: TextIO, text: str) -> None:
    """Write text at once, and wait for a slow reader. Any thread.

    Python's own buffers would keep what cannot be written and try again at the exit, and their lock
    may be held by a thread that is waiting then.

    Raises:
        OSError: it cannot be written.
    """
    data = text.encode(stream.encoding, "backslashreplace")  # the encoding may lack a name's letters
    while data:
        try:
            data = data[os.write(stream.fileno(), data) :]
        except BlockingIOError:  # whoever started the process made the descriptor so
            select([], [stream], [])


def say(text: object) -> None:
    """Write one line to standard error, for a person. Any thread."""
    with suppress(OSError):  # nobody reads it, and the gate must go on
        write(sys.stderr, one_line(text) + "\n")


def put(text: str, end: str = "\n") -> None:
    """Write a command's result to standard output. For the main thread.

    Raises:
        OSError: it cannot be written.
        SystemExit: the reader has gone, and wants no more.
    """
    try:
        write(sys.stdout, text + end)
    except ConnectionError:  # a pipe says so with another word than a socket
        raise SystemExit(OK) from None
    except OSError as exc:
        raise OSError(exc.errno, exc.strerror, "standard output") from exc


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
