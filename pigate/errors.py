"""What can go wrong, in words for the person at the keyboard; and how a line reaches them: write, put, say, complain.

Each message is one line that says what is wrong, where, and what to type. Each class is also the
built-in a caller would expect, so a program that uses pigate may catch either; and it carries the
exit code with which a command ends.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from select import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
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
        except BlockingIOError:  # the process inherited a non-blocking descriptor
            select([], [stream], [])


def shortened(value: object) -> str:
    """Return a value as a message shows it: quoted where it is text, and cut after 40 characters."""
    if isinstance(value, str):
        return repr(value if len(value) <= 40 else value[:37] + "...")
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 40 else shown[:37] + "..."


def did_you_mean(word: object, words: Iterable[str]) -> str:
    """Return "did you mean ...?" with the nearest of the words, or nothing where none is near."""
    from difflib import get_close_matches

    close = get_close_matches(str(word), words, 1)
    return f"did you mean {close[0]}?" if close else ""


def none_of(word: object, words: Sequence[str]) -> str:
    """Return "'foo' is none of ...", with the nearest of the words if one is near."""
    hint = did_you_mean(word, words)
    return f"{shortened(word)} is none of {', '.join(words)}{hint and f' ({hint})'}"


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


def complain(error: PigateError) -> None:
    """Tell a person what is wrong, and below what helps. Any thread."""
    say(f"pigate: {error}")
    for hint in error.hints:
        say(f"  {hint}")


class PigateError(Exception):
    """The root of all of pigate's own errors. The message is one printable line, whatever is put into it.

        >>> from pigate import PigateError, TruthTable
        >>> try:
        ...     TruthTable.named("xro")
        ... except PigateError as exc:
        ...     print(exc, exc.exit_code)
        there is no table named 'xro': did you mean xor? 2

    Args:
        message: what is wrong, where, and what to type.
        hints: more lines of help, which a command prints below.
    """

    #: with which a command ends
    exit_code = FAILED

    def __init__(self, message: object, hints: Iterable[str] = ()) -> None:
        super().__init__(one_line(message))
        self.hints = tuple(map(one_line, hints))


class ArgumentError(PigateError, ValueError):
    """An argument that is out of its limits: a setting of a training, or what a network is asked.

    >>> from pigate import ArgumentError, TruthTable, train
    >>> try:
    ...     train(TruthTable.named("xor"), tolerance=3)
    ... except ArgumentError as exc:
    ...     print(exc)
    tolerance: give a number above 0 and below 0.5, not 3
    """

    exit_code = USAGE


class TableError(PigateError, ValueError):
    """A truth table that cannot be read, that has no such name, or that does not fit.

    >>> from pigate import TableError, TruthTable
    >>> try:
    ...     TruthTable({"00": 1})
    ... except TableError as exc:
    ...     print(exc)
    row 00: the outputs are text, such as "1", not 1
    """

    exit_code = USAGE


class WeightsError(PigateError, ValueError):
    """Weights that cannot be read, or whose shapes do not follow one another or fit the table.

    >>> from pigate import Network, WeightsError
    >>> try:
    ...     Network([[[1.0], [2.0]]], inputs=3)
    ... except WeightsError as exc:
    ...     print(exc)
    layer 1 is 2 x 1: it needs 3 rows, or 4 with the bias last, and a column for each neuron
    """

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
