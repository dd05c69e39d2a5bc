"""Inputs that are topics: what their levels are, as far as anybody knows."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import shortened
from ..learning.tables import UNKNOWN
from .topics import OFFLINE, ONLINE, availability_of, level_of

#: No payload that is a level or an availability is longer, in bytes.
MAX_PAYLOAD = 16


class Inputs:
    """The levels of topics. For one thread.

    A gate's output counts only while that gate is online: what it left on the broker may be long past.

    Args:
        topics: the inputs, in order.
    """

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics
        self._levels: dict[str, str] = {}
        self._gates = {topic: gate for topic in topics if (gate := availability_of(topic)) is not None}
        self._online: set[str] = set()

    @property
    def subscriptions(self) -> set[str]:
        """The topics to listen to."""
        return {*self._topics, *self._gates.values()}

    @property
    def levels(self) -> str:
        """The levels, in order; "?" is unknown."""
        return "".join(map(self._level, self._topics))

    def take(self, topic: str, payload: bytes) -> None:
        """Take in a message.

        Raises:
            ValueError: it says nothing, so that all is as it was; one line.
        """
        if topic in self._gates.values():
            if payload not in (ONLINE.encode(), OFFLINE.encode(), b""):
                raise ValueError(f"{topic}: {_shown(payload)} is neither {ONLINE} nor {OFFLINE}")
            (self._online.add if payload == ONLINE.encode() else self._online.discard)(topic)
        if topic in self._topics:
            level = level_of(payload)
            if level is None:
                raise ValueError(f"{topic}: {_shown(payload)} is neither ON, OFF, 1 nor 0")
            self._levels[topic] = level

    def forget(self) -> None:
        """Know nothing any more: the broker is gone."""
        self._levels.clear()
        self._online.clear()

    def _level(self, topic: str) -> str:
        gate = self._gates.get(topic)
        return self._levels.get(topic, UNKNOWN) if gate is None or gate in self._online else UNKNOWN


def _shown(payload: bytes) -> str:
    if len(payload) > MAX_PAYLOAD:
        return f"a payload of {len(payload)} bytes"
    return shortened(payload.decode(errors="replace"))
