"""What the page's process knows: the latest state, and everybody who waits for the next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

#: A stream with nothing to say sends a comment after so many seconds, to find out who has gone.
HEARTBEAT_S = 15.0


class Feed:
    """The latest state, encoded once for all who read it. For the server's event loop alone."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {}
        self._version = 0  # of all but the snapshot
        self._state_event = b""  # encoded when it is asked for
        self._snapshot_event = b""
        self._changed = asyncio.Event()

    def take(self, message: dict[str, Any]) -> None:
        """Take a message of the gate's in, and wake everybody who waits."""
        if "state" in message:
            self._state = message["state"]
            self._version += 1
        else:
            self._state["snapshot"] = message["snapshot"]
        self._state_event = b""
        self._snapshot_event = _event("snapshot", self._state["snapshot"])
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def state(self) -> dict[str, Any]:
        """Return the latest state, once there is one."""
        while not self._state:
            await self._changed.wait()
        return self._state

    async def events(self) -> AsyncIterator[bytes]:
        """Yield the state, then what is new: each time the latest, for a reader of any speed."""
        seen_version, seen_snapshot = 0, b""
        while True:
            changed = self._changed
            if self._version != seen_version:
                seen_version, seen_snapshot = self._version, self._snapshot_event
                self._state_event = self._state_event or _event("state", self._state)
                yield self._state_event
            if self._snapshot_event is not seen_snapshot:
                seen_snapshot = self._snapshot_event
                yield seen_snapshot
            if changed is not self._changed:
                continue  # there was news while a slow reader took the last
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield b": nothing new\n\n"


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
