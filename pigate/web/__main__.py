"""The live page's process: ``python -m pigate.web HOST PORT``, started by the gate's.

Messages come on standard input and go to standard output; the input's end ends the process.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress

import msgspec
import uvicorn

from .feed import Feed
from .messages import Failed, News, Ready, packed, received
from .server import application
from .state import pieces_of

#: Descriptors that are not connections.
OWN_DESCRIPTORS = 50


def tell(message: msgspec.Struct) -> None:
    """Send the gate one message. Any thread: one this short is written whole."""
    with suppress(BrokenPipeError):  # the gate has ended, and ends this process too
        os.write(1, packed(message))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: the address cannot be used.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(1024)  # so that whoever reads the address can connect at once
    return listener


def most_connections() -> int:
    """Ask for as many descriptors as there may be; return how many connections they allow."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # the service's sandbox forbids it, and has plenty
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OWN_DESCRIPTORS


class _Server(uvicorn.Server):
    """uvicorn's server without its ten wake-ups a second, which serve what is not used here."""

    async def main_loop(self) -> None:
        """Serve for ever."""
        await asyncio.Event().wait()


def main() -> None:
    """Serve until the gate is gone."""
    # The gate ends this process by closing its input; a terminal's Ctrl-C is for the gate alone.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    host, port = sys.argv[1], int(sys.argv[2])
    try:
        listener = listen(host, port)
    except OSError as exc:
        tell(Failed(f"{host} port {port}: {exc.strerror}; [web] can name another"))
        return
    feed, loop = Feed(), asyncio.new_event_loop()
    config = uvicorn.Config(
        application(feed, tell),
        log_config=None,
        access_log=False,
        lifespan="off",
        date_header=False,
        server_header=False,
        limit_concurrency=most_connections(),
    )
    serving = _Server(config).serve([listener])
    # Not in the main thread, so that uvicorn leaves the signals alone.
    threading.Thread(target=loop.run_until_complete, args=[serving], daemon=True).start()
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 (compared, not bound)
    shown = socket.gethostname() if everywhere else f"[{host}]" if ":" in host else host
    tell(Ready(f"http://{shown}:{listener.getsockname()[1]}/"))
    for news in received(sys.stdin.buffer, News):
        loop.call_soon_threadsafe(feed.take, pieces_of(news), news.board, news.gate)
    os._exit(0)  # without waiting for streams, which have no end


main()
