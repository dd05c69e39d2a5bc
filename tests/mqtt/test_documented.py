"""What docs/many-gates.md tells people to type and to write makes gates that meet."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from pigate.config import load

from ..documents import HERE, blocks
from ..gate.run.process import PIGATE, config, finished
from .gates import gate, heard
from .mosquitto import Mosquitto, running, with_password
from .onlooker import onlooker

PAGE = HERE / "docs/many-gates.md"


def block(word: str, document: Path = PAGE) -> str:
    """Return the one fenced block that begins with a word."""
    (text,) = (block.text for block in blocks(document) if block.text.startswith(word))
    return text


@pytest.fixture
def documented(tmp_path: Path) -> Mosquitto:
    """Give the broker of the page, in a folder of its own and on a port of its own."""
    commands = "".join(line for line in block("openssl").splitlines(True) if not line.startswith("sudo"))
    here = commands.replace("broker.local", "localhost")
    subprocess.run(["bash", "-eu", "-c", here], cwd=tmp_path, check=True, capture_output=True)
    lines = block("listener").replace("/etc/mosquitto/certs", str(tmp_path)).replace("/etc/mosquitto", str(tmp_path))
    _, *settings = lines.splitlines()  # the first is the port
    (tmp_path / "rules").write_text(block("user homeassistant") + block("pattern", HERE / "docs/mqtt.md"))
    with_password(tmp_path, kitchen="k", you="y", homeassistant="h")
    return Mosquitto(tmp_path, *settings, "allow_anonymous false")


def test_a_broker_in_five_minutes(documented: Mosquitto, tmp_path: Path) -> None:
    """The gate joins; you see it; Home Assistant hears its announcement, and cannot write in its name."""
    port = f"port = {documented.port}\n"
    text = block("[mqtt]").replace("broker.local", "localhost") + port
    (tmp_path / "mqtt-password").write_text("k\n")
    (tmp_path / "your-password").write_text("y\n")
    yours = text.replace('id = "kitchen"', 'username = "you"').replace("mqtt-password", "your-password")
    look = [*PIGATE, "fleet", "--json", "--config", config(tmp_path, yours, "yours.toml")]
    with running(documented), gate(tmp_path, text) as one:
        heard(one, "the gate is pigate/kitchen")
        ca = str(tmp_path / "ca.crt")
        with onlooker(documented.port, ca, "homeassistant", "h") as home:
            home.until(lambda latest: "homeassistant/device/kitchen/config" in latest)
            home.publish("pigate/kitchen/state", "{}")
            home.publish("pigate/kitchen/output/1", "")
            again = {"homeassistant/device/kitchen/config"}
            home.until_again(again, lambda: home.publish("homeassistant/status", "online", False))
            assert home.state("pigate/kitchen")["id"] == "kitchen"
            assert home.latest["pigate/kitchen/output/1"] == b"ON"
        done = finished(command=look)
        assert [(told["id"], told["online"], told["table"]) for told in json.loads(done.stdout)] == [
            ("kitchen", True, "xor")
        ]


def test_the_adders_configurations(tmp_path: Path) -> None:
    """Both that are shown are accepted; the second one's carry is an output of the first."""
    first, second = (each.text for each in blocks(PAGE) if each.text.startswith("[table]"))
    loaded = []
    for name, text in (("a", first), ("b", second)):
        (tmp_path / name).write_text(text)
        loaded.append(load(tmp_path / name)[0])
    (topic,) = loaded[1].board.topics
    assert re.fullmatch(f"pigate/{loaded[0].mqtt.id}/output/{len(loaded[0].board.outputs)}", topic)
