"""`pigate fleet` from outside: on a terminal, through a pipe, and with a broker that is not there."""

from __future__ import annotations

import json
import re
import signal
import socket
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pigate import __version__
from pigate.mqtt import watch

from ..commands.calls import Call
from ..gate.run.process import PIGATE, config, finished, one_complaint, started
from ..gate.run.test_terminal import on_a_terminal
from .gates import gate, settings
from .mosquitto import Mosquitto, running, with_password
from .onlooker import onlooker

FLEET = [*PIGATE, "fleet"]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Give a way to call a command in this process."""
    return Call(capfd)


def test_one_look(tmp_path: Path, broker: Mosquitto) -> None:
    """`--json` prints one line: an array of the gates, on line and off line, since when, and all they think."""
    looks = config(tmp_path, f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n', "looks.toml")
    look = [*FLEET, "--json", "--config", looks]
    assert finished(command=look).stdout == "[]\n"
    with (
        onlooker(broker.port) as looking,
        gate(tmp_path, settings(broker.port, "kitchen", more='name = "Küche"\n')) as one,
        gate(tmp_path, settings(broker.port, "hall", "and"), "hall") as other,
    ):
        for name in ("kitchen", "hall"):
            looking.until_is(f"pigate/{name}/availability", "online")
        other.end(signal.SIGKILL)
        looking.until_is("pigate/hall/availability", "offline")
        one.flip("110")
        looking.until(lambda _: looking.state("pigate/kitchen")["levels"] == "110")
        done = finished("--sort", "id", command=look)
        assert (done.returncode, done.stderr) == (0, "")
        hall, kitchen = json.loads(done.stdout)
        assert done.stdout.count("\n") == 1
        assert kitchen == looking.state("pigate/kitchen") | {"online": True, "since": kitchen["connected"]}
        assert (kitchen["name"], kitchen["levels"], kitchen["version"]) == ("Küche", "110", __version__)
        assert (hall["id"], hall["table"], hall["online"]) == ("hall", "and", False)
        ended = datetime.fromisoformat(hall["since"]).timestamp()
        assert datetime.fromisoformat(hall["connected"]).timestamp() - 2 < ended < datetime.now().timestamp() + 2
        filtered = finished("--filter", "küche", command=look)
        assert [told["id"] for told in json.loads(filtered.stdout)] == ["kitchen"]
        ordered = finished("--sort", "table", command=look)
        assert [told["table"] for told in json.loads(ordered.stdout)] == ["and", "xor"]


def test_on_a_terminal(tmp_path: Path, broker: Mosquitto) -> None:
    """It is drawn in place at each change; a broker's end and return are seen; Ctrl-C leaves it quietly."""
    path = config(tmp_path, settings(broker.port, "a"), "looks.toml")
    with on_a_terminal("--config", path, command=FLEET) as (view, _):
        view.until("no gates")
        with gate(tmp_path, settings(broker.port, "a")) as one:
            drawn = view.until(r"a +xor +000 +on +online +\d\d:\d\d:\d\d +0")
            assert "\x1b[1A\r\x1b[J" in drawn  # over the line that was there
            one.flip("101")
            assert "\x1b[2A\r\x1b[J" in view.until(r"a +xor +101 +off +online")
        view.until("offline")
        broker.end(signal.SIGKILL)
        view.until(r"off +\? +0")
        lost = view.until(r"it is tried again\r\n")
        assert re.search(rf"127.0.0.1:{broker.port}: .*lost", lost)
        broker.start()
        view.until("no gates")  # this broker keeps nothing
        view.process.send_signal(signal.SIGINT)
        assert view.end()[0] == 0


