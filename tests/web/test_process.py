"""The page's process beside the gate's: where it cannot start, where it dies, where the gate does."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

from pigate import TruthTable, train
from pigate.config import BoardSettings, WebSettings
from pigate.report import Snapshot
from pigate.web.page import MIN_PAUSE_S, Page, Requests

from .site import PATIENCE_S, configured, served

XOR = train(TruthTable.named("xor"))

#: of a page that nobody asks for anything
NO_REQUESTS = Requests(lambda _levels: None, lambda _table, _settings: False, lambda: None)


def test_busy_port_is_one_line_and_the_gate_goes_on(tmp_path: Path) -> None:
    """Where the port is taken there is one line, and decisions come as ever."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = configured(tmp_path, "")
        path = tmp_path / "pigate.toml"
        path.write_text(path.read_text().replace("port = 0", f"port = {taken.getsockname()[1]}"))
        with subprocess.Popen(
            [*command, "--board", "simulated", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if "no live page" in line:
                    break
            out, _ = process.communicate("101\n")
    assert process.returncode == 0
    assert [json.loads(line)["levels"] for line in out.splitlines()] == ["000", "101"]
    assert sum("live page" in line for line in said) == 1


def test_missing_extra_is_one_line_and_the_gate_goes_on(tmp_path: Path) -> None:
    """Where the page is wanted and starlette is not installed there is one line that says what to type."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'starlette' else find(name, *rest)\n"
    )
    done = subprocess.run(
        [*configured(tmp_path), "--board", "simulated", "--json"],
        input="101\n",
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True,
        timeout=PATIENCE_S,
    )
    assert len(done.stdout.splitlines()) == 2
    (line,) = [line for line in done.stderr.splitlines() if "page" in line]
    assert "pip install 'pigate[web]'" in line


def test_page_ends_with_the_gate(tmp_path: Path) -> None:
    """Killed outright, the gate leaves no page behind to serve what is no longer true."""
    with served([*configured(tmp_path), "--board", "simulated"]) as site:
        with site.stream() as connection:
            assert connection.recv(100)
            site.process.send_signal(signal.SIGKILL)
            while connection.recv(65536):
                pass
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                site.ask("GET", "/api/state")
            except OSError:
                return
        pytest.fail("the page goes on without its gate")


def test_gate_does_not_load_the_pages_libraries() -> None:
    """A run imports neither starlette nor uvicorn: they live in the page's process alone."""
    code = "import sys, pigate.gate.run; print({'starlette', 'uvicorn', 'asyncio'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_page_that_dies_comes_back(tmp_path: Path) -> None:
    """A page whose process is killed is started again, and the gate goes on meanwhile."""
    with served([*configured(tmp_path, ""), "--board", "simulated"]) as site:
        children = Path(f"/proc/{site.process.pid}/task").glob("*/children")
        (child,) = {int(pid) for path in children for pid in path.read_text().split()}
        os.kill(child, signal.SIGKILL)
        assert site.process.stderr is not None
        assert "starts again" in site.process.stderr.readline()
        assert site.process.poll() is None


def test_page_that_dies_with_its_input_full_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that hangs, is fed until no more goes in, and is killed, fails no thread of the gate's."""
    failed: list[object] = []
    said: SimpleQueue[str] = SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", failed.append)
    page = Page(WebSettings(port=0), BoardSettings(), True, XOR, NO_REQUESTS, said.put, False)
    try:
        assert said.get(timeout=PATIENCE_S).startswith("live page: ")
        child = page._process
        assert child is not None
        assert child.stdin is not None
        child.send_signal(signal.SIGSTOP)
        descriptor = child.stdin.fileno()
        os.set_blocking(descriptor, False)
        with suppress(BlockingIOError):
            while True:
                os.write(descriptor, b" ")
        os.set_blocking(descriptor, True)
        page.publish(Snapshot(XOR, "000", (1.0,), ("on",)))  # small: it waits in our own buffer
        time.sleep(2 * MIN_PAUSE_S)
        child.kill()
        assert "starts again" in said.get(timeout=PATIENCE_S)
        assert failed == []
    finally:
        page.close()
