"""The live page's server as the network sees it: a real run, real sockets, and what must not happen."""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from pigate import TruthTable, train
from pigate.config import BoardSettings, WebSettings
from pigate.report import Snapshot
from pigate.web.page import MIN_PAUSE_S, Page, Requests
from pigate.web.server import is_this_machine

PATIENCE_S = 30.0

XOR = train(TruthTable.named("xor"))

#: of a page that nobody asks for anything
NO_REQUESTS = Requests(lambda _levels: None, lambda _table, _settings: False, lambda: None)

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

    @contextmanager
    def stream(self) -> Iterator[socket.socket]:
        """Open a stream of events and read nothing of it."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as connection:
            connection.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            yield connection


def configured(folder: Path, text: str = "") -> list[str]:
    """Return a command that runs a gate with a page on a free port."""
    path = folder / "pigate.toml"
    path.write_text(f"[web]\nenabled = true\nport = 0\n{text}")
    return [sys.executable, "-m", "pigate", "run", "--config", str(path)]


@contextmanager
def served(command: list[str]) -> Iterator[Site]:
    """Run a gate until its page is up, and end it."""
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.match(r"live page: http://127\.0\.0\.1:(\d+)/", line):
                    break
            else:
                pytest.fail("there was no page")
            yield Site(process, int(found[1]))
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A simulated gate with its page."""
    with served([*configured(tmp_path_factory.mktemp("web")), "--board", "simulated"]) as site:
        yield site


def test_state_is_the_snapshot_the_network_and_the_table(site: Site) -> None:
    """/api/state has what the README documents, and the gate's own figures."""
    state = site.until_state(lambda state: state["snapshot"] is not None)
    assert set(state) == {"board", "snapshot", "gate", "training", "tables", "meanings", "form", "busy"}
    assert state["board"] == {"kind": "simulated", "inputs": [17, 27, 22], "outputs": [18], "writable": True}
    assert state["gate"]["rows"] == {f"{n:03b}": str(int(n in (0, 7))) for n in range(8)}
    assert [len(matrix) for matrix in state["gate"]["weights"]] == [4, 5]
    training = state["training"]
    assert training["learned"]
    assert len(training["losses"]) == len(training["loss_epochs"]) == training["epochs"]
    assert len(training["losses"][0]) == training["starts"]
    assert training["snapshots"][-1] == state["gate"]["weights"]
    assert "full-adder" not in state["tables"]
    assert {"xor", "mux"} <= set(state["tables"])


@pytest.mark.parametrize("levels", ["101", "111", "000"])
def test_page_moves_the_switches(site: Site, levels: str) -> None:
    """A simulated board's switches move as the page asks, and the decision is the gate's."""
    assert site.post("/api/switches", {"levels": levels})[0] == 202
    state = site.until(levels)
    assert state["snapshot"]["decision"] == ["on" if state["gate"]["rows"][levels] == "1" else "off"]


def test_stream_tells_each_decision(site: Site) -> None:
    """/api/events begins with the state, and then tells a decision when it is made."""
    site.post("/api/switches", {"levels": "000"})
    site.until("000")
    with site.stream() as connection, connection.makefile("rb") as lines:
        events = (line.decode().strip() for line in lines)
        assert next(line for line in events if line.startswith("event:")) == "event: state"
        assert json.loads(next(events).removeprefix("data: "))["gate"]["table"]
        site.post("/api/switches", {"levels": "110"})
        for line in events:
            if line.startswith("data: ") and json.loads(line.removeprefix("data: ")).get("levels") == "110":
                break


def test_train_again(site: Site) -> None:
    """What is learned anew decides from then on; what is not leaves the gate as it was."""
    before = site.state()["gate"]
    assert site.post("/api/train", {"table": "parity", "epochs": 1, "starts": 1})[0] == 202
    state = site.until_state(lambda state: state["training"]["table"] == "parity" and not state["busy"])
    assert not state["training"]["learned"]
    assert state["gate"] == before
    assert site.post("/api/train", {"table": "10000001", "seed": 7})[0] == 202
    state = site.until_state(lambda state: state["gate"]["table"] == "10000001")
    assert state["training"]["seed"] == 7
    assert site.post("/api/train", {"table": "xor"})[0] == 202
    site.until_state(lambda state: state["gate"]["table"] == "xor" and not state["busy"])


