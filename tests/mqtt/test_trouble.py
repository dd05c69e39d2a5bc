"""Brokers that are killed, frozen or cut off while switches flip, and clients that publish nonsense."""

from __future__ import annotations

import random
import signal
import threading
import time
from itertools import cycle
from pathlib import Path

import pytest

from pigate.learning.tables import every_levels

from ..gate.run.process import XOR, Gate
from .gates import children, decided, gate, heard, is_true, settings, until_decided
from .mosquitto import Mosquitto, running
from .onlooker import Onlooker, kept, onlooker

#: In bytes; what a process may take more after many flips than before.
MORE = 12 << 20

ROWS = list(every_levels(3))


def flip(gate: Gate, count: int) -> str:
    """Flip switches so many times, each right after the answer; every answer is right. Return the last levels."""
    rows = cycle(ROWS[::-1])
    for _ in range(count):
        levels = next(rows)
        gate.flip(levels)
        answer = decided(gate)
        assert answer["levels"] == levels
        assert answer["decision"] == list(XOR.decide(levels)[1])
    return levels


def memory(pid: int) -> int:
    """Return a process's memory in bytes."""
    (line,) = (li for li in Path(f"/proc/{pid}/status").read_text().splitlines() if li.startswith("VmRSS"))
    return int(line.split()[1]) << 10


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("trouble", ["killed", "frozen", "cut off"])
def test_broker_in_trouble_while_switches_flip(trouble: str, count: int, tmp_path: Path) -> None:
    """Each flip gets its one right answer, memory stays flat, and a broker that is back has the true state."""
    broker = Mosquitto(tmp_path)
    with running(broker), gate(tmp_path, settings(broker.port, "a")) as one:
        heard(one, "the gate is pigate/a")
        flip(one, 100)
        processes = [one.process.pid, *children(one)]
        before = [memory(pid) for pid in processes]
        if trouble == "frozen":
            broker.freeze()
        else:
            broker.end(signal.SIGKILL if trouble == "killed" else signal.SIGTERM)
        levels = flip(one, count)
        assert [memory(pid) - was < MORE for pid, was in zip(processes, before, strict=True)] == [True, True]
        if trouble == "frozen":
            broker.thaw()
        else:
            broker.start()
        with onlooker(broker.port) as looking:
            looking.until(lambda latest: is_true(latest, levels))
        assert is_true(kept(broker.port), levels)


def publish_nonsense(looking: Onlooker, topics: list[str], until: float, seed: int) -> int:
    """Publish nonsense in all topics, kept or not, short or long; return how often."""
    chance, count = random.Random(seed), 0
    words = [b"ON ", b"on", b"true", b"null", b"\xff\xfe", b"{", b"[" * 1000, b"1" * 17, b'{"cmps":[]}', b"ONLINE"]
    while time.monotonic() < until:
        for topic in topics:
            payload = chance.choice([*words, chance.randbytes(chance.choice([2, 40, 5000]))])
            looking.client.publish(topic, payload, qos=0, retain=chance.random() < 0.2)
            count += 1
        looking.publish(chance.choice(topics), b"x" * 200_000, retain=False)  # and waits
    return count


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.long)])
def test_a_hostile_client_never_lights_a_wrong_led(seconds: int, tmp_path: Path, broker: Mosquitto) -> None:
    """Nonsense in every topic changes no decision, and is one line a minute; levels that come between are heard."""
    inputs = '[17, "pigate/b/output/1", "lamp"]'
    topics = ["lamp", "homeassistant/status", "homeassistant/device/a/config", "pigate/b/output/1", "pigate/b/state"]
    topics += [f"pigate/a/{kind}" for kind in ("state", "availability", "input/1", "output/1", "output/7", "x/y", "")]
    with (
        onlooker(broker.port) as looking,
        onlooker(broker.port) as enemy,
        gate(tmp_path, settings(broker.port, "a", "xor", inputs)) as one,
    ):
        looking.publish("pigate/b/availability", "online")
        looking.publish("pigate/b/output/1", "ON")
        looking.publish("lamp", "1")
        until_decided(one, "011", "off")
        began = time.monotonic()
        attack = threading.Thread(target=publish_nonsense, args=[enemy, topics, began + seconds, 1])
        attack.start()
        flips = 0
        while attack.is_alive():
            for level, decision in (("1", "on"), ("0", "off")):
                one.flip(level)
                answer = decided(one)
                assert (answer["levels"], answer["decision"]) == (f"{level}11", [decision])
                flips += 1
        attack.join()
        assert flips > 0
        looking.publish("lamp", "0")
        until_decided(one, "010", "off")
        _, said = one.end(signal.SIGTERM)
        minutes = (time.monotonic() - began) // 60
        lines = said.splitlines()
        assert 1 <= sum("nothing changes by it" in line for line in lines) <= 1 + minutes
        assert not any("Traceback" in line or "has ended" in line for line in lines)
