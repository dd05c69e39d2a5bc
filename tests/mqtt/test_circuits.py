"""Gates out of gates: the output of one is an input of another."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from .gates import gate, heard, settings, until_decided
from .mosquitto import Mosquitto
from .onlooker import onlooker


def test_a_latch_of_two_nors(tmp_path: Path, broker: Mosquitto) -> None:
    """It is undecided until its first set; it sets, holds, resets and holds; with half of it gone it is undecided."""
    first = settings(broker.port, "q", "nor", '[17, "pigate/p/output/1"]')  # its switch resets
    second = settings(broker.port, "p", "nor", '["pigate/q/output/1", 17]')  # its switch sets
    with gate(tmp_path, first, "q") as q, gate(tmp_path, second, "p") as p, onlooker(broker.port) as looking:
        looking.until_is("pigate/q/output/1", "undecided")
        looking.until_is("pigate/p/output/1", "undecided")
        for setting, resetting, value in [("1", "0", "ON"), ("0", "1", "OFF"), ("1", "0", "ON")]:
            other = "OFF" if value == "ON" else "ON"
            p.flip(setting)
            q.flip(resetting)
            looking.until_is("pigate/q/output/1", value)
            looking.until_is("pigate/p/output/1", other)
            looking.until_is("pigate/p/input/1", value)  # each has heard the other: only then may the pulse end
            looking.until_is("pigate/q/input/2", other)
            p.flip("0")
            q.flip("0")
            looking.until(lambda _: looking.state("pigate/q")["levels"] == f"0{'01'[other == 'ON']}")  # noqa: B023
            looking.until(lambda _: looking.state("pigate/p")["levels"] == f"{'01'[value == 'ON']}0")  # noqa: B023
            assert (looking.latest["pigate/q/output/1"], looking.latest["pigate/p/output/1"]) == (
                value.encode(),
                other.encode(),
            )
        p.end(signal.SIGKILL)
        until_decided(q, "0?", "undecided")


def test_a_gate_that_hears_itself_does_not_storm(tmp_path: Path, broker: Mosquitto) -> None:
    """A circle that never comes to rest changes at most 20 topics a second, and its switch still rules."""
    began = time.monotonic()
    with onlooker(broker.port) as looking:
        with gate(tmp_path, settings(broker.port, "a", "nor", '[17, "pigate/a/output/1"]')) as one:
            one.flip("1")
            looking.until_is("pigate/a/input/2", "OFF")
            one.flip("0")
            for _ in range(5):
                until_decided(one, "00", "on")
                until_decided(one, "01", "off")
            one.flip("1")
            until_decided(one, "10", "off")
            one.flip("1")
            looking.until_is("pigate/a/input/1", "ON")
            looking.until_is("pigate/a/input/2", "OFF")
        ours = [topic for topic, _, _ in looking.seen]
        assert len(ours) <= 20 * (time.monotonic() - began) + 20


def test_a_switch_elsewhere(tmp_path: Path, broker: Mosquitto) -> None:
    """A topic that is no gate's is an input, too, and what the broker has kept of it counts at once."""
    with onlooker(broker.port) as looking:
        looking.publish("zigbee/lamp", "1")
        with gate(tmp_path, settings(broker.port, "a", "and", '["zigbee/lamp", 17]')) as one:
            one.flip("1")
            until_decided(one, "11", "on")
            looking.publish("zigbee/lamp", "")
            until_decided(one, "?1", "undecided")
            one.flip("0")
            until_decided(one, "?0", "off")


def test_lines_set_the_pins_alone(tmp_path: Path, broker: Mosquitto) -> None:
    """A line of standard input has a level for each pin, and none for a topic."""
    with gate(tmp_path, settings(broker.port, "a", "and", '["lamp", 17, 27]')) as one:
        one.flip("101")
        assert "type 2 of 0 and 1, such as 10" in heard(one, "is no switch setting")
        one.flip("01")
        until_decided(one, "?01", "off")
