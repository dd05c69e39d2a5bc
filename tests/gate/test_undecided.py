"""An undecided gate blinks; a switch that chatters makes it undecided."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pigate.report import Snapshot

from .mock_gate import BLANK, RESYNC_S, SETTLE_S, a_gate, chatter, gated


def test_undecided_blinks_twice_a_second() -> None:
    """An undecided LED is lit for a quarter of a second and dark for the next."""
    with a_gate(BLANK) as gate:
        gate.let_pass(1)
        changes = []
        lit = gate.lit
        for _ in range(10_000):  # of 2 ms: 20 seconds
            gate.let_pass(0.002)
            if gate.lit is not lit:
                lit = gate.lit
                changes.append(gate.now)
        assert gate.decision == ("undecided",)
        assert len(changes) in (79, 80, 81)
        assert all(b - a == pytest.approx(0.25, abs=0.005) for a, b in pairwise(changes))


def test_a_blinking_gate_wakes_only_to_blink() -> None:
    """Blinking costs four passes a second, not a busy loop."""
    with a_gate(BLANK) as gate:
        gate.let_pass(1)
        end, passes = gate.now + 100, 0
        while gate.now < end:
            due = gate.tick()
            assert due > 0
            gate.now += due
            passes += 1
        assert passes <= 402


def test_undecided_can_be_dark() -> None:
    """With undecided = "off" the LED stays off, and nothing wakes the loop for it."""
    with a_gate(BLANK, undecided="off") as gate:
        gate.let_pass(1)
        assert gate.decision == ("undecided",)
        for _ in range(100):
            assert gate.tick() == pytest.approx(RESYNC_S)
            gate.now += 0.1
            assert not gate.lit


def test_chatter_of_more_than_a_second_is_undecided_names_the_gpio_and_heals() -> None:
    """A switch that does not rest makes the decision undecided, once; when it rests the gate is right again."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 27, 0.95)
        assert [snapshot.decision for snapshot, _ in gate.received] == [("on",)]
        chatter(gate, 27, 30)
        snapshot = gate.loop.snapshot
        assert snapshot is not None
        assert snapshot.decision == ("undecided",)
        assert snapshot.chattering == (27,)
        assert "chattering: GPIO 27" in snapshot.status
        assert len(gate.received) == 2, "chatter is news once, not at each of its edges"
        gate.set("110")
        gate.let_pass(SETTLE_S + 0.001)
        assert gate.decision == ("off",)
        assert gate.lit is gated("110")
        assert gate.loop.snapshot is not None
        assert gate.loop.snapshot.chattering == ()
        assert "chattering" not in gate.loop.snapshot.status


def test_chatter_blinks_the_led() -> None:
    """While a switch chatters the LED blinks."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 17, 1.5)
        seen = set()
        for _ in range(20):
            chatter(gate, 17, 0.05)
            seen.add(gate.lit)
        assert seen == {True, False}


def test_two_loose_wires_are_both_named() -> None:
    """Each input that keeps moving during the unrest is named, in the order of the inputs."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 22, 1.5)
        chatter(gate, 17, 0.6)
        assert gate.loop.snapshot is not None
        assert gate.loop.snapshot.chattering == (17, 22)


def test_a_flip_beside_a_loose_wire_is_not_blamed() -> None:
    """A person who flips a switch to see what helps is not told that this one is loose."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 22, 1.5)
        gate.set("010")
        chatter(gate, 22, 1.5)
        assert {snapshot.chattering for snapshot, _ in gate.received} == {(), (22,)}


def test_chatter_from_the_start_is_told_too() -> None:
    """A gate that never saw its switches rest says so, rather than nothing."""
    with a_gate() as gate:
        chatter(gate, 17, 1.5)
        assert gate.decision == ("undecided",)


def test_a_long_settle_time_is_no_chatter() -> None:
    """One flip under a settle time of three seconds is a flip that settles, and no loose wire."""
    with a_gate(settle_s=3.0, resync_s=0.3) as gate:
        gate.let_pass(5)
        gate.set("100")
        gate.let_pass(5)
        assert [(snapshot.levels, snapshot.chattering) for snapshot, _ in gate.received] == [("000", ()), ("100", ())]


def test_a_question_during_chatter_is_answered_undecided() -> None:
    """Whoever asks while a switch chatters is told so after a second, and does not wait for ever."""
    with a_gate() as gate:
        gate.let_pass(1)
        answers: list[Snapshot] = []
        chatter(gate, 17, 0.5)
        gate.loop.on_next_decision(answers.append)
        chatter(gate, 17, 0.7)
        assert [(snapshot.decision, snapshot.chattering) for snapshot in answers] == [(("undecided",), (17,))]
