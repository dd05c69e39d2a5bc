"""The page's process beside the gate's: where it cannot start, where it dies, where the gate does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import pytest

from pigate.child import process as child_process
from pigate.child.process import MIN_PAUSE_S
from pigate.report import Snapshot

from .pages import XOR, Pages
from .site import PATIENCE_S, configured, served


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
    """A run imports neither starlette nor uvicorn, which live in the page's process, nor OpenSSL, which is 3 MB."""
    code = "import sys, pigate.gate.run; print({'starlette', 'uvicorn', 'asyncio', '_hashlib'} & set(sys.modules))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_stopped_page_ends_with_the_gate(tmp_path: Path) -> None:
    """A page that is stopped, and so cannot notice that its gate is gone, is killed with it."""
    with served([*configured(tmp_path), "--board", "simulated"]) as site:
        child = site.child()
        os.kill(child, signal.SIGSTOP)
        site.process.kill()
        site.process.wait()
        end = time.monotonic() + PATIENCE_S
        try:
            while state_of(child) not in "XZ":
                assert time.monotonic() < end, "the page goes on without its gate"
                time.sleep(0.05)
        finally:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def state_of(pid: int) -> str:
    """Return a process's state: X if there is none, Z if nobody has waited for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


def test_what_systemd_tells_the_gate_is_not_for_the_page(tmp_path: Path) -> None:
    """The page's process cannot speak to systemd in the gate's place; the rest of the environment it has."""
    ours = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1", "HERE": "yes"}
    with served([*configured(tmp_path), "--board", "simulated"], env=os.environ | ours) as site:
        environment = Path(f"/proc/{site.child()}/environ").read_bytes().split(b"\0")
        assert b"HERE=yes" in environment
        assert [value for value in environment if value.startswith((b"NOTIFY", b"WATCHDOG"))] == []


def test_page_that_dies_comes_back(tmp_path: Path) -> None:
    """A page whose process is killed is started again at the same address, and the gate goes on meanwhile."""
    with served([*configured(tmp_path, ""), "--board", "simulated"]) as site:
        os.kill(site.child(), signal.SIGKILL)
        assert site.process.stderr is not None
        assert "starts again" in site.process.stderr.readline()
        assert site.process.poll() is None
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with suppress(OSError):
                assert site.state()["gate"]["table"] == "xor"
                return
            time.sleep(0.1)
        pytest.fail("the page has not come back")


def test_page_that_dies_with_its_input_full_ends_nothing(pages: Pages) -> None:
    """A page that hangs, is fed until no more goes in, and is killed, fails no thread of the gate's."""
    page = pages.open()
    pages.address()
    child = page._child.process
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
    assert "starts again" in pages.said.get(timeout=PATIENCE_S)


@pytest.mark.parametrize(("lived_s", "pauses"), [(0, ["1", "2", "4", "4"]), (5, ["1", "1", "1"])])
def test_page_that_keeps_dying(lived_s: int, pauses: list[str], pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that dies again and again comes back ever later, unless it lived for a while; each time is one line."""
    monkeypatch.setattr(child_process, "RESTART_S", 1)
    monkeypatch.setattr(child_process, "MAX_RESTART_S", 4)
    clock = count(0, lived_s)
    monkeypatch.setattr(child_process, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=time.sleep))
    page = pages.open()
    monkeypatch.setattr(page._child._closing, "wait", lambda _pause_s: None)
    address = pages.address()
    for pause in pauses:
        until_up(address)
        assert page._child.process is not None
        page._child.process.kill()
        assert pages.said.get(timeout=PATIENCE_S) == f"the live page has ended; it starts again in {pause} seconds"
    until_up(address)


def until_up(address: str) -> None:
    """Wait until a page answers."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            urlopen(address, timeout=PATIENCE_S).close()
        except OSError:
            assert time.monotonic() < end, "the page has not come back"
            time.sleep(0.1)
        else:
            return
