"""Inputs that are topics: what their levels are, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf

from ..errors import shortened
from ..learning.tables import UNKNOWN
from .topics import OFFLINE, ONLINE, availability_of, level_of

#: No payload that is a level or an availability is longer, in bytes.
MAX_PAYLOAD = 16


class Inputs:
    """The levels of topics. For one thread.

    A gate's output counts only while that gate is online: what it left on the broker may be long past. A gate says so
    again and again, each time for a while: one that ended together with the broker could not be told offline.

    Args:
        topics: the inputs, in order.
        clock: seconds of a steady clock.
    """

    def __init__(self, topics: Sequence[str], clock: Callable[[], float]) -> None:
        self._topics = topics
        self._clock = clock
        self._levels: dict[str, str] = {}
        self._gates = {topic: gate for topic in topics if (gate := availability_of(topic)) is not None}
        self._online_until: dict[str, float] = {}

    @property
    def subscriptions(self) -> set[str]:
        """The topics to listen to."""
        return {*self._topics, *self._gates.values()}

    @property
    def levels(self) -> str:
        """The levels, in order; "?" is unknown."""
        return "".join(map(self._level, self._topics))

    def take(self, topic: str, payload: bytes, lasts_s: float = inf) -> None:
        """Take in a message.

        Args:
            topic: where it was published.
            payload: what.
            lasts_s: seconds for which it holds.

        Raises:
            ValueError: it says nothing, so that all is as it was; one line.
        """
        if topic in self._gates.values():
            if payload not in (ONLINE.encode(), OFFLINE.encode(), b""):
                raise ValueError(f"{topic}: {_shown(payload)} is neither {ONLINE} nor {OFFLINE}")
            self._online_until[topic] = self._clock() + lasts_s if payload == ONLINE.encode() else -inf
        if topic in self._topics:
            level = level_of(payload)
            if level is None:
                raise ValueError(f"{topic}: {_shown(payload)} is neither ON, OFF, 1 nor 0")
            self._levels[topic] = level

    def forget(self) -> None:
        """Know nothing any more: the broker is gone."""
        self._levels.clear()
        self._online_until.clear()

    def _level(self, topic: str) -> str:
        gate = self._gates.get(topic)
        if gate is not None and self._online_until.get(gate, -inf) <= self._clock():
            return UNKNOWN
        return self._levels.get(topic, UNKNOWN)


def _shown(payload: bytes) -> str:
    if len(payload) > MAX_PAYLOAD:
        return f"a payload of {len(payload)} bytes"
    return shortened(payload.decode(errors="replace"))
