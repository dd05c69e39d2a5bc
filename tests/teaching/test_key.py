"""The key to the live page, and the door that asks for it."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from pathlib import Path

import pytest

from pigate import config, options
from pigate.cli import main
from pigate.files import key_file, state_folder
from pigate.teaching.key import key
from pigate.web.guard import MAX_WRONG, WRONG_S, Door

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the state directory of a service."""
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path / 'state'}:/another")
    return tmp_path / "state"


def test_key_is_made_once_and_is_for_the_gate_alone(folder: Path) -> None:
    """A key is 32 random bytes, the same each time, for the gate's user and group, and new once it is deleted."""
    made = key()
    assert len(made) == 43  # 32 bytes in base64
    assert key() == made
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o640
    (folder / "key").unlink()
    assert key() != made


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"STATE_DIRECTORY": "/var/lib/pigate", "XDG_STATE_HOME": "/x"}, "/var/lib/pigate"),
        ({"STATE_DIRECTORY": "", "XDG_STATE_HOME": "/x"}, "/x/pigate"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/home/ada"}, "/home/ada/.local/state/pigate"),
        ({"HOME": "/home/ada"}, "/home/ada/.local/state/pigate"),
    ],
)
def test_state_folder(environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is in the service's folder; for a person's own runs, where the XDG standard says."""
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(state_folder()) == expected


@pytest.mark.parametrize(
    ("user", "config", "environment", "the_services"),
    [
        (0, None, {}, True),
        (0, "/etc/pigate/pigate.toml", {}, True),
        (0, "mine.toml", {}, False),
        (0, None, {"XDG_STATE_HOME": "/x"}, False),
        (0, None, {"STATE_DIRECTORY": "/x"}, False),
        (1000, None, {}, False),
    ],
)
def test_root_acts_for_the_service(
    user: int,
    config: str | None,
    environment: dict[str, str],
    the_services: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A command that root types for the service's configuration is for the service's state, where there is one."""
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr(options, "SERVICE_STATE", str(tmp_path / "service"))
    assert options.state_of(Namespace(config=config)) is None
    (tmp_path / "service").mkdir()
    assert options.state_of(Namespace(config=config)) == (tmp_path / "service" if the_services else None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for the service")
def test_roots_other_gates_leave_the_services_corrections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root's commands find the service's corrections; those for another configuration leave them as they are."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    service = tmp_path / "service"
    service.mkdir()
    os.chown(service, NOBODY, NOBODY)
    monkeypatch.setattr(options, "SERVICE_STATE", str(service))
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "pigate.toml")
    (tmp_path / "pigate.toml").write_text("")
    (tmp_path / "other.toml").write_text("[table]\nname = 'parity'\n")
    assert main(["teach", "000", "0"]) == main(["key"]) == 0
    for name in ("taught.json", "key"):
        assert (service / name).stat().st_uid == NOBODY
    before = (service / "taught.json").read_bytes()
    for command in (["teach", "000", "1"], ["forget"], ["table", "--taught"], ["check"]):
        assert main([*command, "--config", str(tmp_path / "other.toml")]) == 0
    assert sorted(path.name for path in service.iterdir()) == ["key", "taught.json"]
    assert (service / "taught.json").read_bytes() == before
    assert main(["forget"]) == 0
    assert not (service / "taught.json").exists()


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def status_of(refusal: tuple[int, str] | None) -> int | None:
    """Return the status with which somebody is refused."""
    return refusal and refusal[0]


def test_door(folder: Path) -> None:
    """Only the key opens, as it stands in the file now: a replaced one is a wrong one, and so is none."""
    door = Door(key_file(), Clock())
    assert door.refusal("Bearer x") == (403, "there is no key: pigate key makes one")
    first = key()
    assert door.refusal(f"Bearer {first}") is None
    assert door.refusal(f"bearer {first}") is None
    for wrong in ("", first, "Bearer", "Bearer ", f"Basic {first}", f"Bearer {first}x", "Bearer ü", f"Bearer {first} "):
        assert status_of(door.refusal(wrong)) == 403
    (folder / "key").unlink()
    second = key()
    assert door.refusal(f"Bearer {first}")
    assert door.refusal(f"Bearer {second}") is None


def test_an_empty_key_file_opens_to_nobody(folder: Path) -> None:
    """A file that a power cut left empty is no key that somebody could guess."""
    folder.mkdir()
    (folder / "key").write_text("\n")
    door = Door(key_file(), Clock())
    assert door.refusal("Bearer ")
    assert door.refusal("Bearer \n")


def test_ten_wrong_keys_in_a_minute_close_the_door_for_a_minute(folder: Path) -> None:
    """After ten wrong keys within a minute even the right one is refused for a minute; after nine it is not."""
    clock = Clock()
    door, right = Door(key_file(), clock), f"Bearer {key()}"
    for _ in range(MAX_WRONG - 1):
        assert door.refusal("Bearer wrong")
    assert door.refusal(right) is None
    clock.now += WRONG_S + 1
    for _ in range(MAX_WRONG - 1):
        assert door.refusal("Bearer wrong")
    assert door.refusal(right) is None
    assert status_of(door.refusal("")) == 403  # none is not a wrong one
    assert status_of(door.refusal("Bearer wrong")) == 403
    assert status_of(door.refusal("")) == 403
    closed = (429, "there were too many wrong keys: wait a minute")
    assert door.refusal(right) == closed
    clock.now += WRONG_S - 0.1
    assert door.refusal(right) == closed
    clock.now += 0.1
    assert door.refusal(right) is None
