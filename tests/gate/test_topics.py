"""Inputs that are topics: what the loop makes of levels that come from elsewhere, and of those that nobody knows."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.errors import ArgumentError
from pigate.gate.writer import drawing
from pigate.learning.proof import decide
from pigate.learning.tables import TruthTable, possible
from pigate.learning.training import Trained, train
from pigate.pins.simulated import SimulatedBoard
from pigate.report import Snapshot
from pigate.settings import BoardSettings

from .mock_gate import SETTLE_S, XOR, Gate

NAMES = ["xor", "parity", "and", "or", "majority", "mux", "first"]
TRAINED: dict[str, Trained] = {name: train(TruthTable.named(name)) for name in NAMES}
TOPICS = BoardSettings(inputs=(17, "pigate/a/output/1", 22, "lamp"), outputs=(18,), settle_s=SETTLE_S)


@given(st.sampled_from(NAMES), st.text("01?", min_size=3, max_size=3))
def test_unknown_levels_are_tried_both_ways(name: str, levels: str) -> None:
    """An output that decides alike whatever the unknown levels are is decided so; any other is undecided."""
    trained = TRAINED[name]
    rows = ["".join(bits) for bits in product(*("01" if level == "?" else level for level in levels))]
    assert list(possible(levels)) == rows
    (prediction,), (decision,) = trained.decide(levels)
    every = {trained.decide(row)[1][0] for row in rows}
    assert decision == (every.pop() if len(every) == 1 else "undecided")
    assert decision == decide(prediction, trained.tolerance)  # what is shown as a number agrees


def test_levels_that_no_network_takes() -> None:
    """Unknown levels have to fit the network, too."""
    with pytest.raises(ArgumentError):
        XOR.decide("1?")


def test_each_output_is_decided_by_itself() -> None:
    """With a full adder's carry in unknown, the carry of 11 is on and its sum undecided."""
    adder = train(TruthTable.named("full-adder"))
    assert adder.decide("11?")[1] == ("undecided", "on")
    assert adder.decide("00?")[1] == ("undecided", "off")


def test_the_loop_merges_pins_and_topics() -> None:
    """Levels are in the inputs' order; a topic counts at once, a switch when it rests; unknown is shown as such."""
    board = SimulatedBoard(TOPICS)
    gate = Gate(board, train(TruthTable.named("and", 4)))
    try:
        gate.let_pass(1)
        assert gate.loop.snapshot is not None
        assert (gate.loop.snapshot.levels, gate.decision) == ("0?0?", ("off",))
        board.set_switches("11")
        gate.let_pass(SETTLE_S / 2)
        assert gate.loop.snapshot.levels == "0?0?"
        gate.let_pass(SETTLE_S)
        assert (gate.loop.snapshot.levels, gate.decision) == ("1?1?", ("undecided",))
        assert gate.loop.snapshot.taught
        assert gate.loop.snapshot.status.startswith("and: 1?1? -> undecided")
        gate.loop.post(lambda: gate.loop.set_topics("11"))
        gate.tick()
        assert (gate.loop.snapshot.levels, gate.decision, gate.lit) == ("1111", ("on",), True)
        gate.loop.set_topics("1?")
        gate.tick()
        assert gate.decision == ("undecided",)
        assert drawing(gate.loop.snapshot).startswith("▮ ▮ ▮ ?  111?")
    finally:
        board.close()


def test_a_row_that_is_not_taught_is_a_guess() -> None:
    """Unknown levels are a guess as soon as one of what they may be is not taught."""
    partial = train(TruthTable({"00": "0", "01": "0"}))
    assert Snapshot(partial, "0?", *partial.decide("0?")).taught
    assert not Snapshot(partial, "?0", *partial.decide("?0")).taught


def test_a_gate_without_a_switch() -> None:
    """All inputs may be topics: the loop then neither polls nor waits for edges."""
    board = SimulatedBoard(BoardSettings(inputs=("a", "b", "c"), outputs=(18,), resync_s=60.0, undecided="off"))
    gate = Gate(board)
    try:
        assert gate.tick() == pytest.approx(60)
        assert gate.loop.snapshot is not None
        assert gate.loop.snapshot.levels == "???"
        gate.loop.set_topics("111")
        gate.tick()
        assert gate.lit
    finally:
        board.close()
