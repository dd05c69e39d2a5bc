"""A gate on a real broker: what it publishes, and what becomes of that when the gate or the broker goes."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from .gates import children, decided, gate, heard, settings, until_decided
from .mosquitto import PATIENCE_S, Mosquitto, running
from .onlooker import PacketTypes, Properties, kept, onlooker

CONFIG = "homeassistant/device/a/config"


def test_all_that_a_gate_publishes(tmp_path: Path, broker: Mosquitto) -> None:
    """Inputs, outputs, state, availability and announcement are kept by the broker, and true."""
    with onlooker(broker.port) as looking, gate(tmp_path, settings(broker.port, "a", more='name = "Küche"\n')) as one:
        one.flip("110")
        until_decided(one, "110", "off")
        looking.until_is("pigate/a/input/1", "ON")
        looking.until(lambda latest: CONFIG in latest)
        found = kept(broker.port)
        assert {topic: payload for topic, payload in found.items() if not topic.endswith(("state", "config"))} == {
            "pigate/a/availability": b"online",
            "pigate/a/input/1": b"ON",
            "pigate/a/input/2": b"ON",
            "pigate/a/input/3": b"OFF",
            "pigate/a/output/1": b"OFF",
        }
        state = json.loads(found["pigate/a/state"])
        assert list(state) == ["id", "name", "version", "table", "levels", "prediction", "decision", "taught", "loss",
                               "proved", "changed", "connected"]  # fmt: skip
        assert (state["id"], state["name"], state["table"], state["proved"]) == ("a", "Küche", "xor", True)
        assert (state["levels"], state["decision"], state["taught"]) == ("110", ["off"], True)
        assert datetime.fromisoformat(state["changed"]).utcoffset() is not None
        assert state["prediction"][0] < 0.1
        announced = json.loads(found[CONFIG])
        assert announced["dev"]["name"] == "Küche"
        assert {one["state_topic"] for one in announced["cmps"].values()} <= set(found)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_gate_that_ends_is_offline(how: signal.Signals, tmp_path: Path, broker: Mosquitto) -> None:
    """Stopped or killed, a gate is offline, for those who look later, too."""
    with onlooker(broker.port) as looking, gate(tmp_path, settings(broker.port, "a")) as one:
        looking.until_is("pigate/a/availability", "online")
        one.end(how)
        looking.until_is("pigate/a/availability", "offline")
        assert kept(broker.port)["pigate/a/availability"] == b"offline"


@pytest.mark.parametrize("persistence", ["false", "true"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_broker_that_comes_back_is_told_everything(how: signal.Signals, persistence: str, tmp_path: Path) -> None:
    """Whether it has kept anything or not, the broker gets it all again, as it is by then; inputs are heard again."""
    broker = Mosquitto(tmp_path, "allow_anonymous true", f"persistence {persistence}", "autosave_on_changes true")
    with running(broker), gate(tmp_path, settings(broker.port, "a", "first", '[17, "lamp", 22]')) as one:
        with onlooker(broker.port) as looking:
            looking.until(lambda latest: {"pigate/a/state", CONFIG, "pigate/a/availability"} <= set(latest))
            looking.publish("lamp", "1")
            until_decided(one, "010", "off")
        broker.end(how)
        until_decided(one, "0?0", "off")
        one.flip("10")
        until_decided(one, "1?0", "on")
        broker.start()
        with onlooker(broker.port) as looking:
            looking.until_is("pigate/a/output/1", "ON")
            looking.until_is("pigate/a/availability", "online")
            looking.until(lambda latest: CONFIG in latest)
            looking.until(lambda latest: json.loads(latest["pigate/a/state"])["levels"][0] == "1")
            looking.publish("lamp", "0")
            until_decided(one, "100", "on")
            looking.publish("lamp", "1")
            until_decided(one, "110", "on")


def test_home_assistant_that_starts_is_told_again(tmp_path: Path, broker: Mosquitto) -> None:
    """When Home Assistant says that it is online, announcement, states and availability are published once more."""
    with onlooker(broker.port) as looking, gate(tmp_path, settings(broker.port, "a")):
        looking.until(lambda latest: CONFIG in latest)
        looking.until_is("pigate/a/availability", "online")
        everything = {CONFIG, "pigate/a/availability", "pigate/a/state", "pigate/a/output/1"}
        everything |= {f"pigate/a/input/{n}" for n in (1, 2, 3)}
        for retain in (False, True):
            looking.until_again(everything, lambda: looking.publish("homeassistant/status", "online", retain))  # noqa: B023


def test_no_ghosts_of_pins_or_names(tmp_path: Path, broker: Mosquitto) -> None:
    """A gate that comes back with fewer pins and another name leaves nothing of what it had more."""
    wide = settings(broker.port, "a", "full-adder").replace("settle_s", "outputs = [18, 19]\nsettle_s")
    with onlooker(broker.port) as looking:
        with gate(tmp_path, wide):
            looking.until(lambda latest: CONFIG in latest)
        looking.until_is("pigate/a/availability", "offline")
        with gate(tmp_path, settings(broker.port, "a", "and", "[17, 27]", 'name = "new"\n')):
            looking.until(lambda latest: json.loads(latest[CONFIG])["dev"]["name"] == "new")
            looking.until(lambda latest: "output_2" not in json.loads(latest[CONFIG])["cmps"])
            looking.until_is("pigate/a/input/3", "")
            looking.until_is("pigate/a/output/2", "")
            announcements = [json.loads(payload) for topic, payload, _ in looking.seen if topic == CONFIG]
            assert {"p": "binary_sensor"} in [found["cmps"].get("output_2") for found in announcements]
            found = kept(broker.port)
            assert {"pigate/a/input/3", "pigate/a/output/2"}.isdisjoint(found)
            assert set(json.loads(found[CONFIG])["cmps"]) == {
                "input_1", "input_2", "output_1", "prediction_1", "proved", "table"
            }  # fmt: skip


def test_whoever_says_that_a_gate_is_offline_is_corrected(tmp_path: Path, broker: Mosquitto) -> None:
    """A broker that finds an earlier connection dead publishes its will; the gate that is there says so again."""
    with onlooker(broker.port) as looking, gate(tmp_path, settings(broker.port, "a")):
        looking.until_is("pigate/a/availability", "online")
        looking.publish("pigate/a/availability", "offline")
        looking.until_is("pigate/a/availability", "online")
        assert kept(broker.port)["pigate/a/availability"] == b"online"


def test_a_broker_that_is_not_there_delays_nothing(tmp_path: Path) -> None:
    """Without a broker the gate decides and answers, and one line says what is wrong; with one it joins by itself."""
    broker = Mosquitto(tmp_path)
    with gate(tmp_path, settings(broker.port, "a")) as one:
        one.flip("111")
        assert decided(one)["decision"] == ["on"]
        assert heard(one, "MQTT") == f"MQTT: 127.0.0.1:{broker.port}: Connection refused; it is tried again"
        with running(broker), onlooker(broker.port) as looking:
            looking.until_is("pigate/a/output/1", "ON")
            assert heard(one, "MQTT") == f"MQTT: the gate is pigate/a on 127.0.0.1:{broker.port}"


def test_mqtt_process_that_dies_comes_back(tmp_path: Path, broker: Mosquitto) -> None:
    """Killed, the process leaves no level behind that nobody hears any more; it is started again, and hears it."""
    with onlooker(broker.port) as looking, gate(tmp_path, settings(broker.port, "a", "or", '["lamp", 22]')) as one:
        looking.publish("lamp", "ON")
        until_decided(one, "10", "on")
        (child,) = children(one)
        os.kill(child, signal.SIGKILL)
        until_decided(one, "?0", "undecided")
        assert re.search("the MQTT process has ended; it starts again in 5 seconds", heard(one, "MQTT process"))
        until_decided(one, "10", "on")
        looking.until_is("pigate/a/availability", "online")


def test_two_gates_of_one_name_are_told_so(tmp_path: Path, broker: Mosquitto) -> None:
    """Gates that take each other's place on the broker say what may be wrong, and where to mend it."""
    text = settings(broker.port, "a")
    with gate(tmp_path, text) as first, gate(tmp_path, text, name="second"):
        assert "has another gate the id a under [mqtt]?" in heard(first, "again and again")


