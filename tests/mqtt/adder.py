"""A ripple-carry adder of four gates: each adds one bit of two numbers, and the next one hears its carry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..gate.run.process import Gate
from .gates import gate, settings

BITS = 4


@contextmanager
def adder(folder: Path, port: int) -> Iterator[list[Gate]]:
    """Run the gates, that of the lowest bit first, whose carry is a switch."""
    with ExitStack() as stack:
        yield [stack.enter_context(gate(folder, _configuration(port, bit), f"bit{bit}")) for bit in range(BITS)]


def _configuration(port: int, bit: int) -> str:
    carry = f'"pigate/bit{bit - 1}/output/2"' if bit else "22"
    return settings(port, f"bit{bit}", "full-adder", f"[17, 27, {carry}]\noutputs = [18, 23]")


def put(gates: list[Gate], a: int, b: int) -> None:
    """Set the switches to two numbers."""
    for bit, one in enumerate(gates):
        one.flip(f"{a >> bit & 1}{b >> bit & 1}{'' if bit else '0'}")


def settled(a: int, b: int) -> dict[str, bytes]:
    """Return what the broker has once the gates have added two numbers and come to rest."""
    found, carry = {}, 0
    for bit in range(BITS):
        levels = a >> bit & 1, b >> bit & 1, carry
        carry = sum(levels) >> 1
        for number, level in enumerate(levels, 1):
            found[f"pigate/bit{bit}/input/{number}"] = b"ON" if level else b"OFF"
        for number, level in enumerate((sum(levels) & 1, carry), 1):
            found[f"pigate/bit{bit}/output/{number}"] = b"ON" if level else b"OFF"
    return found


def sum_of(found: dict[str, bytes]) -> int:
    """Return the number that the outputs show: the sum of each gate, and the carry of the last."""
    topics = [f"pigate/bit{bit}/output/1" for bit in range(BITS)] + [f"pigate/bit{BITS - 1}/output/2"]
    return sum((found[topic] == b"ON") << bit for bit, topic in enumerate(topics))
