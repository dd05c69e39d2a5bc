"""What systemd/ ships: the unit's exposure and its promises, and the default configuration."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import msgspec
import pytest

from pigate.config import Settings, load

SYSTEMD = Path(__file__).parent.parent / "systemd"
UNIT = SYSTEMD / "pigate.service"


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
    """The unit's sandbox scores 1.0 or less (0 is best, 10 worst)."""
    assert exposure(UNIT.read_text(), tmp_path) <= 1.0


def test_live_page_opens_little(tmp_path: Path) -> None:
    """With the drop-in for the live page the unit still scores 1.6 or less."""
    dropped_in = (SYSTEMD / "web.conf").read_text().partition("[Service]")[2]
    unit = UNIT.read_text().replace("[Install]", f"{dropped_in}\n[Install]")
    assert exposure(unit, tmp_path) <= 1.6


def test_default_configuration_is_the_default() -> None:
    """The configuration that is installed says what an empty one means."""
    settings, table = load(SYSTEMD / "pigate.toml")
    assert settings == msgspec.structs.replace(Settings(), table=settings.table)
    assert settings.table.name == table.name == "xor"


def test_default_configuration_names_every_key() -> None:
    """Each key of the model stands in the installed configuration, if only in a comment."""
    text = (SYSTEMD / "pigate.toml").read_text()
    for section in Settings.__struct_fields__:
        part = text.partition(f"\n[{section}]\n")[2].partition("\n[")[0]
        model = type(getattr(Settings(), section))
        missing = [key for key in model.__struct_fields__ if not re.search(rf"^(# )?{key} = ", part, re.MULTILINE)]
        assert missing == [], section


def test_commented_keys_are_valid(tmp_path: Path) -> None:
    """A line of the installed configuration that is uncommented is accepted."""
    text = (SYSTEMD / "pigate.toml").read_text()
    for line in re.findall(r"^# (\w+ = .*)$", text, re.MULTILINE):
        key = line.partition(" ")[0]
        section = next(s for s in Settings.__struct_fields__ if key in type(getattr(Settings(), s)).__struct_fields__)
        (tmp_path / "one.toml").write_text(f"[{section}]\n{line}\n")
        (tmp_path / "my.table").write_text("000 1\n")
        assert load(tmp_path / "one.toml")


@pytest.mark.parametrize("name", ["pigate.service", "web.conf"])
def test_comments_stand_on_lines_of_their_own(name: str) -> None:
    """No unit file has a comment behind a value, which systemd would take as part of it."""
    for line in (SYSTEMD / name).read_text().splitlines():
        assert line.startswith("#") or "#" not in line


def test_configuration_is_toml() -> None:
    """The installed configuration is TOML that any reader takes."""
    assert set(tomllib.loads((SYSTEMD / "pigate.toml").read_text())) == set(Settings.__struct_fields__)
