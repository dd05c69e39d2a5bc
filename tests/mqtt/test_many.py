"""Many gates on one broker: an adder, and crowds."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from pigate.learning.tables import every_levels

from .adder import adder, put, settled, sum_of
from .gates import gate, is_true, settings, until_decided
from .mosquitto import Mosquitto, running
from .onlooker import kept, onlooker

PAIRS = [(a, b) for a in range(16) for b in range(16)]

#: A carry that goes all the way, and comes back; then any.
SOME = [(0, 0), (15, 0), (15, 1), (15, 0), (15, 15), *random.Random(1).sample(PAIRS, 7)]


@pytest.mark.parametrize("pairs", [SOME, pytest.param(PAIRS, marks=pytest.mark.long)], ids=["a dozen", "all"])
def test_four_gates_add(pairs: list[tuple[int, int]], tmp_path: Path, broker: Mosquitto) -> None:
    """Four gates that hear each other's carry add two numbers of four bits."""
    with adder(tmp_path, broker.port) as gates, onlooker(broker.port) as looking:
        for a, b in pairs:
            put(gates, a, b)
            found = looking.until(lambda latest: settled(a, b).items() <= latest.items())  # noqa: B023
            assert sum_of(found) == a + b


@pytest.mark.parametrize(
    ("count", "rounds"), [(20, 3), pytest.param(200, 60, marks=pytest.mark.long)], ids=["20", "200"]
)
def test_a_crowd(count: int, rounds: int, tmp_path: Path) -> None:
    """Gates that flip once a second: every state of each arrives, and what the broker keeps in the end is true."""
    # By QoS 1, as the onlooker subscribes, Mosquitto keeps 1000 messages for a client unless told otherwise.
    broker = Mosquitto(tmp_path, "allow_anonymous true", "max_queued_messages 0")
    names = [f"g{number}" for number in range(count)]
    rows, chance = list(every_levels(3)), random.Random(1)
    with running(broker), ExitStack() as stack, onlooker(broker.port) as looking:
        gates = {name: stack.enter_context(gate(tmp_path, settings(broker.port, name), name)) for name in names}
        levels = dict.fromkeys(names, "000")
        for _ in range(rounds):
            began = time.monotonic()
            for name, one in gates.items():
                levels[name] = chance.choice([row for row in rows if row != levels[name]])
                one.flip(levels[name])
            missing = set(names)

            def arrived(latest: dict[str, bytes]) -> bool:
                missing.difference_update([name for name in missing if is_true(latest, levels[name], name)])  # noqa: B023
                return not missing  # noqa: B023

            looking.until(arrived)
            time.sleep(max(0, began + 1 - time.monotonic()))
        for name, one in gates.items():
            until_decided(one, levels[name], "off" if levels[name] not in ("000", "111") else "on")
        found = kept(broker.port)
        assert [name for name in names if not is_true(found, levels[name], name)] == []
