"""What "this is wrong" means: from a row and how it is decided to the table with that row corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import ArgumentError, shortened
from ..learning.tables import TruthTable, only_bits
from .taught import name_of

if TYPE_CHECKING:
    from ..learning.proof import Decision

#: What stands for the targets of a row that is not to be taught.
NOT_TAUGHT = "-"


def opposite(table: TruthTable, levels: str, decision: Sequence[Decision], output: int) -> str:
    """Return the row's targets after somebody said that an output, counted from 0, is wrong.

    The target that is taught, or the guess that is shown, is turned over; what is undecided becomes 1. The other
    outputs of a row that was not taught become what they show: a row is taught as a whole.
    """
    shown = table.get(levels) or "".join("1" if each == "on" else "0" for each in decision)
    turned = "0" if shown[output] == "1" else "1"
    return shown[:output] + turned + shown[output + 1 :]


def check_row(table: TruthTable, levels: str, targets: str) -> None:
    """Check that a row fits the table.

    Raises:
        ArgumentError: it does not; one line for who typed it.
    """
    if len(levels) != table.inputs or not only_bits(levels):
        raise ArgumentError(f"{shortened(levels)} is no row of {table.name}: give {table.inputs} of 0 and 1")
    if targets != NOT_TAUGHT and (len(targets) != table.outputs or not only_bits(targets)):
        raise ArgumentError(f"{shortened(targets)}: give {table.outputs} of 0 and 1, or - for a row that is not taught")


def corrected(table: TruthTable, levels: str, targets: str, configured: TruthTable) -> TruthTable:
    """Return the table with one row taught anew, or with `NOT_TAUGHT` not taught; its rows in counting order.

    It is called as what is taught of the configured table is called, or as that if it is that again.

    Raises:
        TableError: the row does not fit the table.
    """
    rows = {**table, levels: targets}
    if targets == NOT_TAUGHT:
        del rows[levels]
    name = configured.name if rows == configured.rows else name_of(configured)
    return TruthTable(dict(sorted(rows.items())), name, (table.inputs, table.outputs), configured.guesses)
