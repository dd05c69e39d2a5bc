"""What a gate publishes and where, and what it makes of what others publish. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ..learning.tables import MAX_INPUTS, MAX_OUTPUTS, UNKNOWN

ONLINE, OFFLINE = "online", "offline"

#: How long the broker keeps that a gate is offline, in seconds: ten years. What is left of them says since when it is.
OFFLINE_S = 10 * 365 * 24 * 3600

ON, OFF, UNDECIDED = "ON", "OFF", "undecided"

#: A level as it is published, and a decision.
_WORDS = {"1": ON, "0": OFF, UNKNOWN: UNDECIDED, "on": ON, "off": OFF, "undecided": UNDECIDED}

#: A payload as a level. Nothing is what a retained topic becomes when it is deleted.
_LEVELS = {b"ON": "1", b"1": "1", b"OFF": "0", b"0": "0", b"undecided": UNKNOWN, b"": UNKNOWN}


@dataclass(frozen=True)
class Topics:
    """A gate's own topics."""

    prefix: str
    id: str

    @property
    def base(self) -> str:
        """What all of them begin with."""
        return f"{self.prefix}/{self.id}"

    @property
    def state(self) -> str:
        """A JSON object: all that the gate thinks."""
        return f"{self.base}/state"

    @property
    def availability(self) -> str:
        """Whether the gate is there: online or offline."""
        return f"{self.base}/availability"

    def input(self, number: int) -> str:
        """Return the topic of an input, counted from 1."""
        return f"{self.base}/input/{number}"

    def output(self, number: int) -> str:
        """Return the topic of an output, counted from 1."""
        return f"{self.base}/output/{number}"

    def every(self) -> list[str]:
        """Return all that a gate of any width may have published, but for the discovery."""
        inputs = [self.input(number) for number in range(1, MAX_INPUTS + 1)]
        outputs = [self.output(number) for number in range(1, MAX_OUTPUTS + 1)]
        return [*outputs, *inputs, self.state, self.availability]


def published(topics: Topics, state: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the payload of each topic that shows a state, those of the outputs first: others wait for them."""
    outputs = {topics.output(n): word(decision).encode() for n, decision in enumerate(state["decision"], 1)}
    inputs = {topics.input(n): word(level).encode() for n, level in enumerate(state["levels"], 1)}
    return outputs | inputs | {topics.state: msgspec.json.encode(state)}


def word(said: str) -> str:
    """Return a level or a decision as it is published."""
    return _WORDS[said]


def level_of(payload: bytes) -> str | None:
    """Return a payload as a level: "1", "0", or "?" where it says that nobody knows; None if it says nothing."""
    return _LEVELS.get(payload)


def availability_of(topic: str) -> str | None:
    """Return the topic that says whether the gate is there which publishes this one; None if no gate's is like this."""
    found = re.fullmatch("(.+)/(?:input|output)/[1-8]", topic)
    return f"{found[1]}/availability" if found else None