def test_one_training_at_a_time(site: Site) -> None:
    """A second training is refused while one runs, and switches move meanwhile."""
    endless = {"table": "xor", "hidden": [], "epochs": 20_000, "starts": 64}
    assert site.post("/api/train", endless)[0] == 202
    site.until_state(lambda state: state["busy"])
    assert site.post("/api/train", {})[0] == 409
    site.post("/api/switches", {"levels": "011"})
    assert site.until("011")["busy"] in (True, False)
    site.until_state(lambda state: not state["busy"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/switches", b"{"),
        ("/api/switches", b"[]"),
        ("/api/switches", b'{"levels": "10"}'),
        ("/api/switches", b'{"levels": "1010"}'),
        ("/api/switches", b'{"levels": "10x"}'),
        ("/api/switches", b'{"levels": "101\\n"}'),
        ("/api/switches", b'{"levels": "101", "more": 1}'),
        ("/api/switches", b"\xff"),
        ("/api/train", b"[" * 2000),
        ("/api/train", b'{"table": "nothing"}'),
        ("/api/train", b'{"table": "full-adder"}'),
        ("/api/train", b'{"table": "01"}'),
        ("/api/train", b'{"starts": 100000}'),
        ("/api/train", b'{"starts": 65}'),
        ("/api/train", b'{"epochs": 20001}'),
        ("/api/train", b'{"seed": 9007199254740992}'),
        ("/api/train", b'{"learning_rate": 0.0001}'),
        ("/api/train", b'{"rule": "magic"}'),
        ("/api/train", b'{"rule": null}'),
        ("/api/train", b'{"hidden": [65]}'),
        ("/api/train", b'{"weights": "/etc"}'),
        ("/api/train", b'{"tolerance": 0.4}'),
        ("/api/train", b'{"learning_rate": 1e999}'),
        ("/api/train", b'{"epochs": true}'),
    ],
)
def test_nonsense_is_refused_in_one_line(site: Site, path: str, body: bytes) -> None:
    """A body that is no request is answered with 422 and one line, and changes nothing."""
    before = site.state()["gate"]
    status, _, answer = site.post(path, body)
    assert status == 422
    assert "\n" not in json.loads(answer)["error"]
    assert site.state()["gate"] == before


def test_writes_need_the_pages_own_origin(site: Site) -> None:
    """Another site's page, a form, and a page that hides where it is from, may write nothing."""
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{site.port}", "http://127.0.0.1:1"):
        assert site.post("/api/switches", {"levels": "101"}, Origin=origin)[0] == 403
    headers = {"Content-Type": "application/json"}
    assert site.ask("POST", "/api/switches", b'{"levels": "101"}', headers)[0] == 403
    assert site.post("/api/switches", b"levels=101", Content_Type="text/plain")[0] == 415


def test_long_body_is_not_read(site: Site) -> None:
    """A body of many megabytes is refused."""
    with suppress(ConnectionError):  # the server may hang up halfway, which is as good
        assert site.post("/api/switches", b" " * 50_000_000)[0] == 413
    assert site.state()


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:8000", True),
        ("localhost:8000", True),
        ("LOCALHOST", True),
        ("[::1]:8000", True),
        ("192.168.1.7:8000", True),
        (socket.gethostname(), True),
        (f"{socket.gethostname().partition('.')[0]}.local:8000", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8000", False),
        ("evil.example:80", False),
        ("", False),
        ("127.0.0.1@evil.example", False),
    ],
)
def test_only_this_machines_names(host: str, ours: bool) -> None:
    """A Host is an address or a name of this machine; every other may be a rebinding attack."""
    assert is_this_machine(host) is ours


def test_foreign_host_sees_nothing(site: Site) -> None:
    """A request by another name gets neither page nor state, and one without or with two names neither."""
    for path in ("/", "/api/state", "/api/events", "/page/main.js"):
        assert site.ask("GET", path, headers={"Host": "evil.example"})[0] == 421
    assert b"421" in site.raw(b"GET / HTTP/1.0\r\n\r\n")
    assert site.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n").split()[1] in (b"400", b"421")


def test_every_answer_is_closed_to_other_sites(site: Site) -> None:
    """Page, files, state and refusals carry a strict policy without any `unsafe-`."""
    for path in ("/", "/api/state", "/nothing", "/page/nothing"):
        _, headers, _ = site.ask("GET", path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_page_loads_nothing_from_elsewhere(site: Site) -> None:
    """No file of the page names an address of another machine that a browser would load from."""
    for path in (Path(__file__).parents[2] / "pigate/web/static").iterdir():
        status, _, body = site.ask("GET", f"/page/{path.name}")
        assert status == 200
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", body.decode()))
        assert {a for a in addresses if not a.startswith("http://www.w3.org/")} == set()


def test_no_file_but_the_pages(site: Site) -> None:
    """Paths that climb out of the page's folder lead nowhere."""
    for path in ("/page/../server.py", "/page/%2e%2e/server.py", "/page//etc/passwd", "/page/..%2fserver.py"):
        assert site.ask("GET", path)[0] == 404


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


def test_real_board_only_shows() -> None:
    """On a real board every write is refused, whoever asks, before its body is looked at."""
    driver = (
        "import sys\n"
        "from pigate.web.page import Page, Requests\n"
        "from pigate.config import BoardSettings, WebSettings\n"
        "from pigate import TruthTable, train\n"
        "def obeyed(*request): print('obeyed', request, file=sys.stderr, flush=True)\n"
        "page = Page(WebSettings(port=0), BoardSettings(), False, train(TruthTable.named('xor')),\n"
        "    Requests(obeyed, obeyed, obeyed), lambda line: print(line, file=sys.stderr, flush=True), False)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", driver], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        found = re.search(r":(\d+)/", process.stderr.readline())
        assert found is not None
        site = Site(process, int(found[1]))
        assert site.state()["board"] == {"kind": "gpio", "inputs": [17, 27, 22], "outputs": [18], "writable": False}
        assert site.post("/api/switches", {"levels": "101"})[0] == 403
        assert site.post("/api/train", {})[0] == 403
        assert site.post("/api/switches", b"{")[0] == 403
        _, err = process.communicate()
        assert "obeyed" not in err


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
