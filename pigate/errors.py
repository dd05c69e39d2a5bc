"""What can go wrong, in words for the person at the keyboard.

Each message is one line that says what is wrong, where, and what to type. Each class is also the
built-in a caller would expect, so a program that uses pigate may catch either.
"""

import os
import sys

#: Exit codes of the commands. The last two are those of sysexits.h.
OK, FAILED, USAGE, NO_BOARD, BAD_CONFIG = 0, 1, 2, 69, 78


def one_line(text: object) -> str:
    """Return the text on one line, whatever a person's file or argument put into it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def say(text: object) -> None:
    """Tell a person one line, on standard error. Any thread."""
    try:
        print(one_line(text), file=sys.stderr, flush=True)
    except OSError:  # nobody can be told, and the gate must go on; what is buffered goes nowhere
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stderr.fileno())
        os.close(null)


class PigateError(Exception):
    """The root of all of pigate's own errors. The message is one printable line, whatever is put into it."""

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


class TableError(PigateError, ValueError):
    """A truth table that cannot be read, or that has no such name."""


class WeightsError(PigateError, ValueError):
    """Weight files that cannot be read, or whose shapes do not fit the table."""


class ConfigError(PigateError, ValueError):
    """A configuration that is not valid, or that names a file that is not."""


class NotLearnedError(PigateError, RuntimeError):
    """A network that does not decide every taught row rightly."""


class BoardError(PigateError, OSError):
    """No board to be had: no chip, no permission, a line in use, a pin that cannot be used."""
