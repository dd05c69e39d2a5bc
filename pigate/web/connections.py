"""Serving the page on a socket: no request is waited for long, and no client can fill the log."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from traceback import extract_tb

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..child.sparse import Sparse
from ..errors import say

#: A request that is not whole this many seconds after the connection or the request before it is dropped.
WHOLE_S = 10.0


class Impatient(H11Protocol):
    """uvicorn's connection, which would wait for the rest of a request for ever."""

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Stop waiting if the request is whole, begin to if another has begun."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop_watching()
        elif self._overdue is None:
            self._overdue = self.loop.call_later(WHOLE_S, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


class SparseLog(logging.Handler):
    """Writes one line a minute at most to standard error, and how many it has left out.

    Args:
        clock: seconds of a steady clock.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.WARNING)
        self._say = Sparse(say, clock)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record on one line, with the place of an exception."""
        text = record.getMessage().strip()
        if record.exc_info and (error := record.exc_info[1]):
            place = extract_tb(error.__traceback__)[-1:]
            text += f": {error!r}" + "".join(f" ({frame.filename}:{frame.lineno})" for frame in place)
        self._say(f"the live page: {text}")


class _Server(uvicorn.Server):
    """uvicorn's server without its ten wake-ups a second, which serve what is not used here."""

    async def main_loop(self) -> None:
        """Serve for ever."""
        await asyncio.Event().wait()


async def serve(app: ASGIApp, listener: socket.socket, most_connections: int) -> None:
    """Serve the application on a listening socket, for ever."""
    logging.basicConfig(handlers=[SparseLog()])
    config = uvicorn.Config(
        app,
        http=Impatient,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        date_header=False,
        server_header=False,
        # A proxy on this machine says for whom it asks; nobody else is believed.
        forwarded_allow_ips="127.0.0.1",
        limit_concurrency=most_connections,
    )
    await _Server(config).serve([listener])
