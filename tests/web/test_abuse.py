"""Requests that are too long, malformed or too many end nothing."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack, suppress

import pytest

from .site import PATIENCE_S, Site


def test_long_body_is_not_read(site: Site) -> None:
    """A body of many megabytes is refused."""
    with suppress(ConnectionError):  # the server may hang up halfway, which is as good
        assert site.post("/api/switches", b" " * 50_000_000)[0] == 413
    assert site.state()


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 1000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"POST /api/switches HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/switches HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /api/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        bytes(range(256)) * 40,
    ],
)
def test_malformed_requests_end_nothing(site: Site, data: bytes) -> None:
    """Whatever comes down a connection, the next request is answered."""
    with ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", site.port), PATIENCE_S))
        with suppress(ConnectionError):  # it may be refused before it is all sent
            connection.sendall(data)
        assert site.state()
    assert site.process.poll() is None


def test_a_thousand_silent_streams(site: Site) -> None:
    """With a thousand streams that nobody reads, decisions go on, and one who reads gets the latest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as stack:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        streams = [stack.enter_context(site.stream()) for _ in range(1000)]
        for number in range(200):
            assert site.post("/api/switches", {"levels": f"{number % 8:03b}"})[0] == 202
        site.post("/api/switches", {"levels": "101"})
        site.until("101")
        received = b""
        while b'"levels":"101"' not in received:
            received += streams[-1].recv(65536)
    assert site.process.poll() is None
    assert site.state()
