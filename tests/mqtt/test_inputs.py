"""Inputs that are topics, and the words of topics: pure functions of what is published."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.mqtt.inputs import Inputs
from pigate.mqtt.topics import Topics, availability_of, level_of, published

GATE = "pigate/kitchen/output/1"
THERE = "pigate/kitchen/availability"


def test_payloads_that_are_levels() -> None:
    """ON, OFF, 1 and 0 are understood; undecided and nothing (a deleted topic) are unknown."""
    found = [level_of(payload) for payload in (b"ON", b"1", b"OFF", b"0", b"undecided", b"")]
    assert found == ["1", "1", "0", "0", "?", "?"]


@given(st.binary())
def test_other_payloads_are_none(payload: bytes) -> None:
    """Whatever else is published is no level: not with a blank or in small letters either."""
    assert level_of(payload) is None or payload in (b"ON", b"1", b"OFF", b"0", b"undecided", b"")
    assert level_of(b" " + payload) is None


def test_a_gates_output_counts_while_the_gate_is_online() -> None:
    """What a gate left on the broker is no level before that gate is online, and none when it goes."""
    now = [100.0]
    inputs = Inputs([GATE, "lamp"], lambda: now[0])
    assert inputs.subscriptions == {GATE, THERE, "lamp"}
    inputs.take(GATE, b"ON")
    inputs.take("lamp", b"1")
    assert inputs.levels == "?1"
    inputs.take(THERE, b"online")
    assert inputs.levels == "11"
    inputs.take(GATE, b"undecided")
    assert inputs.levels == "?1"
    inputs.take(GATE, b"OFF")
    assert inputs.levels == "01"
    inputs.take(THERE, b"offline")
    assert inputs.levels == "?1"
    inputs.take(THERE, b"online", 60)
    now[0] += 59
    assert inputs.levels == "01"
    now[0] += 1
    assert inputs.levels == "?1"  # it did not say so again
    inputs.take(THERE, b"online")
    inputs.forget()
    assert inputs.levels == "??"


@given(st.sampled_from([GATE, THERE, "lamp"]), st.binary(max_size=40))
def test_nonsense_changes_nothing(topic: str, payload: bytes) -> None:
    """A payload that says nothing is refused in one short line, and all is as it was."""
    inputs = Inputs([GATE, "lamp"], lambda: 0.0)
    for known, said in ((THERE, b"online"), (GATE, b"ON"), ("lamp", b"OFF")):
        inputs.take(known, said)
    meant = (b"online", b"offline", b"") if topic == THERE else (b"ON", b"1", b"OFF", b"0", b"undecided", b"")
    if payload in meant:
        return
    with pytest.raises(ValueError, match=topic) as caught:
        inputs.take(topic, payload)
    assert len(str(caught.value)) < 200
    assert inputs.levels == "10"


def test_availability_belongs_to_topics_of_gates() -> None:
    """Inputs and outputs of gates have an availability, under any prefix; other topics have none."""
    assert availability_of("a/b/c/input/8") == "a/b/c/availability"
    assert [availability_of(topic) for topic in ("lamp", "a/output/9", "output/1", "a/output/1/x")] == [None] * 4


def test_what_is_published() -> None:
    """Inputs and outputs are counted from 1 and say ON, OFF or undecided; the state is JSON; outputs come first."""
    state = {"levels": "1?0", "decision": ["on", "undecided"]}
    found = published(Topics("home/gates", "k"), state)
    *_, last = found
    assert json.loads(found.pop(last)) == state
    assert list(found.items()) == [
        ("home/gates/k/output/1", b"ON"),
        ("home/gates/k/output/2", b"undecided"),
        ("home/gates/k/input/1", b"ON"),
        ("home/gates/k/input/2", b"undecided"),
        ("home/gates/k/input/3", b"OFF"),
    ]
