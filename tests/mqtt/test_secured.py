"""Brokers that want a password or a certificate, and gates that do not trust each of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..gate.run.process import environment, started
from .gates import SIMULATED, children, gate, heard, settings, until_decided
from .mosquitto import Mosquitto, authority, certified, running, with_password, with_tls
from .onlooker import onlooker

SECRET = "correct horse"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an authority, another, and what the first has signed: the broker's certificate and a gate's."""
    folder = tmp_path_factory.mktemp("certificates")
    ca = authority(folder, "ca")
    authority(folder, "other")
    certified(folder, ca, "server")
    certified(folder, ca, "gate")
    return folder


def test_password(tmp_path: Path) -> None:
    """A wrong password is one line, though it is tried again; the right one, written meanwhile, lets the gate in."""
    broker = Mosquitto(tmp_path, *with_password(tmp_path, kitchen=SECRET, see="all"))
    file = tmp_path / "secret"
    file.write_text("wrong\n")
    with running(broker), gate(tmp_path, settings(broker.port, "kitchen", more='password_file = "secret"\n')) as one:
        refused = heard(one, "MQTT")
        assert "it refuses the gate: Not authorized (username and password_file under [mqtt])" in refused
        file.write_text(f"{SECRET}\n")
        assert heard(one, "MQTT") == f"MQTT: the gate is pigate/kitchen on 127.0.0.1:{broker.port}"
        with onlooker(broker.port, username="see", password="all") as looking:
            looking.until_is("pigate/kitchen/availability", "online")
            state = looking.until(lambda latest: "pigate/kitchen/state" in latest)["pigate/kitchen/state"]
        assert SECRET.encode() not in state
        (child,) = children(one)
        assert SECRET.encode() not in Path(f"/proc/{child}/cmdline").read_bytes()
        assert SECRET.encode() not in Path(f"/proc/{child}/environ").read_bytes()


def test_password_of_systemd(tmp_path: Path) -> None:
    """Where no file is named, systemd's credential is the password, and the name is the one that is set."""
    broker = Mosquitto(tmp_path, *with_password(tmp_path, cook=SECRET))
    (tmp_path / "mqtt-password").write_text(SECRET)
    path = tmp_path / "gate.toml"
    path.write_text("[web]\nenabled = false\n" + settings(broker.port, "a", more='username = "cook"\n'))
    more = environment(CREDENTIALS_DIRECTORY=str(tmp_path))
    with running(broker), started("--config", str(path), command=SIMULATED, **more) as one:  # type: ignore[arg-type]
        assert "the gate is pigate/a" in heard(one, "MQTT")


def test_password_that_cannot_be_read(tmp_path: Path, broker: Mosquitto) -> None:
    """A password's file that is not there is one line that names it; the gate decides."""
    with gate(tmp_path, settings(broker.port, "a", more='password_file = "none"\n')) as one:
        assert f"{tmp_path}/none: No such file or directory" in heard(one, "MQTT")
        one.flip("111")
        until_decided(one, "111", "on")


def test_encrypted(tmp_path: Path, authorities: Path) -> None:
    """A gate that is told the authority joins; encrypted, by a certificate of its own where the broker wants one."""
    server = authorities / "server.crt"
    broker = Mosquitto(tmp_path, *with_tls(authorities, authorities / "ca.crt", server, "require_certificate true"))
    files = f'ca_file = "{authorities}/ca.crt"\ncert_file = "{authorities}/gate.pem"\n'
    with running(broker):
        with gate(tmp_path, settings(broker.port, "a", more=files)) as one:
            assert "the gate is pigate/a" in heard(one, "MQTT")
        with gate(tmp_path, settings(broker.port, "a", more=files.partition("cert_file")[0])) as one:
            heard(one, "it is tried again")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ('ca_file = "{}/other.crt"\n', "its certificate is not trusted: "),
        ('ca_file = "{}/none.crt"\n', "none.crt: No such file or directory"),
        ('ca_file = "{}/ca.key"\n', "ca.key: this is no certificate in PEM form"),
        ('ca_file = "{}/ca.crt"\ncert_file = "{}/gate.crt"\n', "gate.crt: this is no certificate in PEM form"),
    ],
)
def test_wrong_certificates(files: str, words: str, tmp_path: Path, authorities: Path) -> None:
    """A broker of another authority, and certificates that are none, are one line; the gate decides."""
    broker = Mosquitto(tmp_path, *with_tls(authorities, authorities / "ca.crt", authorities / "server.crt"))
    text = settings(broker.port, "a", more=files.replace("{}", str(authorities)))
    with running(broker), gate(tmp_path, text) as one:
        line = heard(one, "MQTT")
        assert words in line
        assert line.endswith("; it is tried again")
        one.flip("111")
        until_decided(one, "111", "on")


def test_certificate_of_another_host(tmp_path: Path, authorities: Path) -> None:
    """A certificate that the authority has given to another host is not trusted."""
    other = certified(tmp_path, authorities / "ca.crt", "elsewhere", "elsewhere.example")
    broker = Mosquitto(tmp_path, *with_tls(tmp_path, authorities / "ca.crt", other))
    with running(broker), gate(tmp_path, settings(broker.port, "a", more=f'ca_file = "{authorities}/ca.crt"\n')) as one:
        assert "not valid for" in heard(one, "its certificate is not trusted")


def test_open_broker_is_no_encrypted_one(tmp_path: Path, authorities: Path, broker: Mosquitto) -> None:
    """A gate that shall encrypt does not speak openly instead."""
    with gate(tmp_path, settings(broker.port, "a", more=f'ca_file = "{authorities}/ca.crt"\n')) as one:
        heard(one, "it is tried again")
    assert b"pigate" not in (tmp_path / "mosquitto.log").read_bytes()


def test_each_gate_writes_its_own_topics_alone(tmp_path: Path) -> None:
    """With the documented access list gates join and hear each other, and none can write in another's name."""
    document = (Path(__file__).parents[2] / "docs/mqtt.md").read_text()
    (rules,) = re.findall("```text\n(pattern .*?)```", document, re.DOTALL)
    (tmp_path / "rules").write_text(rules)
    passwords = with_password(tmp_path, kitchen="k", hall="h")
    broker = Mosquitto(tmp_path, *passwords, f"acl_file {tmp_path}/rules")
    for name in ("kitchen", "hall"):
        (tmp_path / f"{name}.secret").write_text(name[0])
    kitchen = settings(broker.port, "kitchen", "or", "[17, 27]", 'password_file = "kitchen.secret"\n')
    hall = settings(broker.port, "hall", "or", '[17, "pigate/kitchen/output/1"]', 'password_file = "hall.secret"\n')
    with running(broker), gate(tmp_path, kitchen, "kitchen") as first, gate(tmp_path, hall, "hall") as second:
        until_decided(second, "00", "off")
        with onlooker(broker.port, username="hall", password="h") as enemy:
            for topic in ("output/1", "availability", "state", "input/1"):
                enemy.publish(f"pigate/kitchen/{topic}", "ON")
            enemy.publish("homeassistant/device/kitchen/config", "")
            first.flip("10")
            until_decided(second, "01", "on")
            first.flip("00")
            until_decided(second, "00", "off")
            assert b"ON" not in [enemy.latest["pigate/kitchen/availability"], enemy.latest["pigate/kitchen/state"]]
