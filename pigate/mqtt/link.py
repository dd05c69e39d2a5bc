"""The gate's side of MQTT: start its process, feed it the latest decision, take the levels of topics."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from socket import gethostname
from typing import Any

from ..child.pipe import packed
from ..child.process import Child
from ..errors import one_line
from ..learning.tables import UNKNOWN
from ..report import Snapshot, decision_object
from ..settings import BoardSettings, MqttSettings
from .messages import Levels, News, Said, Start, ToGate

MACHINE_ID = Path("/etc/machine-id")


def link(
    settings: MqttSettings, board: BoardSettings, take: Callable[[str], None], say: Callable[[str], None]
) -> Link | None:
    """Return a link to the broker that the settings name; where it cannot be, say why in one line and return None."""
    if find_spec("paho") is None:  # asked without loading it
        say("no MQTT: it needs paho-mqtt: pip install '.[mqtt]'")
        return None
    return Link(settings, board, take, say)


class Link:
    """A run's link to the broker. Whatever happens to it, the gate goes on.

    Any thread may call the methods; none of them blocks.

    Args:
        settings: the broker, and what the gate is called.
        board: its inputs and outputs.
        take: called with the levels of the inputs that are topics, in a thread of the link's.
        say: writes one line for a person.
    """

    def __init__(
        self, settings: MqttSettings, board: BoardSettings, take: Callable[[str], None], say: Callable[[str], None]
    ) -> None:
        self._start = Start(settings, id_of(settings), name_of(settings), board.inputs, board.outputs)
        self._topics = len(board.topics)
        self._levels = take
        self._say = say
        self._latest: tuple[Snapshot, datetime] | None = None
        self._child = Child("MQTT process", "pigate.mqtt", list, ToGate, self._feed, self._take, say, self._lost)

    def publish(self, snapshot: Snapshot) -> None:
        """Publish a decision, or a later one if they come fast."""
        self._latest = snapshot, datetime.now(UTC)
        self._child.wake()

    def close(self) -> None:
        """End the process, which the broker notices and tells everybody; may be called twice."""
        self._child.close()

    def _take(self, message: ToGate) -> None:
        if isinstance(message, Levels):
            self._levels(message.levels)
        elif isinstance(message, Said):
            self._say(message.text)

    def _lost(self) -> None:
        """Let no level outlive the process that heard it."""
        if self._topics:
            self._levels(UNKNOWN * self._topics)

    def _feed(self) -> Callable[[], bytes]:
        """Return a function that returns what is new to a process."""
        before: tuple[Snapshot, datetime] | None = None
        started = False

        def whats_new() -> bytes:
            nonlocal before, started
            data = b"" if started else packed(self._start)
            now, started = self._latest, True
            if now is not None and now is not before:
                data += packed(News(state_of(*now)))
                before = now
            return data

        return whats_new


def state_of(snapshot: Snapshot, changed: datetime) -> dict[str, Any]:
    """Return what is published of a decision as JSON, but for what the gate is called."""
    examined = snapshot.examined
    return {
        "table": examined.table.name,
        **decision_object(snapshot.levels, snapshot.prediction, snapshot.decision, snapshot.taught),
        "loss": examined.loss,
        "proved": examined.learned,
        "changed": changed.isoformat(timespec="milliseconds"),
    }


def id_of(settings: MqttSettings) -> str:
    """Return how the gate is called among topics: as it is set, or made from the machine's own id.

    The machine's id itself is a secret (machine-id(5)), so this is a keyed hash of it.
    """
    if settings.id is not None:
        return settings.id
    try:
        key = MACHINE_ID.read_bytes().strip()
    except OSError:
        key = b""
    return hmac.new(key or gethostname().encode(), b"pigate", hashlib.sha256).hexdigest()[:12]


def name_of(settings: MqttSettings) -> str:
    """Return what people call the gate: as it is set, or the host's name."""
    return one_line(settings.name or gethostname())
