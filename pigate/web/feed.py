"""What the page's process knows: the latest state, and everybody who waits for the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from .messages import Board, Gate
from .packing import Packed

#: A stream without news says so after this many seconds, so that its reader can tell silence from a lost gate.
HEARTBEAT_S = 5.0

HEARTBEAT = Packed(b"event: heartbeat\ndata: {}\n\n")


class Feed:
    """The latest state, encoded once for all who read it. For the server's event loop alone.

    Clients that may change a simulated gate, and those that may only look, get states that differ in `writable` and
    in `teach`.
    """

    def __init__(self) -> None:
        self._pieces: dict[str, Any] = {"snapshot": None}  # of the state, but for the training
        self._training = Packed(b"null")
        self._board: Board | None = None
        self._gate: Gate | None = None
        self._version = 0  # of all but the snapshot
        self._heads: dict[bool, Packed] = {}  # encoded when they are asked for
        self._snapshot = Packed(b"")
        self._changed = asyncio.Event()

    def take(self, pieces: dict[str, Any], board: Board | None = None, gate: Gate | None = None) -> None:
        """Take in what is new of the state, and wake everybody who waits."""
        self._version += pieces.keys() != {"snapshot"}
        self._training = pieces.pop("training", self._training)
        self._pieces |= pieces
        self._board = board or self._board
        self._gate = gate or self._gate
        self._heads = {}
        if "snapshot" in pieces:
            self._snapshot = Packed(b"event: snapshot\ndata: %s\n\n" % msgspec.json.encode(pieces["snapshot"]))
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def gate(self) -> tuple[Board, Gate]:
        """Return the board and the gate, once they are known."""
        while self._board is None or self._gate is None:
            await self._changed.wait()
        return self._board, self._gate

    async def state(self, writable: bool) -> list[Packed]:
        """Return the latest state as JSON, once there is one, in pieces."""
        await self.gate()
        return self._state(writable)

    async def events(self, writable: bool) -> AsyncIterator[list[Packed]]:
        """Yield the state, then what is new: each time the latest, for a reader of any speed."""
        await self.gate()
        seen_version, seen_snapshot = 0, self._snapshot
        while True:
            changed = self._changed
            if self._version != seen_version:
                seen_version, seen_snapshot = self._version, self._snapshot
                yield [Packed(b"event: state\ndata: "), *self._state(writable), Packed(b"\n\n")]
            if self._snapshot is not seen_snapshot:
                seen_snapshot = self._snapshot
                yield [seen_snapshot]
            if changed is not self._changed:
                continue  # there was news while a slow reader took the last
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield [HEARTBEAT]

    def _state(self, writable: bool) -> list[Packed]:
        if writable not in self._heads:
            board = self._pieces["board"]
            free = writable and board["kind"] == "simulated"
            board = board | {"writable": free, "teach": "free" if free else "key" if board["teach"] else "no"}
            head = msgspec.json.encode(self._pieces | {"board": board})
            self._heads[writable] = Packed(head[:-1] + b',"training":')
        return [self._heads[writable], self._training, _STATE_END]


_STATE_END = Packed(b"}")
