"""What Home Assistant is told: the form that it asks for, and no ghosts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.mqtt.discovery import Discovery
from pigate.mqtt.messages import Start
from pigate.mqtt.topics import Topics
from pigate.settings import MqttSettings


def discovery(inputs: int = 3, outputs: int = 1, name: str = "kitchen") -> Discovery:
    """Return the discovery of a gate of this size."""
    start = Start(MqttSettings(host="x"), name, "Kitchen", tuple(range(inputs)), tuple(range(20, 20 + outputs)))
    return Discovery(start, Topics("pigate", name), "0.1.0")


def announced(discovery: Discovery) -> Any:
    """Return the announcement."""
    return json.loads(discovery.payload)


@given(st.integers(1, 8), st.integers(1, 8))
def test_every_entity_is_complete(inputs: int, outputs: int) -> None:
    """Each has a platform, an id of its own, an entity id that it would like, and a state; none has `object_id`."""
    found = announced(discovery(inputs, outputs))
    assert set(found) == {"dev", "o", "availability_topic", "cmps"}
    assert found["dev"]["ids"] == ["pigate_kitchen"]
    assert found["o"]["name"] == "pigate"
    components = found["cmps"]
    assert len(components) == inputs + 2 * outputs + 2
    for key, component in components.items():
        assert component["p"] in ("binary_sensor", "sensor")
        assert component["unique_id"] == f"pigate_kitchen_{key}"
        assert re.fullmatch(r"(binary_)?sensor\.[a-z0-9_]+", component["default_entity_id"])
        assert component["state_topic"].startswith("pigate/kitchen/")
        assert "expire_after" not in component
    assert b"object_id" not in discovery(inputs, outputs).payload
    assert {key for key, one in components.items() if one.get("entity_category") == "diagnostic"} == {
        "proved",
        *(f"prediction_{n + 1}" for n in range(outputs)),
    }


def test_one_led_has_the_devices_name() -> None:
    """A gate's only LED is called what the gate is called; of two, each has a number."""
    assert announced(discovery())["cmps"]["output_1"]["name"] is None
    assert announced(discovery(3, 2))["cmps"]["output_2"]["name"] == "LED 2"


def test_ids_that_differ_in_a_sign_are_different_gates() -> None:
    """Gates called a-b, a_b and A-B share no unique id."""
    unique = [announced(discovery(name=name))["cmps"]["table"]["unique_id"] for name in ("a-b", "a_b", "A-B")]
    assert len(set(unique)) == 3


def test_a_pin_fewer_leaves_no_ghost() -> None:
    """What an earlier run announced and this one lacks is announced with its platform alone, then no more."""
    before, now = discovery(3, 2), discovery(2, 1)
    assert now.take(before.payload)
    ghosts = {key: one for key, one in announced(now)["cmps"].items() if set(one) == {"p"}}
    assert ghosts == {
        "input_3": {"p": "binary_sensor"},
        "output_2": {"p": "binary_sensor"},
        "prediction_2": {"p": "sensor"},
    }
    assert now.take(now.payload)
    assert announced(now) == announced(discovery(2, 1))
    assert not now.take(now.payload)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff", b"{}", b"[]", b'{"cmps": 3}', b"[" * 5000, b'{"cmps": {"x": {}, "input_9": {"p": "lock"}}}'],
)
def test_what_is_no_announcement_counts_as_none(payload: bytes) -> None:
    """Whatever stands in its place, a gate announces itself, and no entity that is not a gate's."""
    found = discovery()
    assert not found.take(payload)
    assert announced(found) == announced(discovery())
