"""What the page's process knows: the latest state, and everybody who waits for the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from .messages import Board, Gate

#: A stream without news sends a comment after this many seconds, which finds out who has gone.
HEARTBEAT_S = 15.0


class Feed:
    """The latest state, encoded once for all who read it. For the server's event loop alone."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"snapshot": None}
        self._board: Board | None = None
        self._gate: Gate | None = None
        self._version = 0  # of all but the snapshot
        self._state_event = b""  # encoded when it is asked for
        self._snapshot_event = b""
        self._changed = asyncio.Event()

    def take(self, pieces: dict[str, Any], board: Board | None = None, gate: Gate | None = None) -> None:
        """Take in what is new of the state, and wake everybody who waits."""
        self._state |= pieces
        self._board = board or self._board
        self._gate = gate or self._gate
        self._version += pieces.keys() != {"snapshot"}
        self._state_event = b""
        self._snapshot_event = _event("snapshot", self._state["snapshot"])
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def state(self) -> bytes:
        """Return the latest state as JSON, once there is one."""
        await self._known()
        return msgspec.json.encode(self._state)

    async def gate(self) -> tuple[Board, Gate]:
        """Return the board and the gate, once they are known."""
        return await self._known()

    async def _known(self) -> tuple[Board, Gate]:
        while self._board is None or self._gate is None:
            await self._changed.wait()
        return self._board, self._gate

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
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))