def test_a_gate_that_ended_with_its_broker(tmp_path: Path) -> None:
    """What a broker has kept of a gate that it could not call offline is no level once the gate's word has lapsed."""
    broker = Mosquitto(
        tmp_path, "allow_anonymous true", "persistence true", "autosave_on_changes true", "autosave_interval 1"
    )
    lasting = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    lasting.MessageExpiryInterval = 10
    with running(broker), gate(tmp_path, settings(broker.port, "a", "or", '["pigate/b/output/1", 17]')) as one:
        with onlooker(broker.port) as looking:
            looking.publish("pigate/b/output/1", "ON")
            looking.client.publish("pigate/b/availability", "online", 1, True, lasting).wait_for_publish(PATIENCE_S)
            until_decided(one, "10", "on")
        broker.end(signal.SIGKILL)
        until_decided(one, "?0", "undecided")
        broker.start()
        end = time.monotonic() + PATIENCE_S
        while "pigate/b/availability" in kept(broker.port):
            assert time.monotonic() < end
            time.sleep(0.5)
        assert kept(broker.port)["pigate/b/output/1"] == b"ON"
        with onlooker(broker.port) as looking:
            looking.until_is("pigate/a/availability", "online")
            looking.until(lambda _: looking.state("pigate/a")["levels"] == "?0")
            looking.until_is("pigate/a/output/1", "undecided")
