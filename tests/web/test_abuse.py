"""Requests that are too long, malformed or too many end nothing."""

from __future__ import annotations

import http.client
import logging
import re
import resource
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from pigate.web.connections import SparseLog

from .site import PATIENCE_S, Site, configured, served


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


def half_body(site: Site) -> bytes:
    """Return a request whose body is one byte of twenty."""
    host = f"127.0.0.1:{site.port}"
    lines = ["POST /api/switches HTTP/1.1", f"Host: {host}", f"Origin: http://{host}"]
    return "\r\n".join([*lines, "Content-Type: application/json", "Content-Length: 20", "", "{"]).encode()


def test_what_is_never_whole_is_dropped(site: Site) -> None:
    """A connection without a request, with half of one's headers or half of its body, is dropped after a while."""
    half_headers = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    refused = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{"
    with ExitStack() as stack:
        connections = {}
        for begun in (b"", half_headers, half_body(site), refused):
            connections[begun] = stack.enter_context(socket.create_connection(("127.0.0.1", site.port), PATIENCE_S))
            connections[begun].sendall(begun)
        dripping = stack.enter_context(socket.create_connection(("127.0.0.1", site.port), PATIENCE_S))
        dripping.settimeout(0.5)
        dripping.sendall(half_headers)
        end = time.monotonic() + PATIENCE_S
        while not closed(dripping):
            assert time.monotonic() < end, "drop by drop, a request is waited for without end"
            with suppress(ConnectionError):
                dripping.sendall(b"X: y\r\n")
        for connection in connections.values():
            with suppress(ConnectionError):
                while connection.recv(65536):
                    pass
    with site.stream() as stream:  # what is whole is not
        assert stream.recv(100)


def closed(connection: socket.socket) -> bool:
    """Say whether the other side has closed a connection, waiting for a moment."""
    try:
        return not connection.recv(65536)
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def said_by_page(command: list[str], does: Callable[[Site], None], **options: Any) -> list[str]:
    """Return what a gate says after its page is up, while something is done to the page."""
    with served(command, **options) as site:
        does(site)
        site.until_state(lambda _: True)
        site.process.terminate()
        assert site.process.stderr is not None
        return site.process.stderr.read().splitlines()


def test_clients_that_go_away_cause_no_line(tmp_path: Path) -> None:
    """A client that goes away in the middle of a body is no event: people close their browsers."""

    def go_away(site: Site) -> None:
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", site.port), PATIENCE_S) as connection:
                connection.sendall(half_body(site))

    assert said_by_page([*configured(tmp_path), "--board", "simulated"], go_away) == []


def test_log_is_sparse(tmp_path: Path) -> None:
    """Malformed requests and upgrades cause a line a minute at most."""

    def misbehave(site: Site) -> None:
        upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"
        for data in [b"\0\r\n\r\n", upgrade] * 50:
            with socket.create_connection(("127.0.0.1", site.port), PATIENCE_S) as connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

    (line,) = said_by_page([*configured(tmp_path), "--board", "simulated"], misbehave)
    assert line.startswith("the live page: ")


def test_too_many_connections_are_one_line(tmp_path: Path) -> None:
    """Where there are more connections than descriptors, they are refused, the log has one line, and it passes."""

    def crowd(site: Site) -> None:
        with ExitStack() as stack:
            for _ in range(60):
                if b" 503 " in stack.enter_context(site.stream()).recv(100):
                    break
            else:
                pytest.fail("none was refused")
        end = time.monotonic() + PATIENCE_S
        while True:
            with suppress(OSError, http.client.HTTPException):
                if site.ask("GET", "/")[0] == 200:
                    return
            assert time.monotonic() < end

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80))

    said = said_by_page([*configured(tmp_path), "--board", "simulated"], crowd, preexec_fn=few)
    assert len(said) <= 1, said


def test_sparse_log_counts_what_it_leaves_out(capfd: pytest.CaptureFixture[str]) -> None:
    """A minute after a line there may be another, which says how many were left out; an error is one line, too."""
    now = 0.0
    log = SparseLog(lambda: now)

    def warn(text: str, error: Exception | None = None) -> list[str]:
        exc_info = (type(error), error, error.__traceback__) if error else None
        log.handle(logging.LogRecord("x", logging.WARNING, "", 0, text, (), exc_info))
        return capfd.readouterr().err.splitlines()

    assert warn("first") == ["the live page: first"]
    assert [warn("again"), warn("again")] == [[], []]
    now = 59.9
    assert warn("again") == []
    now = 60.0
    try:
        raise ValueError("two\nlines")
    except ValueError as exc:
        (line,) = warn("an error\n", exc)
    error = r"ValueError\('two\\nlines'\) \(\S+test_abuse\.py:\d+\)"
    assert re.fullmatch(f"the live page: an error: {error}; 3 more such lines were left out", line)
    now = 120.0
    assert warn("last") == ["the live page: last"]
