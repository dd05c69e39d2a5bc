"""What systemd/ ships: the unit's exposure and its promises, and the default configuration."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from pigate.config import load
from pigate.settings import Settings

SYSTEMD = Path(__file__).parent.parent / "systemd"
UNIT = SYSTEMD / "pigate.service"
SHIPPED = (SYSTEMD / "pigate.toml").read_text()


def exposure(unit: str, folder: Path) -> float:
    """Return what `systemd-analyze security` scores a unit's text."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: apt install systemd")
    path = folder / "pigate.service"
    path.write_text(unit)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    score = re.search(r"Overall exposure level for pigate.service: ([\d.]+)", said)
    assert score is not None, said
    return float(score[1])


def test_unit_is_hardly_exposed(tmp_path: Path) -> None:
    """The unit's sandbox scores 0.5 or less (0 is best, 10 worst)."""
    assert exposure(UNIT.read_text(), tmp_path) <= 0.5


def test_live_page_opens_little(tmp_path: Path) -> None:
    """With the drop-in for the live page the unit still scores 1.2 or less."""
    dropped_in = (SYSTEMD / "web.conf").read_text().partition("[Service]")[2]
    unit = UNIT.read_text().replace("[Install]", f"{dropped_in}\n[Install]")
    assert exposure(unit, tmp_path) <= 1.2


def test_mqtt_opens_the_network_alone(tmp_path: Path) -> None:
    """With the drop-in for MQTT, which opens the network and nothing else, the unit still scores 1.6 or less."""
    dropped_in = (SYSTEMD / "mqtt.conf").read_text().partition("[Service]")[2]
    keys = {line.partition("=")[0] for line in dropped_in.split() if "=" in line}
    assert keys == {"PrivateNetwork", "RestrictAddressFamilies", "IPAddressAllow"}
    assert exposure(UNIT.read_text().replace("[Install]", f"{dropped_in}\n[Install]"), tmp_path) <= 1.6


def test_registers_are_for_their_factory_alone(tmp_path: Path) -> None:
    """The unit opens no device but the GPIO chips; the drop-in for RPi.GPIO adds its one, and little exposure."""
    assert re.findall("^DeviceAllow=(.*)", UNIT.read_text(), re.MULTILINE) == ["char-gpiochip rw"]
    dropped_in = (SYSTEMD / "rpigpio.conf").read_text().partition("[Service]")[2]
    assert dropped_in == "\nDeviceAllow=/dev/gpiomem rw\n"
    assert exposure(UNIT.read_text().replace("[Install]", f"{dropped_in}\n[Install]"), tmp_path) <= 0.6


def test_configuration_as_shipped_is_empty() -> None:
    """The configuration that is installed sets nothing, so that a gate follows the defaults of later versions."""
    assert all(values == {} for values in tomllib.loads(SHIPPED).values())
    assert load(SYSTEMD / "pigate.toml")[0] == Settings()


def test_configuration_shows_the_defaults(tmp_path: Path) -> None:
    """With each "#key = ..." uncommented, the installed configuration says what an empty one means."""
    path = tmp_path / "pigate.toml"
    path.write_text(re.sub(r"^#(?=\w)", "", SHIPPED, flags=re.MULTILINE))
    settings, table = load(path)
    assert settings == msgspec.structs.replace(Settings(), table=settings.table)
    assert settings.table.name == table.name == "xor"


def test_configuration_names_every_key() -> None:
    """Each key stands in the installed configuration, if only in a comment, and stands there once."""
    for section, model in ((name, type(getattr(Settings(), name))) for name in Settings.__struct_fields__):
        part = SHIPPED.partition(f"\n[{section}]\n")[2].partition("\n[")[0]
        assert sorted(re.findall(r"^# ?(\w+) = ", part, re.MULTILINE)) == sorted(model.__struct_fields__)


def test_commented_keys_are_valid(tmp_path: Path) -> None:
    """A line of the installed configuration that is uncommented is accepted."""
    (tmp_path / "my.table").write_text("000 1\n")
    for section in Settings.__struct_fields__:
        part = SHIPPED.partition(f"\n[{section}]\n")[2].partition("\n[")[0]
        for line in re.findall(r"^# ?(\w+ = .*)$", part, re.MULTILINE):
            broker = 'host = "localhost"\n' if section == "mqtt" and not line.startswith("host") else ""
            (tmp_path / "one.toml").write_text(f"[{section}]\n{broker}{line}\n")
            assert load(tmp_path / "one.toml")


def test_wheel_carries_what_a_pi_needs(tmp_path: Path) -> None:
    """Whoever installs the wheel has the service, its scripts ready to run, and the circuit."""
    pytest.importorskip("hatchling", reason="the wheel cannot be built: pip install hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=SYSTEMD.parent, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    share = f"{'-'.join(wheel.name.split('-')[:2])}.data/data/share/pigate"
    with ZipFile(wheel) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
        for path in [*SYSTEMD.iterdir(), SYSTEMD.parent / "wiring.md", SYSTEMD.parent / "docs/wiring.svg"]:
            name = f"{share}/{path.relative_to(SYSTEMD.parent)}"
            assert archive.read(name) == path.read_bytes()
            assert modes[name] == (0o755 if path.name.endswith("install") else 0o644)


@pytest.mark.parametrize("name", ["pigate.service", "mqtt.conf", "rpigpio.conf", "web.conf"])
def test_comments_stand_on_lines_of_their_own(name: str) -> None:
    """No unit file has a comment behind a value, which systemd would take as part of it."""
    for line in (SYSTEMD / name).read_text().splitlines():
        assert line.startswith("#") or "#" not in line
