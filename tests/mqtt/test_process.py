"""MQTT's process beside the gate's: what is loaded, and when there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ..gate.run.process import PIGATE, config, finished
from .gates import children, gate, heard, settings, until_decided
from .mosquitto import Mosquitto

pytestmark = pytest.mark.usefixtures("unmeasured")

#: A run that says at its end what it has loaded of MQTT.
TELLING = """
import atexit, os, runpy, sys
names = lambda: [name for name in sys.modules if name.startswith(("paho", "pigate.mqtt"))]
atexit.register(lambda: os.write(2, f"loaded {names()}\\n".encode()))
sys.argv[0] = "pigate"
runpy.run_module("pigate", run_name="__main__", alter_sys=True)
"""


def test_without_a_broker_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    """Where no broker is named, neither paho nor pigate's own part is imported, and there is no process."""
    path = config(tmp_path, "[board]\ninputs = [17, 27, 22]\n")
    telling = [sys.executable, "-c", TELLING, "run", "--board", "simulated", "--config", path]
    done = finished(given=b"101\n", command=telling)
    assert done.returncode == 0
    assert "loaded []" in done.stderr
    with gate(tmp_path, "") as one:
        assert children(one) == []


def test_gate_does_not_load_the_library(tmp_path: Path) -> None:
    """With a broker, too, paho lives in the other process alone."""
    path = config(tmp_path, settings(1, "a"))
    telling = [sys.executable, "-c", TELLING, "run", "--board", "simulated", "--config", path]
    done = finished(given=b"101\n", command=telling)
    assert done.returncode == 0
    assert "'pigate.mqtt.link'" in done.stderr
    assert "paho" not in done.stderr.partition("loaded")[2]


def test_missing_extra_is_one_line(tmp_path: Path) -> None:
    """Without paho-mqtt one line says what to type; the gate goes on, and its topics are unknown."""
    path = config(tmp_path, settings(1, "a", "and", '["lamp", 17]'))
    program = (
        "import importlib.util as u, runpy; real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'paho' else real(name, *more)\n"
        "runpy.run_module('pigate', run_name='__main__', alter_sys=True)"
    )
    command = [sys.executable, "-c", program, "run", "--board", "simulated", "--config", path, "--json"]
    done = finished(given=b"1\n", command=command)
    assert done.returncode == 0
    assert '"levels": "?1"' in done.stdout
    (line,) = [line for line in done.stderr.splitlines() if "MQTT" in line]
    assert line == "no MQTT: it needs paho-mqtt: pip install '.[mqtt]'"


def test_old_library_is_one_line(tmp_path: Path) -> None:
    """A paho-mqtt before version 2, such as Bookworm's, is one line that says what to type, and is tried once."""
    (tmp_path / "old/paho/mqtt").mkdir(parents=True)
    (tmp_path / "old/paho/__init__.py").touch()
    (tmp_path / "old/paho/mqtt/__init__.py").touch()
    (tmp_path / "old/paho/mqtt/client.py").write_text("class Client: pass\nclass MQTTMessage: pass\nMQTTv5 = 5\n")
    path = config(tmp_path, settings(1, "a"))
    command = [*PIGATE, "run", "--board", "simulated", "--config", path, "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(tmp_path / "old"), "PATH": "/usr/bin:/bin"}, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if "MQTT" in line:
                break
        process.terminate()
    assert line.startswith("no MQTT process: ")
    assert line.endswith(": pip install '.[mqtt]'\n")


def test_check_needs_no_broker(tmp_path: Path) -> None:
    """`pigate check` proves a gate whose inputs are topics, without the broker."""
    path = config(tmp_path, settings(1, "a", "full-adder", '[17, 22, "b/output/2"]\noutputs = [5, 6]'))
    done = finished("check", "--config", path, command=PIGATE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "every row proved" in done.stdout


def test_what_a_run_says_of_its_inputs(tmp_path: Path, broker: Mosquitto) -> None:
    """A run begins with its switches and its topics, each by name."""
    with gate(tmp_path, settings(broker.port, "a", "xor", '[17, "lamp", 22]')) as one:
        assert "switches on GPIO 17, 22 and inputs from lamp; LEDs on GPIO 18" in heard(one, "simulated board")
        one.flip("11")
        until_decided(one, "1?1", "undecided")
