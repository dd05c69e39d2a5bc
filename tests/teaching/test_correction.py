"""What "this is wrong" makes of a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.config import named
from pigate.errors import ArgumentError
from pigate.learning.proof import Decision
from pigate.learning.tables import TruthTable, every_levels
from pigate.teaching.correction import NOT_TAUGHT, check_row, corrected, opposite

XOR = TruthTable.named("xor")
HALF = TruthTable({"00": "01"}, "half")


@pytest.mark.parametrize(
    ("table", "levels", "decision", "output", "becomes"),
    [
        (XOR, "000", ["on"], 0, "0"),
        (XOR, "001", ["off"], 0, "1"),
        (XOR, "001", ["undecided"], 0, "1"),  # the target counts, not what a chattering switch makes of it
        (HALF, "00", ["off", "on"], 0, "11"),
        (HALF, "00", ["off", "on"], 1, "00"),
        (HALF, "11", ["off", "on"], 0, "11"),  # a guess: the other output becomes what it shows
        (HALF, "11", ["on", "on"], 1, "10"),
        (HALF, "11", ["undecided", "on"], 0, "11"),
        (HALF, "11", ["undecided", "undecided"], 1, "01"),
        (named("blank", 2, 1), "11", ["undecided"], 0, "1"),
    ],
)
def test_opposite(table: TruthTable, levels: str, decision: list[Decision], output: int, becomes: str) -> None:
    """The target, or the shown guess, is turned over; what is undecided becomes 1; the other outputs stay."""
    assert opposite(table, levels, decision, output) == becomes


@given(st.lists(st.tuples(st.sampled_from(list(every_levels(3))), st.sampled_from("01-"))))
def test_corrected(story: list[tuple[str, str]]) -> None:
    """After any corrections the table holds the last one of each row, the configured rest, in counting order."""
    table, rows = XOR, dict(XOR)
    for levels, targets in story:
        table = corrected(table, levels, targets, XOR)
        rows[levels] = targets
    kept = {levels: targets for levels, targets in rows.items() if targets != NOT_TAUGHT}
    assert dict(table) == kept
    assert list(table) == sorted(kept)
    assert (table.inputs, table.outputs, table.guesses) == (3, 1, True)
    assert table.name == ("xor" if kept == XOR.rows else "xor as taught") or not story


def test_blank_stays_without_guesses() -> None:
    """A table that began blank leaves a row undecided for as long as it is not taught."""
    blank = named("blank", 2, 2)
    table = corrected(blank, "10", "01", blank)
    assert (table.guesses, table.outputs, dict(table)) == (False, 2, {"10": "01"})


@pytest.mark.parametrize(
    ("levels", "targets"), [("", "1"), ("00", "1"), ("00x", "1"), ("000", "11"), ("000", "?"), ("000", "")]
)
def test_a_row_that_does_not_fit(levels: str, targets: str) -> None:
    """A row of other widths, or not of 0 and 1, is refused in one line that says what to give."""
    with pytest.raises(ArgumentError, match=r"give [31] of 0 and 1"):
        check_row(XOR, levels, targets)
    check_row(XOR, "101", "-")