def test_more_gates_than_lines(tmp_path: Path, broker: Mosquitto) -> None:
    """A terminal of 24 lines has 21 gates, the number of the others and the way to fewer; Ctrl-C ends it."""
    path = config(tmp_path, settings(broker.port, "a"), "looks.toml")
    with onlooker(broker.port) as looking:
        for number in range(30):
            state = {"name": f"n{number:02}", "version": "1", "table": "xor", "levels": "0", "prediction": [0.0],
                     "decision": ["on"], "taught": True, "loss": 0.0, "proved": True, "changed": "",
                     "connected": "2026-01-01T00:00:00+00:00"}  # fmt: skip
            looking.publish(f"pigate/{number}/state", json.dumps(state))
    with on_a_terminal("--config", path, command=FLEET) as (view, keys):
        drawn = view.until("more: --filter WORD shows fewer\r\n")
        assert re.findall(r"n\d\d", drawn) == [f"n{number:02}" for number in range(21)]
        assert "\n9 more" in drawn
        view.until(r"\x1b\[\?7h")
        with open(keys, "wb", closefd=False) as keyboard:
            keyboard.write(b"\x03")
        assert view.end()[0] == 0


def test_through_a_pipe(tmp_path: Path, broker: Mosquitto) -> None:
    """Elsewhere each change is a line, without any drawing, and it ends quietly when nobody reads it any more."""
    path = config(tmp_path, settings(broker.port, "a"), "looks.toml")
    with gate(tmp_path, settings(broker.port, "a")) as one, onlooker(broker.port) as looking:
        looking.until_is("pigate/a/availability", "online")
        looking.until(lambda latest: "pigate/a/state" in latest)
        with started("--config", path, command=FLEET) as view:
            assert view.line().split() == ["name", "id", "table", "levels", "decision", "status", "since", "version"]
            assert re.fullmatch(r"\S+ +a +xor +000 +on +online +[\d:]+ +\S+", view.line())
            one.flip("010")
            assert re.fullmatch(r"\S+ +a +xor +010 +off +online +[\d:]+ +\S+", view.line())
            assert view.process.stdout is not None
            view.process.stdout.close()
            assert view.end() == (0, "")


def test_no_broker(call: Call, tmp_path: Path) -> None:
    """A configuration that names no broker, and a broker that is not there, are a line each."""
    path = config(tmp_path, "", "a.toml")
    assert call.refused("fleet", "--config", path, code=78) == f"pigate: {path}: no broker is named: host under [mqtt]"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = config(tmp_path, settings(port, "a"), "a.toml")
    refused = f"pigate: MQTT: 127.0.0.1:{port}: Connection refused"
    assert call.refused("fleet", "--json", "--config", path, code=1) == refused


def test_no_broker_of_mqtt(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What listens and says nothing is no broker: one line after a while."""
    monkeypatch.setattr(watch, "PATIENCE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        path = config(tmp_path, settings(silent.getsockname()[1], "a"), "a.toml")
        assert call.refused("fleet", "--json", "--config", path, code=1).endswith(": it does not answer")


def test_wrong_password(call: Call, tmp_path: Path) -> None:
    """A password that is wrong, or cannot be read, is a line that names the settings; the right one lets it in."""
    broker = Mosquitto(tmp_path, *with_password(tmp_path, kitchen="right"))
    path = config(tmp_path, settings(broker.port, "kitchen", more='password_file = "secret"\n'), "a.toml")
    with running(broker):
        assert "secret: No such file or directory" in call.refused("fleet", "--json", "--config", path, code=78)
        (tmp_path / "secret").write_text("wrong")
        said = call.refused("fleet", "--json", "--config", path, code=1)
        assert said.endswith("it refuses: Not authorized (username and password_file under [mqtt])")
        (tmp_path / "secret").write_text("right\n")
        assert call.json("fleet", "--config", path) == []


def test_missing_extra(tmp_path: Path) -> None:
    """Without paho-mqtt one line says what to type."""
    path = config(tmp_path, settings(1, "a"), "a.toml")
    program = "import runpy, sys; sys.modules['paho'] = None; runpy.run_module('pigate', run_name='__main__')"
    done = finished("fleet", "--json", "--config", path, command=[sys.executable, "-c", program])
    assert (done.returncode, done.stdout) == (1, "")
    assert one_complaint(done.stderr).endswith(": pip install '.[mqtt]'")
