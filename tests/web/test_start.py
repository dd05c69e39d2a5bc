"""Starting the page: where that fails there is one line, and the gate goes on; the port; opening it in a browser."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from pigate.child import process as child_process
from pigate.child.pipe import packed
from pigate.settings import WebSettings
from pigate.web import page as page_module
from pigate.web.messages import News

from .pages import Pages
from .site import PATIENCE_S, configured, served


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
    assert "pip install '.[web]'" in line


def octal(data: bytes) -> str:
    """Return bytes as the shell's printf takes them."""
    return "".join(f"\\{byte:03o}" for byte in data)


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("exit 3", "its process ended with status 3"),
        ("kill -9 $$", "its process ended with status -9"),
        ("printf ab", "its process ended with status 0"),
        ("echo hello", "no message begins with b'hell'"),
        (f"printf '{octal(bytes([3, 0, 0, 0]))}abc'; sleep 60", "this is no message"),
        (f"printf '{octal(packed(News(busy=True)))}'; sleep 60", "this is no message"),
        ("exec >&-; sleep 60", "its process ended with status -9"),
    ],
)
def test_page_that_never_comes_up_is_one_line(
    does: str, reason: str, pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that ends, says what is no message or says nothing is told of once, and is not started again."""
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!/bin/sh\necho started >> {tmp_path}/starts\n{does}\n")
    interpreter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(interpreter))
    monkeypatch.setattr(child_process, "RESTART_S", 0.0)
    monkeypatch.setattr(child_process, "END_S", 0.1)
    page = pages.open()
    (line,) = pages.until_given_up()
    assert line.startswith(f"no live page: {reason}")
    assert (tmp_path / "starts").read_text() == "started\n"
    page.close()


def test_missing_interpreter_is_one_line(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that is away, as during an upgrade, is one line."""
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    pages.open()
    (line,) = pages.until_given_up()
    assert line.startswith("no live page: ")
    assert "/nonexistent/python" in line


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("\0", "embedded null byte"),
        ("a..b", "a..b port 0: "),
        ("192.0.2.1", "192.0.2.1 port 0: Cannot assign requested address; [web] can name another"),
        ("x" * 255, f"{'x' * 255} port 0: "),
    ],
)
def test_host_that_is_none_is_one_line(host: str, reason: str, pages: Pages) -> None:
    """A host that cannot be a name, that has no address, or whose address is not this machine's, is one line."""
    pages.open(WebSettings(host=host, port=0))
    (line,) = pages.until_given_up()
    assert line.startswith(f"no live page: {reason}")


@pytest.mark.parametrize("name", ["live page", "live page feed"])
def test_no_thread_left_is_one_line(name: str, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no further thread can be started, by whoever limits them, there is no page, and that is all."""
    start = threading.Thread.start

    def limited(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    pages.open()
    assert pages.until_given_up() == ["no live page: can't start new thread"]


@pytest.mark.usefixtures("unmeasured")
def test_no_descriptor_left_is_one_line() -> None:
    """Where no further file can be opened, there is no page, and the gate's process goes on."""
    driver = (
        "import os, resource, threading\n"
        "from pigate.settings import BoardSettings, WebSettings\n"
        "from pigate.web.page import GateActions, Page\n"
        "from pigate import TruthTable, train\n"
        "xor = train(TruthTable.named('xor'))\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir('/proc/self/fd')) - 1, 4096))\n"
        "Page(WebSettings(port=0), BoardSettings(), True, xor, GateActions(*[print] * 5), print, False)\n"
        "[thread.join() for thread in threading.enumerate() if thread.name == 'live page']\n"
        "print('goes on')\n"
    )
    done = subprocess.run([sys.executable, "-c", driver], capture_output=True, text=True, timeout=PATIENCE_S)
    first, second = done.stdout.splitlines()
    assert first.startswith("no live page: ")
    assert "Too many open files" in first
    assert (second, done.stderr) == ("goes on", "")


def test_broken_library_is_one_line(pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server that is installed and cannot be imported is one line that says what to type."""
    (tmp_path / "uvicorn.py").write_text("from nothing import nothing\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pages.open()
    assert pages.until_given_up() == ["no live page: No module named 'nothing': pip install '.[web]'"]


def test_current_folder_is_no_library(tmp_path: Path) -> None:
    """Files of the folder that one happens to be in, such as a student's random.py, are not run by the page."""
    for module in ("random", "queue", "uvicorn", "json", "ctypes"):
        (tmp_path / f"{module}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({module!r})\n")
    command = [sys.executable, "-P", *configured(tmp_path)[1:], "--board", "simulated"]  # -P: as the command `pigate`
    with served(command, cwd=tmp_path) as site:
        assert site.state()
    assert not (tmp_path / "ran").exists()


def test_busy_default_port(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no port is named and the usual one is taken, a simulated board's page takes a free one and says so."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(page_module, "DEFAULT_PORT", port)
        pages.open(WebSettings())
        assert pages.said.get(timeout=PATIENCE_S) == f"port {port} is in use: the live page takes a free one"
        address = pages.address()
        assert address != f"http://127.0.0.1:{port}/"
        with urlopen(f"{address}api/state", timeout=PATIENCE_S) as answer:
            assert json.load(answer)["gate"]["table"] == "xor"


@pytest.mark.parametrize(("named", "simulated"), [(True, True), (False, False)])
def test_busy_port_that_was_named(named: bool, simulated: bool, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that the settings name is that or none; and a real board's page never moves to another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(page_module, "DEFAULT_PORT", port)
        pages.open(WebSettings(port=port if named else None), simulated=simulated)
        (line,) = pages.until_given_up()
        assert line.startswith(f"no live page: 127.0.0.1 port {port}: Address already in use")


def test_free_default_port_is_taken(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the usual port is free, the page is there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(page_module, "DEFAULT_PORT", port)
    pages.open(WebSettings())
    assert pages.address() == f"http://127.0.0.1:{port}/"


def test_open_without_a_display(pages: Pages, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no browser can show anything, the address is for another machine, and no text browser is started."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name in ("w3m", "lynx", "www-browser", "xdg-open"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/opened\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    pages.open(open_page=True)
    address = pages.address()
    line = pages.said.get(timeout=PATIENCE_S)
    assert line.startswith(f"open it on another machine: {address} (there, after: ssh ")
    with urlopen(f"{address}api/state", timeout=PATIENCE_S) as answer:
        assert answer.status == 200
    assert not (tmp_path / "opened").exists()


def test_browser_is_apart(pages: Pages, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A browser that never comes back delays nothing, and has neither pigate's terminal nor its session."""
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(
        "#!/bin/sh\n"
        f"echo $$ $(cut -d' ' -f6 /proc/$$/stat) $1 $(readlink /proc/$$/fd/0) > {opened}.new\n"
        f"mv {opened}.new {opened}\n"
        "exec sleep 600\n"
    )
    browser.chmod(stat.S_IRWXU)
    monkeypatch.setenv("BROWSER", str(browser))
    pages.open(open_page=True)
    address = pages.address()
    end = time.monotonic() + PATIENCE_S
    while not opened.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    pid, session, shown, stdin = opened.read_text().split()
    try:
        assert shown == address
        assert int(session) != os.getsid(0)
        assert stdin == "/dev/null"
        with urlopen(f"{address}api/state", timeout=PATIENCE_S) as answer:
            assert answer.status == 200
    finally:
        os.kill(int(pid), 9)
