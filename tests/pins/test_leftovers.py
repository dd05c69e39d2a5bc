"""What a killed run leaves behind, on the fake kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pigate.errors import BoardError
from pigate.pins import leftovers
from pigate.pins.leftovers import forget, remember, turn_off

from .fake_gpiod import World, plugged_in


@pytest.fixture
def world() -> Iterator[World]:
    """Give a Raspberry Pi whose LEDs a killed run left on."""
    with plugged_in(World()) as world:
        for gpio in (18, 23):
            world.lines[gpio].driven = 1
        yield world


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a runtime directory, named first of two as systemd does."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:/run/other")
    monkeypatch.delenv("EXIT_STATUS", raising=False)
    return tmp_path


@pytest.mark.parametrize("status", [None, "1", "KILL", "0", "690"])
def test_remembered_outputs_are_turned_off(
    status: str | None, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the last run named goes dark and is let go, however that run ended."""
    if status is not None:
        monkeypatch.setenv("EXIT_STATUS", status)
    remember([18, 23])
    assert turn_off() is None
    assert (world.level(18), world.level(23), world.held()) == (0, 0, [])
    assert turn_off() is None  # and once more does no harm


@pytest.mark.parametrize("status", ["69", "78"])
def test_pins_that_were_never_ours_are_left_alone(
    status: str, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run that never had the pins, nothing is touched, even if an older one named some."""
    remember([18])
    monkeypatch.setenv("EXIT_STATUS", status)
    assert turn_off() == "nothing to turn off: the run never had the pins"
    assert (world.level(18), world.lines[18].history) == (1, [])


def test_forgotten_outputs_are_left_alone(world: World, folder: Path) -> None:
    """A run that ended well took its names back; forgetting twice is no error."""
    remember([18])
    forget()
    forget()
    assert turn_off() == f"nothing to turn off: no run named its outputs in {folder / 'outputs.json'}"
    assert world.level(18) == 1


def test_by_hand_the_service_is_meant(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Outside a service a run writes nothing; `off` turns off what the service named, if it did."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    monkeypatch.setattr(leftovers, "SERVICE_DIRECTORY", str(tmp_path))
    remember([18])
    forget()
    assert turn_off({}) == f"nothing to turn off: no run named its outputs in {tmp_path}/outputs.json"
    assert world.level(18) == 1
    (tmp_path / "outputs.json").write_text("[18]")
    assert turn_off({"EXIT_STATUS": "78"}) == "nothing to turn off: the run never had the pins"
    assert turn_off({}) is None
    assert world.level(18) == 0


def test_folder_that_cannot_be_written_costs_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A run goes on without its names written, and says so in one line."""
    folder = tmp_path / "gone"
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(folder))
    remember([18])
    told = capfd.readouterr()
    assert told.err == (
        f"{folder / 'outputs.json'}: No such file or directory: a killed gate's LEDs cannot be turned off\n"
    )
    assert told.out == ""
    forget()


def test_names_that_cannot_be_taken_back_cost_a_line(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A run that cannot delete its names says so in one line: a later `pigate off` would still obey them."""
    path = folder / "outputs.json"
    path.mkdir()  # which cannot be deleted as a file
    forget()
    assert capfd.readouterr().err.startswith(f"{path}: Is a directory: ")


def test_the_last_run_counts(world: World, folder: Path) -> None:
    """Of two runs, the later one's names are turned off, and no half-written file is left beside them."""
    remember([18])
    remember([23])
    assert json.loads((folder / "outputs.json").read_text()) == [23]
    assert [path.name for path in folder.iterdir()] == ["outputs.json"]
    turn_off()
    assert (world.level(18), world.level(23)) == (1, 0)


def test_line_in_use_is_told_and_the_others_go_dark(world: World, folder: Path) -> None:
    """A line that another program took meanwhile is an error in one line; the others are off."""
    remember([18, 23])
    world.lines[18].consumer = "lg"
    with pytest.raises(BoardError, match=r"^GPIO 18 is in use by lg"):
        turn_off()
    assert (world.level(18), world.level(23)) == (1, 0)


def loaded(environment: dict[str, str]) -> set[str]:
    """Return what a fresh Python has loaded after turning off what this environment names."""
    program = (
        "import sys\nfrom pigate.errors import BoardError\nfrom pigate.pins.leftovers import turn_off\n"
        "try: turn_off()\nexcept BoardError: pass\nprint(*sys.modules)"
    )
    bare = {name: value for name, value in os.environ.items() if name not in ("RUNTIME_DIRECTORY", "EXIT_STATUS")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=bare | environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.usefixtures("unmeasured")
def test_nothing_to_turn_off_loads_next_to_nothing(tmp_path: Path) -> None:
    """Where no run named outputs, neither JSON nor anything of the pins is loaded, as a Pi Zero takes its time."""
    parts = {"pigate.files", "pigate.config", "pigate.pins.gpiochip"}
    for environment in ({}, {"RUNTIME_DIRECTORY": str(tmp_path)}, {"EXIT_STATUS": "69"}):
        assert not loaded(environment) & {"json", "tempfile", "glob", "msgspec", "gpiod", *parts}


def test_turning_off_loads_no_settings_nor_gpiozero(tmp_path: Path) -> None:
    """The outputs are turned off through gpiod alone."""
    (tmp_path / "outputs.json").write_text("[18]")
    modules = loaded({"RUNTIME_DIRECTORY": str(tmp_path)})
    assert "gpiod" in modules
    assert not modules & {"msgspec", "gpiozero", "numpy", "pigate.config", "pigate.pins.factory", "pigate.learning"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.one_of(
        st.binary(),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
            lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
        ).map(lambda value: json.dumps(value).encode()),
        st.lists(st.integers(-1, 28)).map(lambda value: json.dumps(value).encode()),
    )
)
@example(content=b"[true]")
@example(content=b"[18.0]")
@example(content=b"[" * 100_000)
@example(content=b"[" + b"1" * 5000 + b"]")
@example(content=b"\xff")
def test_any_file_is_obeyed_or_refused_in_one_line(content: bytes, world: World, folder: Path) -> None:
    """Whatever stands in the file: a list of GPIO numbers is turned off, all else is one line that names the file."""
    path = folder / "outputs.json"
    path.write_bytes(content)
    for line in world.lines.values():
        line.driven = 1
    try:
        gpios = json.loads(content)
        valid = isinstance(gpios, list) and all(type(gpio) is int and 0 <= gpio <= 27 for gpio in gpios)
    except (ValueError, RecursionError):
        valid = False
    if valid:
        assert turn_off() is None
    else:
        with pytest.raises(BoardError) as caught:
            turn_off()
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)
        gpios = []
    assert {gpio for gpio in world.lines if world.level(gpio) == 0} == set(gpios)
