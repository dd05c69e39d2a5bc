"""The tables that have names."""

from __future__ import annotations

from collections.abc import Callable

Function = Callable[[tuple[int, ...]], tuple[int, ...]]


def _bit(condition: bool) -> tuple[int]:
    return (int(condition),)


#: name -> (what it means, its number of inputs or None for any, its function)
NAMED: dict[str, tuple[str, int | None, Function]] = {
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


def named_for(inputs: int, outputs: int) -> list[str]:
    """Return the names of the tables that can have these numbers of inputs and outputs."""
    return [
        name
        for name, (_, fixed, function) in NAMED.items()
        if fixed in (None, inputs) and len(function((0,) * inputs)) == outputs
    ]
