"""Messages through a pipe: four bytes that give the length, then MessagePack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import msgspec
from msgspec import Struct


class Up(Struct, frozen=True, tag=True):
    """To the gate: the process has come up. One that has is started again when it ends."""


class Failed(Struct, frozen=True, tag=True):
    """To the gate: the process cannot do what it is for."""

    reason: str


def packed(message: Struct) -> bytes:
    """Return a message as it goes through the pipe."""
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(4, "little") + data


def received(stream: IO[bytes], kinds: Any, limit: int = 1 << 32) -> Iterator[Any]:
    """Yield the messages of a pipe until its end, or until its writer was killed halfway through one.

    Args:
        stream: to read.
        kinds: the messages that may come, such as `pigate.web.messages.ToGate`.
        limit: on the bytes of one.

    Raises:
        ValueError: what came is no such message.
    """
    decoder = msgspec.msgpack.Decoder(kinds)
    while len(head := stream.read(4)) == 4:
        if (length := int.from_bytes(head, "little")) > limit:
            raise ValueError(f"no message begins with {head!r}")
        data = stream.read(length)
        if len(data) < length:
            return
        try:
            message = decoder.decode(data)
        except msgspec.MsgspecError as exc:
            raise ValueError(f"this is no message: {exc}") from exc
        yield message
