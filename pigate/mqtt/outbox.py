"""What is still to be published: the latest of each topic, and not too much at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

#: Publishes in any second: circles of gates must not storm.
MAX_A_SECOND = 20

#: How many may be on their way, unconfirmed, at once: more would pile up in front of a broker that hangs.
MAX_UNCONFIRMED = 20


class Outbox:
    """Keeps the latest payload of each topic until it may go. For one thread, and for one connection.

    Args:
        clock: seconds of a steady clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: dict[str, bytes] = {}
        self._gone: dict[str, bytes] = {}
        self._times: deque[float] = deque(maxlen=MAX_A_SECOND)
        self._unconfirmed = 0

    def put(self, topic: str, payload: bytes, again: bool = False) -> None:
        """Have a payload published, in place of an earlier one that still waits.

        Args:
            topic: where.
            payload: what.
            again: also if it is what was published there last.
        """
        if topic in self._waiting or again or self._gone.get(topic) != payload:
            self._waiting[topic] = payload

    def take(self) -> tuple[str, bytes] | None:
        """Return what is to be published now, and count it as published; None for nothing."""
        if self.due_s() != 0:
            return None
        topic = next(iter(self._waiting))  # topics keep their turn, so that a busy one cannot hold up the others
        payload = self._gone[topic] = self._waiting.pop(topic)
        self._times.append(self._clock())
        self._unconfirmed += 1
        return topic, payload

    def confirmed(self) -> None:
        """Count one as arrived at the broker."""
        self._unconfirmed -= 1

    def due_s(self) -> float | None:
        """Return in how many seconds the next may go; None if none waits, or the broker has to confirm first."""
        if not self._waiting or self._unconfirmed >= MAX_UNCONFIRMED:
            return None
        if len(self._times) < MAX_A_SECOND:
            return 0
        return max(0, self._times[0] + 1 - self._clock())
