"""What a person taught: kept in the state directory, so that it outlasts restarts, updates and power cuts."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ..config import Task
from ..errors import PigateError, TableError, WeightsError
from ..files import keep_names, read_text, state_folder, write_text
from ..learning.tables import TruthTable

if TYPE_CHECKING:
    from ..learning.proof import Examined

#: Of the file's form. Another one's file is set aside.
VERSION = 1

#: In bytes: the weights of the largest network take a third of this.
MAX_BYTES = 1 << 20


class Rows(Struct, frozen=True, forbid_unknown_fields=True):
    """A table in the file; the widths are for one without rows."""

    inputs: int
    outputs: int
    rows: dict[str, str]

    def table(self, name: str, guesses: bool) -> TruthTable:
        """Return the table.

        Raises:
            TableError: it is none.
        """
        return TruthTable(self.rows, name, (self.inputs, self.outputs), guesses)


class Saved(Struct, frozen=True, forbid_unknown_fields=True):
    """The file. The weights are those that were proved: a training that begins with them has learned the table."""

    version: int
    configured: Rows
    taught: Rows
    weights: list[list[list[float]]]


class Taught:
    """The corrections on disk. One thread at a time may call.

    Another process may change the file, such as `pigate teach`: what it wrote is never overwritten unseen, but set
    aside.

    Args:
        say: writes one line for a person; must not block.
        folder: of the file; None for the state directory.
    """

    def __init__(self, say: Callable[[str], None], folder: Path | None = None) -> None:
        self.path = (folder or state_folder()) / "taught.json"
        self.say = say
        self._seen: str | None = None  # what the file held when it was last read or written; None: there was none

    def task(self, configured: Task) -> Task:
        """Return the task with the table as it was taught, if it was; what is on disk stays as it is."""
        if (saved := self._look(configured.table)) is None:
            return configured
        from ..learning.network import Network  # with NumPy, which who shows a table does without

        table = saved.taught.table(name_of(configured.table), configured.table.guesses)
        with suppress(WeightsError):  # the table is what counts: it is learned from random starts then
            return replace(
                configured, table=table, network=None, initial=Network(saved.weights, configured.table.inputs)
            )
        return replace(configured, table=table, network=None)

    def table(self, configured: TruthTable) -> TruthTable:
        """Return the table as it was taught; the configured one if it was not, or if the file cannot be used."""
        saved = self._look(configured)
        return configured if saved is None else saved.taught.table(name_of(configured), configured.guesses)

    def set_aside(self, configured: TruthTable) -> None:
        """Give a file that is damaged, or of another configured table, a name with the date, and say so in one line.

        Where this cannot be done, the line says that.
        """
        try:
            if (text := self._read()) is None or _saved(text, configured) is not None:
                return
            reason = "they are of another configured table"
        except PigateError as exc:
            reason = str(exc).removeprefix(f"{self.path}: ")
        try:
            with self._alone():
                self._move_aside(reason)
        except OSError as exc:
            self.say(f"{self.path}: {reason}; it cannot be set aside: {exc.strerror}")

    def keep(self, examined: Examined, configured: TruthTable) -> None:
        """Save a proved network and its table: when this returns, they outlast a power cut.

        A table that is the configured one again needs no file.

        Raises:
            OSError: they could not be saved; the file is as it was.
        """
        table = examined.table
        if table == configured:
            self.forget()
            return
        weights = [matrix.tolist() for matrix in examined.network.weights]
        text = msgspec.json.encode(Saved(VERSION, _rows(configured), _rows(table), weights)).decode() + "\n"
        folder = self.path.parent
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            keep_names(folder.parent)
        with self._alone():
            self._rescue()
            for left in folder.glob(f".{self.path.name}.*"):  # of a save that a power cut ended
                left.unlink(missing_ok=True)
            write_text(self.path, text)
            self._seen = text

    def forget(self) -> None:
        """Drop all corrections: when this returns, that outlasts a power cut.

        Raises:
            OSError: they could not be dropped.
        """
        if not self.path.parent.exists():
            return
        with self._alone():
            self._rescue()
            self.path.unlink(missing_ok=True)
            keep_names(self.path.parent)
            self._seen = None

    def _look(self, configured: TruthTable) -> Saved | None:
        """Return what the file says of this table, and remember what it holds; None if it cannot be used."""
        self._seen = None
        with suppress(PigateError):
            self._seen = self._read()
            return _saved(self._seen, configured)
        return None

    def _read(self) -> str | None:
        """Return what the file holds; None if there is none, or none that this user can see.

        Raises:
            TableError: it cannot be read.
        """
        return read_text(self.path, TableError, MAX_BYTES) if os.path.lexists(self.path) else None

    def _rescue(self) -> None:
        """Set the file aside if it is not what was last read or written here."""
        try:
            there = self._read()
        except PigateError as exc:
            self._move_aside(str(exc).removeprefix(f"{self.path}: "))
            return
        if there is not None and there != self._seen:
            self._move_aside("somebody changed it meanwhile")

    def _move_aside(self, reason: str) -> None:
        aside = self.path.with_name(f"taught.{time.strftime('%Y-%m-%dT%H-%M-%S')}.json")
        number = 1
        while aside.exists():
            number += 1
            aside = self.path.with_name(f"taught.{time.strftime('%Y-%m-%dT%H-%M-%S')}-{number}.json")
        self.path.rename(aside)
        keep_names(self.path.parent)
        self.say(f"the corrections in {self.path} are not used: {reason}; they are kept in {aside.name}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from changing the file, as long as they ask in the same way."""
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def name_of(configured: TruthTable) -> str:
    """Return what a person calls the configured table with its corrections."""
    return f"{configured.name} as taught"


def _rows(table: TruthTable) -> Rows:
    return Rows(table.inputs, table.outputs, dict(table))


def _saved(text: str | None, configured: TruthTable) -> Saved | None:
    """Return what a file of this text says; None if there is no file, or it is of another configured table.

    Raises:
        TableError: the text is no such file.
    """
    if text is None:
        return None
    try:
        saved = msgspec.json.decode(text, type=Saved)
        if saved.version != VERSION:
            raise TableError(f"version {saved.version} is another pigate's")
        taught = saved.taught.table("taught", guesses=True)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise TableError(f"the file is damaged ({exc})") from exc
    widths = configured.inputs, configured.outputs
    return saved if saved.configured == _rows(configured) and (taught.inputs, taught.outputs) == widths else None
