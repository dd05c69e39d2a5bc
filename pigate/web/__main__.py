"""The live page's process: ``python -m pigate.web HOST PORT...``, started by the gate's.

Messages come on standard input and go to standard output; the input's end ends the process.
"""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import sys
import threading
from contextlib import suppress
from errno import EADDRINUSE

from ..child.inside import end_with_the_gate, tell
from ..child.pipe import Failed, received
from ..files import key_file
from ..settings import address
from .messages import News, Ready, ToPage

#: Descriptors that are not connections.
OWN_DESCRIPTORS = 50


def listen(host: str, ports: list[int]) -> socket.socket:
    """Return a listening socket at the first of the ports that is not in use.

    Raises:
        OSError, UnicodeError: the address cannot be used; UnicodeError is for a host that is no name.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, ports[0], type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)  # so that whoever reads the address can connect at once
    except OSError as exc:
        listener.close()
        if exc.errno == EADDRINUSE and len(ports) > 1:
            return listen(host, ports[1:])
        raise
    return listener


def most_connections() -> int:
    """Raise the limit on descriptors as far as allowed; return how many connections it leaves."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # the service's sandbox forbids it, and has plenty
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    return max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OWN_DESCRIPTORS)


def main() -> None:
    """Serve until the gate is gone."""
    end_with_the_gate()
    host, ports = sys.argv[1], [int(port) for port in sys.argv[2:]]
    try:
        from .connections import serve
        from .feed import Feed
        from .guard import Door
        from .requests import Asker
        from .server import application
        from .state import pieces_of
    except ImportError as exc:
        tell(Failed(f"{exc}: pip install '.[web]'"))
        return
    try:
        listener = listen(host, ports)
    except (OSError, UnicodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        tell(Failed(f"{host} port {ports[0]}: {reason}; [web] can name another"))
        return
    feed, asker, loop = Feed(), Asker(tell), asyncio.new_event_loop()
    serving = serve(application(feed, asker, Door(key_file())), listener, most_connections())

    def run() -> None:
        try:
            loop.run_until_complete(serving)
        finally:
            os._exit(1)  # a page that serves nothing is started again

    # Not in the main thread, so that uvicorn leaves the signals alone.
    threading.Thread(target=run, daemon=True).start()
    port = listener.getsockname()[1]
    tell(Ready(address(host, port), port))
    for message in received(sys.stdin.buffer, ToPage):
        if isinstance(message, News):
            loop.call_soon_threadsafe(feed.take, pieces_of(message), message.board, message.gate)
        else:
            loop.call_soon_threadsafe(asker.take, message)
    os._exit(0)  # without waiting for streams, which have no end


main()
