"""Text that many readers get, packed once for all of them.

A stream of deflate blocks may be cut together from pieces, as long as each piece ends on a byte and refers to none
before it (RFC 1951). So a piece is deflated once, and every reader's gzip stream is made of the same pieces.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from functools import cached_property

#: How a gzip stream begins (RFC 1952): deflated, no name, no time, of unknown origin.
GZIP_HEADER = b"\x1f\x8b\x08" + bytes(6) + b"\xff"

#: The last block of deflate, with nothing in it.
LAST_BLOCK = b"\x03\x00"

#: What is written at once: a slow reader keeps this much of the server's memory, however long the text is.
CHUNK = 1 << 16


class Packed:
    """A piece of text, as it is and deflated."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    @cached_property
    def deflated(self) -> bytes:
        """The text as deflate blocks that may follow any others."""
        deflate = zlib.compressobj(1, wbits=-zlib.MAX_WBITS)  # more effort makes numbers hardly smaller
        return deflate.compress(self.plain) + deflate.flush(zlib.Z_SYNC_FLUSH)


async def written(texts: AsyncIterator[list[Packed]], gzipped: bool) -> AsyncIterator[bytes]:
    """Yield texts, each of some pieces, in chunks; each text can be read as soon as it is there."""
    checksum, length = 0, 0
    if gzipped:
        yield GZIP_HEADER
    async for pieces in texts:
        for piece in pieces:
            checksum, length = zlib.crc32(piece.plain, checksum), length + len(piece.plain)
        parts = [piece.deflated if gzipped else piece.plain for piece in pieces]
        if sum(map(len, parts)) <= CHUNK:
            parts = [b"".join(parts)]
        for part in parts:
            for start in range(0, len(part), CHUNK):
                yield part[start : start + CHUNK]
    if gzipped:
        yield LAST_BLOCK + checksum.to_bytes(4, "little") + (length % (1 << 32)).to_bytes(4, "little")
