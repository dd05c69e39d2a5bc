"""A real run's page as the network sees it: requests over real sockets."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE_S = 30.0

Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A simulated gate and its page."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Make one request on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def post(self, path: str, what: Any, **headers: str) -> Answer:
        """Ask for a change, as the page itself does unless the headers say otherwise."""
        ours = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        return self.ask("POST", path, body, ours | {k.replace("_", "-"): v for k, v in headers.items()})

    def state(self) -> dict[str, Any]:
        """Return what /api/state says."""
        status, _, body = self.ask("GET", "/api/state")
        assert status == 200
        state: dict[str, Any] = json.loads(body)
        return state

    def until(self, levels: str) -> dict[str, Any]:
        """Return the state once the levels are those."""
        return self.until_state(lambda state: (state["snapshot"] or {}).get("levels") == levels)

    def until_state(self, holds: Any) -> dict[str, Any]:
        """Return the state once something holds of it."""
        end = time.monotonic() + PATIENCE_S
        while not holds(state := self.state()):
            assert time.monotonic() < end, state
        return state

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are; return what comes until the server closes, or stops for a while."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer

    def child(self) -> int:
        """Return the page's process."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        (child,) = {int(pid) for path in children for pid in path.read_text().split()}
        return child

    @contextmanager
    def stream(self, *headers: str) -> Iterator[socket.socket]:
        """Open a stream of events and read nothing of it."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            lines = ["GET /api/events HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
            connection.sendall("\r\n".join(lines).encode())
            yield connection


def configured(folder: Path, text: str = "") -> list[str]:
    """Return a command that runs a gate with a page on a free port."""
    path = folder / "pigate.toml"
    path.write_text(f"[web]\nenabled = true\nport = 0\n{text}")
    return [sys.executable, "-m", "pigate", "run", "--config", str(path)]


@contextmanager
def served(command: list[str], **options: Any) -> Iterator[Site]:
    """Run a gate until its page is up, and end it."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options
    ) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.match(r"live page: http://[^:]+:(\d+)/", line):
                    break
            else:
                pytest.fail("there was no page")
            yield Site(process, int(found[1]))
        finally:
            process.terminate()
