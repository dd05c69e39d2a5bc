"""Truth tables: what the gate is taught."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import product

from ..errors import TableError, one_line

MOST_INPUTS = 8
MOST_OUTPUTS = 8

Rule = Callable[[tuple[int, ...]], tuple[int, ...]]


def _bit(condition: bool) -> tuple[int]:
    return (int(condition),)


#: name -> (what it says, its number of inputs or None for any, the rule)
NAMED: dict[str, tuple[str, int | None, Rule]] = {
    "xor": ("1 when all inputs agree (the article's table)", None, lambda x: _bit(len(set(x)) == 1)),
    "parity": ("1 when an odd number of inputs is 1", None, lambda x: _bit(sum(x) % 2 == 1)),
    "and": ("1 when all inputs are 1", None, lambda x: _bit(all(x))),
    "or": ("1 when any input is 1", None, lambda x: _bit(any(x))),
    "nand": ("0 when all inputs are 1", None, lambda x: _bit(not all(x))),
    "nor": ("0 when any input is 1", None, lambda x: _bit(not any(x))),
    "majority": ("1 when more than half of the inputs are 1", None, lambda x: _bit(2 * sum(x) > len(x))),
    "xor2": ("1 when the first two inputs differ", 3, lambda x: _bit(x[0] != x[1])),
    "first": ("the first input", 3, lambda x: _bit(x[0] == 1)),
    "mux": ("first input 0: the second; 1: the third", 3, lambda x: _bit(x[1 + x[0]] == 1)),
    "full-adder": ("sum, then carry", 3, lambda x: (sum(x) % 2, sum(x) // 2)),
}


@dataclass(frozen=True)
class TruthTable:
    """Rows from levels to targets, all of one width, whole or partial.

    Levels and targets are strings of 0 and 1, first input and first output first: ``{"101": "0"}``.
    A row that is not given is not taught. Immutable; any thread may use it.

    Raises:
        TableError: there is no row, a row is not made of 0 and 1, or the widths differ or pass
            8 inputs or 8 outputs.
    """

    rows: Mapping[str, str]
    name: str = field(default="rows", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", dict(self.rows))  # the caller's may change
        object.__setattr__(self, "name", one_line(self.name))  # a file's may hold anything
        if not self.rows:
            raise TableError("the table has no rows: give at least one, such as 000 1")
        width = inputs, outputs = self.inputs, self.outputs
        if not (1 <= inputs <= MOST_INPUTS and 1 <= outputs <= MOST_OUTPUTS):
            raise TableError(
                f"a table has 1 to {MOST_INPUTS} inputs and 1 to {MOST_OUTPUTS} outputs, not {inputs} and {outputs}"
            )
        for levels, targets in self.rows.items():
            if not re.fullmatch("[01]+", levels + targets, re.ASCII):
                raise TableError(f"row {levels!r} -> {targets!r}: only 0 and 1 can stand in a row")
            if (len(levels), len(targets)) != width:
                raise TableError(
                    f"row {levels} -> {targets} has {len(levels)} inputs and {len(targets)} "
                    f"outputs, the first row has {inputs} and {outputs}"
                )

    @property
    def inputs(self) -> int:
        """How many inputs a row has."""
        return len(next(iter(self.rows)))

    @property
    def outputs(self) -> int:
        """How many outputs a row has."""
        return len(next(iter(self.rows.values())))

    def __str__(self) -> str:
        """Return the text form, which `parse` reads back to the same table."""
        return "".join(f"{levels} {targets}\n" for levels, targets in self.rows.items())

    @classmethod
    def named(cls, name: str, inputs: int | None = None) -> TruthTable:
        """Return one of the `NAMED` tables, with 3 inputs unless told otherwise.

        Raises:
            TableError: there is no such name, or it does not come with so many inputs.
        """
        if name not in NAMED:
            close = get_close_matches(name, NAMED, 1)
            hint = f"did you mean {close[0]}?" if close else "pigate table lists them"
            raise TableError(f"there is no table named {_shortened(name)}: {hint}")
        _, fixed, rule = NAMED[name]
        if inputs is None:
            inputs = fixed or 3
        if not 1 <= inputs <= MOST_INPUTS:
            raise TableError(f"a table has 1 to {MOST_INPUTS} inputs, not {inputs}")
        if fixed is not None and inputs != fixed:
            raise TableError(f"the table {name} has {fixed} inputs, not {inputs}")
        rows = {_text(bits): _text(rule(bits)) for bits in product((0, 1), repeat=inputs)}
        return cls(rows, name)

    @classmethod
    def parse(cls, text: str, name: str | None = None) -> TruthTable:
        """Read a table from 2^n bits for the rows in counting order, or from the text form.

        The text form has a row a line: inputs, blank, outputs. ``#`` begins a comment.

        Raises:
            TableError: the text is neither; the message gives the line.
        """
        if is_bits(text.strip()):
            bits = text.strip()
            every = every_levels(len(bits).bit_length() - 1)
            return cls(dict(zip(every, bits, strict=True)), name or bits)
        rows: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) != 2 or not re.fullmatch("[01]+", "".join(words), re.ASCII):
                raise TableError(
                    f"line {number}: {_shortened(line)} is no row: write inputs, a blank and outputs, such as 000 1"
                )
            levels, targets = words
            if levels in rows:
                raise TableError(f"line {number}: the row {levels} is given twice")
            rows[levels] = targets
        return cls(rows, name or "rows")


def named_for(inputs: int, outputs: int) -> list[str]:
    """Return the names of the tables that come with so many inputs and outputs."""
    return [
        name
        for name, (_, fixed, rule) in NAMED.items()
        if fixed in (None, inputs) and len(rule((0,) * inputs)) == outputs
    ]


def every_levels(inputs: int) -> Iterator[str]:
    """Yield all 2^inputs levels in counting order: "000", "001", ..."""
    return map(_text, product((0, 1), repeat=inputs))


def is_bits(text: str) -> bool:
    """Say whether the text is 2^n zeros and ones for an n from 1 to 8."""
    whole = len(text) in {2**n for n in range(1, MOST_INPUTS + 1)}
    return whole and not set(text) - {"0", "1"}


def _text(bits: tuple[int, ...]) -> str:
    return "".join(map(str, bits))


def _shortened(line: str) -> str:
    return repr(line if len(line) <= 40 else line[:37] + "...")
