"""What is made of what a broker tells of its gates: a pure function of the messages and of the time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.cli import _parser
from pigate.mqtt.fleet import COLUMNS, Fleet, lines
from pigate.mqtt.topics import OFFLINE_S

STATE: dict[str, Any] = {"id": "a", "name": "Küche", "version": "0.1.0", "table": "xor", "levels": "110"}
STATE |= {"prediction": [0.03], "decision": ["off"], "taught": True, "loss": 0.002, "proved": True}
STATE |= {"changed": "2026-03-04T11:00:00.000+00:00", "connected": "2026-03-04T10:00:00.000+00:00"}


class Driven:
    """A fleet whose clock is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 4, 12, tzinfo=UTC)
        self.fleet = Fleet("pigate", lambda: self.now)

    def state(self, gate: str, **more: Any) -> None:
        """Let a gate publish its state."""
        self.fleet.take(f"pigate/{gate}/state", json.dumps(STATE | more).encode())

    def told(self, *how: Any) -> list[dict[str, Any]]:
        """Return the gates as JSON has them."""
        return [told for _, told in self.fleet.chosen(*how)]

    def status(self, gate: str = "a") -> tuple[bool, str | None]:
        """Return whether a gate is online, and since when it is so."""
        (one,) = (told for told in self.told() if told["id"] == gate)
        return one["online"], one["since"]


def test_online_and_offline() -> None:
    """A gate is online while its word holds, since it connected; offline since its will was published, if known."""
    driven = Driven()
    driven.state("a")
    assert driven.status() == (False, None)
    driven.fleet.take("pigate/a/availability", b"online", 60)
    assert driven.status() == (True, STATE["connected"])
    driven.now += timedelta(seconds=59)
    assert driven.status() == (True, STATE["connected"])
    driven.now += timedelta(seconds=1)
    assert driven.status() == (False, "2026-03-04T12:01:00+00:00")
    driven.fleet.take("pigate/a/availability", b"offline", OFFLINE_S - 3600)
    assert driven.status() == (False, "2026-03-04T11:01:00+00:00")
    driven.fleet.take("pigate/a/availability", b"offline")
    assert driven.status() == (False, None)
    driven.fleet.take("pigate/a/availability", b"online")
    assert driven.status() == (True, STATE["connected"])
    driven.fleet.take("pigate/a/availability", b"")
    assert driven.status() == (False, None)


def test_the_status_is_unknown_without_a_connection() -> None:
    """Without a connection to the broker no gate is shown as on or off line."""
    driven = Driven()
    driven.state("a")
    driven.fleet.take("pigate/a/availability", b"online", 60)
    driven.fleet.reached = False
    ((row, _),) = driven.fleet.chosen()
    assert (row.status, row.since) == ("?", "")


def test_a_state_that_is_deleted_or_none() -> None:
    """A gate whose state is deleted, or is none any more, is not shown."""
    driven = Driven()
    for payload in (b"", b"{}", b"nonsense", json.dumps(STATE | {"loss": "small"}).encode(), b"[" * 5000):
        driven.state("a")
        assert len(driven.told()) == 1
        driven.fleet.take("pigate/a/state", payload)
        assert driven.told() == []


@pytest.mark.parametrize("moment", ["", "today", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_is_none(moment: str) -> None:
    """A state with a time that no clock can show is none, or is shown; it ends nothing."""
    driven = Driven()
    driven.state("a", connected=moment)
    driven.fleet.take("pigate/a/availability", b"online", 60)
    assert len(driven.fleet.chosen()) <= 1


TEXT = st.text(max_size=100)
ANY = st.recursive(st.none() | st.booleans() | st.floats() | TEXT, lambda inner: st.lists(inner, max_size=3))
TOLD = st.fixed_dictionaries(dict.fromkeys(("name", "version", "table", "levels"), TEXT) | {"decision": st.lists(TEXT)})
NONSENSE = st.dictionaries(st.sampled_from(sorted(STATE)), ANY, max_size=2)
PAYLOADS = (TOLD | NONSENSE).map(lambda said: json.dumps(STATE | said).encode()) | st.binary(max_size=40)


@given(st.lists(st.tuples(st.sampled_from(["a/state", "b/state", "a/availability", "", "/"]), PAYLOADS), max_size=5))
def test_whatever_is_published(messages: list[tuple[str, bytes]]) -> None:
    """Whatever anybody publishes, each gate is one printable line, and what is shown as JSON is JSON."""
    driven = Driven()
    for kind, payload in messages:
        driven.fleet.take(f"pigate/{kind}", payload, 60)
    rows = [row for row, _ in driven.fleet.chosen()]
    assert all(line.isprintable() for line in lines(rows))
    assert len(lines(rows)) == len(rows) + 1
    json.dumps(driven.told())


def test_filter_and_sort() -> None:
    """A word keeps the gates that have it in a column, in large letters or small; each column sorts."""
    driven = Driven()
    driven.state("1", name="b", table="XOR", levels="111", decision=["on"])
    driven.state("2", name="C", table="and", version="0.2.0")
    driven.state("3", name="a", table="nor", levels="001", connected="2026-03-04T11:30:00+00:00")
    driven.fleet.take("pigate/3/availability", b"online", 60)
    driven.fleet.take("pigate/1/availability", b"offline", OFFLINE_S - 24 * 3600)
    assert [told["id"] for told in driven.told("xOr")] == ["1"]
    assert [told["id"] for told in driven.told("offline")] == ["1", "2"]
    assert driven.told("none of them") == []
    order = {column: "".join(told["id"] for told in driven.told(None, column)) for column in COLUMNS}
    assert order == {
        "name": "312",
        "id": "123",
        "table": "231",
        "levels": "321",
        "decision": "231",
        "status": "123",
        "since": "213",
        "version": "132",
    }


def test_columns_are_those_of_the_command_line() -> None:
    """`--sort` takes each column."""
    for column in COLUMNS:
        assert _parser().parse_args(["fleet", "--sort", column]).sort == column


def test_lines_stand_one_under_another() -> None:
    """A column begins at one place in all lines, also below letters that take two places or none."""
    driven = Driven()
    for gate, name in (("a", "x"), ("b", "厨房"), ("c", "e\u0301")):
        driven.state(gate, name=name)
    _, *below = lines([row for row, _ in driven.fleet.chosen()])
    assert [line.split("  ")[0] for line in below] == ["e\u0301", "x", "厨房"]
    assert [line.partition("xor")[0] for line in below] == ["e\u0301     c   ", "x     a   ", "厨房  b   "]
