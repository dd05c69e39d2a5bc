"""How Home Assistant finds a gate: one retained JSON object that describes the device and its entities.

The form is that of https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from .messages import Start
from .topics import OFF, ON, Topics

#: Where Home Assistant says that it has started.
BIRTH = "homeassistant/status"

#: An undecided output is neither on nor off; Home Assistant calls that None.
_ON_OR_OFF = f"{{{{ value if value in ('{ON}', '{OFF}') else 'None' }}}}"

#: The entities that a gate of any width and version may have, by their platforms.
_PLATFORMS = {"input": "binary_sensor", "output": "binary_sensor", "prediction": "sensor"}
_PLATFORMS |= {"proved": "binary_sensor", "table": "sensor"}


class Discovery:
    """How a gate announces itself to Home Assistant. For one thread.

    An entity that an earlier announcement had and this one lacks (a pin fewer) is a ghost. It is announced once more
    without anything but its platform, which removes it, and then no more.

    Args:
        start: what the gate is.
        topics: its own.
        version: of pigate.
    """

    def __init__(self, start: Start, topics: Topics, version: str) -> None:
        self.topic = f"homeassistant/device/{start.id}/config"
        self._start = start
        self._topics = topics
        self._version = version
        self._ours = self._components()
        self._ghosts: dict[str, Any] = {}

    @property
    def payload(self) -> bytes:
        """The announcement, with the ghosts that are to go."""
        device = {
            "ids": [f"pigate_{self._start.id}"],
            "name": self._start.name,
            "mf": "pigate",
            "mdl": "a logic gate that learns",
            "sw": self._version,
        }
        announcement = {
            "dev": device,
            "o": {"name": "pigate", "sw": self._version},
            "availability_topic": self._topics.availability,
            "cmps": self._ours | self._ghosts,
        }
        return msgspec.json.encode(announcement)

    def take(self, payload: bytes) -> bool:
        """Take in an announcement of this gate that is on the broker; return whether another has to follow.

        What is no announcement counts as none.
        """
        try:
            there = msgspec.json.decode(payload, type=dict[str, Any])["cmps"].items()
        except (msgspec.MsgspecError, ValueError, RecursionError, KeyError, AttributeError):
            there = ()
        others = {key: value for key, value in there if key not in self._ours and _platform(key) is not None}
        present = [key for key, value in others.items() if not isinstance(value, dict) or set(value) - {"p"}]
        self._ghosts = {key: {"p": _platform(key)} for key in present}
        return bool(others)

    def _components(self) -> dict[str, Any]:
        """Return each entity by its key."""
        outputs, inputs = len(self._start.outputs), len(self._start.inputs)
        found: dict[str, Any] = {}
        for n in range(1, outputs + 1):
            found[f"output_{n}"] = {
                "name": None if outputs == 1 else f"LED {n}",  # None: the device's
                "state_topic": self._topics.output(n),
                "value_template": _ON_OR_OFF,
            }
            found[f"prediction_{n}"] = {
                "name": "Prediction" if outputs == 1 else f"Prediction {n}",
                "state_topic": self._topics.state,
                "value_template": f"{{{{ value_json.prediction[{n - 1}] }}}}",
                "entity_category": "diagnostic",
                "suggested_display_precision": 3,
            }
        for n in range(1, inputs + 1):
            found[f"input_{n}"] = {
                "name": f"Switch {n}",
                "state_topic": self._topics.input(n),
                "value_template": _ON_OR_OFF,
            }
        found["table"] = {
            "name": "Table",
            "state_topic": self._topics.state,
            "value_template": "{{ value_json.table }}",
        }
        found["proved"] = {
            "name": "Proved",
            "state_topic": self._topics.state,
            "value_template": f"{{{{ '{ON}' if value_json.proved else '{OFF}' }}}}",
            "entity_category": "diagnostic",
        }
        return {key: self._identified(key, component) for key, component in found.items()}

    def _identified(self, key: str, component: dict[str, Any]) -> dict[str, Any]:
        platform = _platform(key)
        unique = f"pigate_{self._start.id}_{key}"
        name = re.sub("[^a-z0-9]+", "_", unique.lower())  # an entity's name has no other letters
        return {"p": platform, "unique_id": unique, "default_entity_id": f"{platform}.{name}", **component}


def _platform(key: object) -> str | None:
    """Return the platform of an entity of a gate's by its key; None if no gate has one like this."""
    found = re.fullmatch("(input|output|prediction)_[1-8]|proved|table", str(key))
    return _PLATFORMS[found[1] or found[0]] if found else None
