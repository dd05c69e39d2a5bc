"""Truth tables: what the gate is taught."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from math import log2
from typing import TYPE_CHECKING

from ..errors import TableError, one_line, shortened
from .named import NAMED, as_text, rows_of

if TYPE_CHECKING:
    from pathlib import Path

MAX_INPUTS = 8
MAX_OUTPUTS = 8

#: The level of an input of which nobody says whether it is 0 or 1.
UNKNOWN = "?"

#: How many rows a table shows of itself where one line has to do.
MAX_SHOWN = 8


class TruthTable(Mapping[str, str]):
    """Rows from levels to targets, all of one width, whole or partial.

    Levels and targets are strings of 0 and 1, first input and first output first. A row that is not given
    is not taught. Immutable; any thread may use it. Tables of the same rows are equal, whatever their names.

        >>> from pigate import TruthTable
        >>> table = TruthTable({"00": "0", "01": "1", "10": "1"}, "mine")
        >>> table
        <TruthTable mine: 00 0, 01 1, 10 1>
        >>> table["01"], "11" in table, len(table), table.inputs, table.outputs
        ('1', False, 3, 2, 1)
        >>> TruthTable.named("and", 2) == TruthTable.parse("0001")
        True

    Args:
        rows: from levels to targets.
        name: what a person calls the table.
        width: how many inputs and outputs it has; without it, there must be a row that tells.
        guesses: whether a row that is not taught is decided by the network's guess; otherwise it is undecided.

    Raises:
        TableError: there is no row, a row is not made of 0 and 1, or the widths differ or pass
            8 inputs or 8 outputs.
    """

    def __init__(
        self,
        rows: Mapping[str, str],
        name: str = "rows",
        width: tuple[int, int] | None = None,
        guesses: bool = True,
    ) -> None:
        if not isinstance(rows, Mapping):
            raise TableError(f'give the rows as a dict, such as {{"000": "1"}}, not {shortened(rows)}')
        if not rows and width is None:
            raise TableError("the table has no rows: give at least one, such as 000 1")
        self._rows = dict(rows)  # the caller's may change
        self._name = one_line(name)  # a file's may hold anything
        for levels, targets in self._rows.items():
            if not isinstance(levels, str):
                raise TableError(f'row {shortened(levels)}: the inputs are text, such as "101"')
            if not isinstance(targets, str):
                raise TableError(f'row {levels}: the outputs are text, such as "1", not {shortened(targets)}')
            if not (only_bits(levels) and only_bits(targets)):
                raise TableError(f"row {levels!r} -> {targets!r}: only 0 and 1 can stand in a row")
        first = next(iter(self._rows.items()), ("", ""))
        inputs, outputs = self._width = width or (len(first[0]), len(first[1]))
        self.guesses = guesses
        if inputs > MAX_INPUTS or outputs > MAX_OUTPUTS:
            raise TableError(
                f"a table has 1 to {MAX_INPUTS} inputs and 1 to {MAX_OUTPUTS} outputs, not {inputs} and {outputs}"
            )
        for levels, targets in self._rows.items():
            if (len(levels), len(targets)) != self._width:
                raise TableError(
                    f"row {levels} -> {targets} has {len(levels)} inputs and {len(targets)} "
                    f"outputs, the {'first row' if width is None else 'table'} has {inputs} and {outputs}"
                )

    @property
    def rows(self) -> dict[str, str]:
        """The rows, from levels to targets, in the order in which they were given."""
        return self._rows

    @property
    def name(self) -> str:
        """What the table is called: one printable line."""
        return self._name

    @property
    def inputs(self) -> int:
        """How many inputs a row has."""
        return self._width[0]

    @property
    def outputs(self) -> int:
        """How many outputs a row has."""
        return self._width[1]

    def __getitem__(self, levels: str) -> str:
        return self._rows[levels]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        shown = [f"{levels} {targets}" for levels, targets in islice(self._rows.items(), MAX_SHOWN)]
        more = f" and {len(self) - MAX_SHOWN} more" if len(self) > MAX_SHOWN else ""
        return f"<TruthTable {self.name}: {', '.join(shown)}{more}>"

    def __str__(self) -> str:
        """Return the text form, which `parse` reads back to the same table."""
        return "".join(f"{levels} {targets}\n" for levels, targets in self._rows.items())

    @staticmethod
    def names() -> list[str]:
        """Return the names that `named` knows.

        >>> TruthTable.names()
        ['xor', 'parity', 'and', 'or', 'nand', 'nor', 'majority', 'xor2', 'first', 'mux', 'full-adder']
        """
        return list(NAMED)

    @classmethod
    def named(cls, name: str, inputs: int | None = None) -> TruthTable:
        """Return one of the `names`, with 3 inputs unless told otherwise.

        >>> TruthTable.named("parity", inputs=2)
        <TruthTable parity: 00 0, 01 1, 10 1, 11 0>

        Raises:
            TableError: there is no such name, or its table cannot have this number of inputs.
        """
        _check_inputs(3 if inputs is None else inputs)
        return cls(rows_of(name, inputs), name)

    @classmethod
    def from_function(cls, function: Callable[..., object], inputs: int = 3) -> TruthTable:
        """Return the whole table of a function of 0s and 1s.

        >>> TruthTable.from_function(lambda a, b: (a != b, a and b), inputs=2)
        <TruthTable function: 00 00, 01 10, 10 10, 11 01>

        Args:
            function: takes `inputs` arguments, each 0 or 1; returns True, False, 1 or 0, or for several
                outputs a tuple or list of them.
            inputs: 1 to 8.

        Raises:
            TableError: there are more inputs, or the function returns something else.
        """
        _check_inputs(inputs)
        rows = {}
        for bits in product((0, 1), repeat=inputs):
            result = function(*bits)
            values = list(result) if isinstance(result, (tuple, list)) else [result]
            if not values or any(value not in (0, 1) for value in values):
                raise TableError(
                    f"the function gives {shortened(result)} for {', '.join(map(str, bits))}: "
                    "let it return 0 or 1, or for several outputs a tuple of them"
                )
            rows[as_text(bits)] = as_text(1 if value else 0 for value in values)
        return cls(rows, getattr(function, "__name__", "function").replace("<lambda>", "function"))

    @classmethod
    def parse(cls, text: str, name: str | None = None) -> TruthTable:
        """Read a table from 2^n bits for the rows in counting order, or from the text form.

        The text form has a row a line: inputs, blank, outputs. ``#`` begins a comment.

        >>> print(TruthTable.parse("0111"), end="")
        00 0
        01 1
        10 1
        11 1

        Raises:
            TableError: the text is neither; the message gives the line.
        """
        bits = text.strip()
        if is_bits(bits):
            every = every_levels(len(bits).bit_length() - 1)
            return cls(dict(zip(every, bits, strict=True)), name or bits)
        if only_bits(bits):
            inputs = min(max(2, round(log2(len(bits)))), MAX_INPUTS)
            count = f"{len(bits)} bit{'s' * (len(bits) > 1)}"
            raise TableError(f"{shortened(bits)} is {count}; {inputs} inputs need {2**inputs}")
        rows: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) != 2 or not only_bits("".join(words)):
                raise TableError(
                    f"line {number}: {shortened(line)} is no row: write inputs, a blank and outputs, such as 000 1"
                )
            levels, targets = words
            if levels in rows:
                raise TableError(f"line {number}: the row {levels} is given twice")
            rows[levels] = targets
        return cls(rows, name or "rows")

    @classmethod
    def read(cls, path: Path) -> TruthTable:
        """Read a table's file, in either form of `parse`.

        Raises:
            TableError: it cannot be read, or is no table; the message names it.
        """
        from ..files import read_text

        text = read_text(path, TableError)
        try:
            return cls.parse(text, str(path))
        except TableError as exc:
            raise TableError(f"{path}: {exc}") from exc


def every_levels(inputs: int) -> Iterator[str]:
    """Yield all 2^inputs levels in counting order: "000", "001", ..."""
    return possible(UNKNOWN * inputs)


def is_bits(text: str) -> bool:
    """Say whether the text is 2^n zeros and ones for an n from 1 to 8."""
    return len(text) in {2**n for n in range(1, MAX_INPUTS + 1)} and only_bits(text)


def only_bits(text: str) -> bool:
    """Say whether the text is made of zeros and ones."""
    return bool(text) and not set(text) - {"0", "1"}


def possible(levels: str) -> Iterator[str]:
    """Yield all that levels may be, in counting order: with each "?", which is unknown, as 0 and as 1."""
    return ("".join(bits) for bits in product(*("01" if level == UNKNOWN else level for level in levels)))


def _check_inputs(inputs: int) -> None:
    if inputs not in range(1, MAX_INPUTS + 1):
        raise TableError(f"a table has 1 to {MAX_INPUTS} inputs, not {inputs}")
