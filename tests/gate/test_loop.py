from __future__ import annotations

import tracemalloc

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.pins.board import Board
from pigate.pins.simulated import MAX_STATES, SimulatedBoard
from pigate.report import Snapshot
from pigate.settings import BoardSettings

from .mock_gate import INPUTS, LED, RESYNC_S, SETTLE_S, Gate, a_gate, gated

# What happens to the switches: after some seconds, this switch moves so often, and whether its edge is lost.
happenings = st.lists(
    st.tuples(
        st.floats(0, 0.08) | st.floats(0, 2),
        st.integers(0, 2),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=25,
)


@given(happenings, st.floats(0, 3), st.sampled_from([0.0, 0.005, SETTLE_S, 0.3]), st.booleans())
def test_once_the_switches_rest_the_led_is_the_gate_of_the_switches(
    story: list[tuple[float, int, int, bool]], delay: float, settle_s: float, polled: bool
) -> None:
    """After any flips, bounces, lost edges and late wake-ups the LED pin is the gate of the switch pins.

    That is so settle + resync, and the delays of the two wake-ups that this takes, after the last movement.
    """
    board_settings = BoardSettings(inputs=INPUTS, outputs=(LED,), settle_s=settle_s, resync_s=RESYNC_S)
    board = Board(board_settings, MockFactory()) if polled else SimulatedBoard(board_settings)
    try:
        gate = Gate(board)
        wake = gate.now

        def pass_until(end: float) -> None:
            nonlocal wake
            while wake <= end:
                gate.now = wake
                # A poll that is due in no time at all would never let the story go on.
                wake = gate.now + max(gate.tick(), 1e-4) + delay
            gate.now = end

        for pause, switch, moves, lost in story:
            pass_until(gate.now + pause)
            pin = board.factory.pin(INPUTS[switch])
            for _ in range(moves):
                pin.drive_low() if pin.state else pin.drive_high()
            if not lost and not polled:
                wake = min(wake, gate.now + delay)
        pass_until(gate.now + settle_s + RESYNC_S + 2 * delay + 1e-3)
        assert gate.lit is gated(gate.levels)
        assert gate.decision == (("on",) if gate.lit else ("off",))
    finally:
        board.close()


@given(st.lists(st.sampled_from(["000", "111", "110", "101"]), max_size=20))
def test_the_led_never_shows_what_has_not_rested(story: list[str]) -> None:
    """Switches that move again before they have rested for the settle time change neither LED nor decision."""
    with a_gate() as gate:
        gate.let_pass(1)
        for levels in story:  # at most 20 times 10 ms: less than a second, so no chatter either
            gate.set(levels if levels != gate.levels else "010")
            gate.tick()
            gate.now += SETTLE_S / 2
            assert gate.lit is gated("000")
            assert gate.decision == ("on",)
        gate.let_pass(SETTLE_S + 0.001)
        assert gate.lit is gated(gate.levels)


def test_before_the_first_rest_the_led_is_off() -> None:
    """Off is safe: nothing is shown, decided or handed on before the switches have rested for the settle time."""
    with a_gate() as gate:
        gate.tick()
        gate.now += SETTLE_S * 0.9
        gate.tick()
        assert not gate.lit
        assert gate.received == []
        gate.now += SETTLE_S * 0.2
        gate.tick()
        assert gate.lit
        assert [(snapshot.levels, answered) for snapshot, answered in gate.received] == [("000", False)]


def test_a_decision_is_news_once() -> None:
    """A snapshot is handed on when the levels change, not at every pass, and after the LED shows it."""
    with a_gate() as gate:
        shown: list[bool] = []
        gate.loop._receive = lambda *_: shown.append(gate.lit)
        gate.let_pass(5)
        gate.set("110")
        gate.let_pass(5)
        gate.set("110")
        gate.let_pass(5)
        assert shown == [True, False]


def test_it_sleeps_until_something_is_due() -> None:
    """At rest the next pass is due after resync_s; with moving switches, when they will have settled."""
    with a_gate(settle_s=0.05, resync_s=7.0) as gate:
        assert gate.tick() == pytest.approx(0.05)
        gate.now += 0.05
        assert gate.tick() == pytest.approx(7)
        gate.now += 3
        gate.set("100")
        assert gate.tick() == pytest.approx(0.05)
        gate.now += 0.03
        assert gate.tick() == pytest.approx(0.02)


def test_an_idle_hour_takes_a_pass_per_resync() -> None:
    """Nothing but the resync wakes the loop while the switches rest."""
    with a_gate() as gate:
        gate.let_pass(1)
        passes = 0
        end = gate.now + 3600
        while gate.now < end:
            gate.now += gate.tick()
            passes += 1
        assert passes <= 3601


def test_a_board_without_edges_is_polled() -> None:
    """On a factory without watch(), such as lgpio's, a pass is due every settle_s / 2 and each flip is found."""
    settings = BoardSettings(inputs=INPUTS, outputs=(LED,), settle_s=0.04, resync_s=60)
    board = Board(settings, MockFactory())
    try:
        gate = Gate(board)
        assert not board.descriptors
        assert gate.tick() == pytest.approx(0.02)
        for levels in ("111", "110", "010", "000"):
            gate.set(levels)
            gate.let_pass(0.04 + 0.02 + 0.001)
            assert gate.lit is gated(levels)
    finally:
        board.close()


def test_a_storm_of_edges_changes_nothing_and_fills_no_memory() -> None:
    """After 100,000 edges, with and without passes between, the LED is right and memory is what it was."""
    with a_gate() as gate:
        gate.let_pass(1)
        gate.set("111")
        gate.let_pass(1)
        pins = [gate.board.factory.pin(gpio) for gpio in INPUTS]

        def storm(edges: int, passes: int) -> None:
            for number in range(edges):
                pin = pins[number % 3]
                pin.drive_low() if pin.state else pin.drive_high()
                if passes and number % passes == 0:
                    gate.now += 0.001
                    gate.tick()

        storm(3000, 10)  # what is remembered of the past is full now
        gate.received.clear()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        storm(50_000, 0)
        storm(50_000, 50)
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert after - before < 500_000
        assert all(len(pin.states) <= MAX_STATES for pin in pins)
        gate.set("110")
        gate.let_pass(SETTLE_S + RESYNC_S)
        assert gate.levels == "110"
        assert gate.lit is gated("110")


def test_a_question_is_answered_once_with_what_has_settled() -> None:
    """An answer comes when the levels rest, one for each question, also when nothing changed."""
    with a_gate() as gate:
        answers: list[str] = []
        gate.loop.post(lambda: gate.loop.on_next_decision(lambda snapshot: answers.append(snapshot.levels)))
        gate.tick()
        assert answers == []
        gate.let_pass(1)
        assert answers == ["000"]
        assert [answered for _, answered in gate.received] == [True]
        gate.set("101")
        gate.loop.on_next_decision(lambda snapshot: answers.append(snapshot.levels))
        gate.tick()
        assert answers == ["000"]
        gate.let_pass(1)
        gate.loop.on_next_decision(lambda snapshot: answers.append(snapshot.levels))
        gate.let_pass(1)
        assert answers == ["000", "101", "101"]
        assert len(gate.received) == 2


def test_another_network_is_used_at_once() -> None:
    """After `replace_network` the LED follows the new table at the next pass, and the new decision is handed on."""
    with a_gate() as gate:
        gate.set("110")
        gate.let_pass(1)
        gate.loop.post(lambda: gate.loop.replace_network(train(TruthTable.named("or"))))
        gate.tick()
        assert gate.lit
        assert gate.received[-1][0].examined.table.name == "or"
        assert [snapshot.decision for snapshot, _ in gate.received] == [("off",), ("on",)]


def test_the_status_tells_a_guess_from_a_taught_row() -> None:
    """A row that the table does not give is called a guess."""
    half = train(TruthTable({"000": "0", "111": "1"}, "half"))
    taught, guess = (Snapshot(half, levels, *half.decide(levels)) for levels in ("111", "110"))
    assert taught.taught
    assert taught.status == "half: 111 -> on"
    assert not guess.taught
    assert guess.status.endswith("(a guess: this row is not taught)")


def test_a_status_is_one_line_whatever_the_table_is_called() -> None:
    """A table file with a newline in its name cannot forge a message to systemd."""
    named = train(TruthTable({"0": "1"}, "a\nREADY=1"))
    assert len(Snapshot(named, "0", *named.decide("0")).status.splitlines()) == 1
