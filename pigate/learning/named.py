"""The tables that have names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple

from ..errors import TableError, did_you_mean, shortened

Function = Callable[[tuple[int, ...]], tuple[int, ...]]


def _bit(condition: bool) -> tuple[int]:
    return (int(condition),)


class Named(NamedTuple):
    """A table that has a name."""

    meaning: str
    #: how many there are; None for any number
    inputs: int | None
    function: Function
    #: what each output is called; empty where they have no names
    outputs: tuple[str, ...] = ()


NAMED: dict[str, Named] = {
    "xor": Named("as in the article: 1 when all inputs agree", None, lambda x: _bit(len(set(x)) == 1)),
    "parity": Named("1 when an odd number of inputs is 1", None, lambda x: _bit(sum(x) % 2 == 1)),
    "and": Named("1 when all inputs are 1", None, lambda x: _bit(all(x))),
    "or": Named("1 when any input is 1", None, lambda x: _bit(any(x))),
    "nand": Named("0 when all inputs are 1", None, lambda x: _bit(not all(x))),
    "nor": Named("0 when any input is 1", None, lambda x: _bit(not any(x))),
    "majority": Named("1 when more than half of the inputs are 1", None, lambda x: _bit(2 * sum(x) > len(x))),
    "xor2": Named("1 when the first two inputs differ", 3, lambda x: _bit(x[0] != x[1])),
    "first": Named("the first input", 3, lambda x: _bit(x[0] == 1)),
    "mux": Named("first input 0: the second; 1: the third", 3, lambda x: _bit(x[1 + x[0]] == 1)),
    "full-adder": Named("sum, then carry", 3, lambda x: (sum(x) % 2, sum(x) // 2), ("sum", "carry")),
}


#: The name of the table without rows, which the gate is taught by hand; it has as many outputs as there are LEDs.
BLANK = "blank"


def rows_of(name: str, inputs: int | None) -> dict[str, str]:
    """Return the rows of a named table, with 3 inputs unless told otherwise.

    Raises:
        TableError: there is no such name, or its table cannot have this number of inputs.
    """
    if name not in list(NAMED):  # a list: what is asked for may be anything
        hint = did_you_mean(name, [*NAMED, BLANK]) or "pigate table lists them"
        raise TableError(f"there is no table named {shortened(name)}: {hint}")
    named = NAMED[name]
    if inputs is None:
        inputs = named.inputs or 3
    if named.inputs not in (None, inputs):
        raise TableError(f"the table {name} has {named.inputs} inputs, not {inputs}")
    return {as_text(bits): as_text(named.function(bits)) for bits in product((0, 1), repeat=inputs)}


def as_text(bits: Iterable[int]) -> str:
    """Return bits as a row has them: "101"."""
    return "".join(map(str, bits))


def named_for(inputs: int, outputs: int) -> list[str]:
    """Return the names of the tables that can have these numbers of inputs and outputs."""
    return [
        name
        for name, named in NAMED.items()
        if named.inputs in (None, inputs) and len(named.function((0,) * inputs)) == outputs
    ]
