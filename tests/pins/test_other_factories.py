"""The board on stand-ins for gpiozero's lgpio and rpigpio factories."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import gpiozero.pins
import msgspec
import pytest
from gpiozero.exc import PinInvalidState
from gpiozero.pins.mock import MockFactory, MockPin

from pigate.errors import BoardError
from pigate.pins.board import MIN_POLL_S, open_board
from pigate.settings import BoardSettings

from .fake_gpiod import World, plugged_in

SETTINGS = BoardSettings()


def with_factory(name: str) -> BoardSettings:
    """Return the settings with this pin factory."""
    return msgspec.structs.replace(SETTINGS, pin_factory=name)


class TheirPin(MockPin):  # type: ignore[misc]  # gpiozero is untyped
    """A pin with an open end: closing an output turns it into an input that floats."""


class LgpioError(Exception):
    """Stands for lgpio.error, which is an Exception and no more, and shows its text in quotes."""

    def __str__(self) -> str:
        return repr(self.args[0])


class TheirFactory(MockFactory):  # type: ignore[misc]
    """Stands for gpiozero's lgpio and rpigpio factories, which need a Pi to be constructed."""

    made: list[TheirFactory]

    def __init__(self, chip: int | None = None) -> None:
        super().__init__(pin_class=TheirPin)
        self.chip_number = chip
        self.folder = os.environ["LG_WD"]
        self.closed = 0
        self.made.append(self)

    def close(self) -> None:
        super().close()
        self.closed += 1


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[TheirFactory]:
    """Put the stand-ins where gpiozero's modules are; return the factories made."""
    made: list[TheirFactory] = []
    monkeypatch.setattr(TheirFactory, "made", made, raising=False)
    for name, factory in (("lgpio", "LGPIOFactory"), ("rpigpio", "RPiGPIOFactory")):
        module: Any = ModuleType(f"gpiozero.pins.{name}")
        setattr(module, factory, TheirFactory)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.delattr(gpiozero.pins, name, raising=False)
    lgpio: Any = ModuleType("lgpio")
    lgpio.error = LgpioError
    monkeypatch.setitem(sys.modules, "lgpio", lgpio)
    monkeypatch.setitem(sys.modules, "RPi.GPIO", ModuleType("RPi.GPIO"))
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:/run/other")
    monkeypatch.setenv("LG_WD", "somewhere shared")
    return made


@pytest.mark.parametrize("name", ["lgpio", "rpigpio"])
def test_their_boards_are_polled(name: str, theirs: list[TheirFactory], world: World) -> None:
    """On lgpio and rpigpio the levels are polled, twice a settle time; switches and LEDs work alike."""
    board = open_board(with_factory(name))
    (factory,) = theirs
    assert board.descriptors == []
    assert board.poll_s == SETTINGS.settle_s / 2
    factory.pin(27).drive_low()
    assert board.read() == "010"
    board.show((True,))
    assert factory.pin(18).state is True
    led = factory.pin(18)
    board.close()
    assert [state.state for state in led.states] == [False, True, False]
    assert factory.closed == 1
    assert (world.held(), world.open_chips) == ([], 0)


def test_polling_has_a_floor(theirs: list[TheirFactory], world: World) -> None:
    """No settle time does not mean to poll without a pause."""
    board = open_board(msgspec.structs.replace(with_factory("lgpio"), settle_s=0.0))
    assert board.poll_s == MIN_POLL_S
    board.close()


@pytest.mark.parametrize("number", [0, 4])
def test_lgpio_is_given_the_header_chip(number: int, theirs: list[TheirFactory]) -> None:
    """The chip's number for lgpio is found by label, not by gpiozero's guess."""
    with plugged_in(World({"/dev/gpiochip1": "other", f"/dev/gpiochip{number}": "pinctrl-rp1"})) as world:
        open_board(with_factory("lgpio")).close()
        assert theirs[0].chip_number == number
        assert world.open_chips == 0


@pytest.mark.parametrize("name", ["lgpio", "rpigpio"])
def test_each_process_has_a_folder_of_its_own(
    name: str, theirs: list[TheirFactory], world: World, tmp_path: Path
) -> None:
    """Before lgpio can be loaded, LG_WD is a new folder in the runtime directory that only this user may enter."""
    open_board(with_factory(name)).close()
    folder = Path(theirs[0].folder)
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700


def test_lgpio_folder_is_gone_at_exit(tmp_path: Path) -> None:
    """The folder that lgpio makes its working directory is so no longer than it is loaded, and goes at the exit."""
    program = (
        "import os, pathlib; from pigate.pins import board; before = os.getcwd()\n"
        "with board._private_lgpio_directory(): os.chdir(os.environ['LG_WD']); pathlib.Path('.lgd-nfy0').touch()\n"
        "assert os.getcwd() == before; print(os.environ['LG_WD'])"
    )
    environment = os.environ | {"RUNTIME_DIRECTORY": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "package"), [("lgpio", "lgpio"), ("rpigpio", "RPi.GPIO or rpi-lgpio")])
@pytest.mark.parametrize("raised", [ImportError("No module named X"), RuntimeError("can only be run on a Pi")])
def test_factory_that_cannot_be_loaded_says_what_to_install(
    name: str,
    package: str,
    raised: Exception,
    theirs: list[TheirFactory],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The named factory's own error is told, with the package it needs; no other factory is tried."""

    def refuse(self: TheirFactory, chip: int | None = None) -> None:
        raise raised

    monkeypatch.setattr(TheirFactory, "__init__", refuse)
    with pytest.raises(BoardError) as caught:
        open_board(with_factory(name))
    assert str(caught.value) == f"pin_factory {name} cannot be loaded ({raised}); it needs the package {package}"
    assert world.open_chips == 0


def test_busy_line_of_lgpio_names_its_holder(
    theirs: list[TheirFactory], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words "GPIO busy" are turned into who holds the line, and what to type; nothing stays claimed."""

    def busy(self: TheirPin, value: str) -> None:
        raise LgpioError("'GPIO busy'")

    monkeypatch.setattr(TheirPin, "_set_function", busy)
    monkeypatch.setattr(TheirPin, "close", lambda self: None)
    world.lines[18].consumer = "pigate.service"
    with pytest.raises(BoardError, match=r"^GPIO 18 is in use by pigate's own service: sudo systemctl stop pigate$"):
        open_board(with_factory("lgpio"))
    assert theirs[0].closed == 1
    assert world.open_chips == 0


@pytest.mark.parametrize(
    ("name", "raised"),
    [
        ("lgpio", LgpioError("bad handle")),
        ("lgpio", PinInvalidState("bad handle")),
        ("lgpio", OSError("bad handle")),
        ("rpigpio", RuntimeError("bad handle")),
        ("rpigpio", ValueError("bad handle")),
        ("rpigpio", NotImplementedError("bad handle")),  # rpi-lgpio, about a board that it does not know
        ("rpigpio", LgpioError("bad handle")),  # through rpi-lgpio
    ],
)
def test_what_they_raise_is_one_line(
    name: str, raised: Exception, theirs: list[TheirFactory], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lgpio, RPi.GPIO and gpiozero raise about a pin names the pin; without one it is told as it is."""

    def refuse(*_arguments: object, **_named: object) -> None:
        raise raised

    with monkeypatch.context() as patched:
        patched.setattr(TheirPin, "_set_pull", refuse)
        patched.setattr(TheirPin, "close", lambda self: None)
        with pytest.raises(BoardError, match=r"^GPIO 17 cannot be used: bad handle$"):
            open_board(with_factory(name))
    if not isinstance(raised, RuntimeError):
        monkeypatch.setattr(TheirFactory, "__init__", refuse)
        with pytest.raises(BoardError, match=r"^bad handle$"):
            open_board(with_factory(name))


@pytest.mark.parametrize("place", ["a pin", "the factory"])
@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("lgpio", AttributeError("'LGPIOPin' object has no attribute 'pul'")),
        ("lgpio", ValueError("a mistake")),
        ("rpigpio", AttributeError("module 'RPi.GPIO' has no attribute 'setpu'")),
        ("rpigpio", TypeError("a mistake")),
        ("rpigpio", UnicodeDecodeError("utf-8", b"x", 0, 1, "a mistake")),
    ],
)
def test_programming_error_goes_through_as_itself(
    place: str,
    name: str,
    mistake: Exception,
    theirs: list[TheirFactory],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mistake in a factory's code is no missing board, which a service waits for; nothing stays claimed."""

    def fail(*_arguments: object, **_named: object) -> None:
        raise mistake

    if name == "lgpio":
        monkeypatch.delitem(sys.modules, "RPi.GPIO")
    if place == "a pin":
        monkeypatch.setattr(TheirPin, "_set_pull", fail)
        monkeypatch.setattr(TheirPin, "close", lambda self: None)
    else:
        monkeypatch.setattr(TheirFactory, "__init__", fail)
    with pytest.raises(type(mistake)) as caught:
        open_board(with_factory(name))
    assert caught.value is mistake
    assert all(factory.closed for factory in theirs)
    assert world.open_chips == 0


def test_error_while_opening_is_not_hidden_by_one_on_close(
    theirs: list[TheirFactory], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a pin cannot be used and letting go fails too, the first is told in words, and the second noted on it."""

    def refuse(*_arguments: object, **_named: object) -> None:
        raise LgpioError("bad handle")

    def fail(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(TheirPin, "_set_pull", refuse)
    monkeypatch.setattr(TheirPin, "close", lambda self: None)
    monkeypatch.setattr(TheirFactory, "close", fail)
    with pytest.raises(BoardError) as caught:
        open_board(with_factory("rpigpio"))
    assert str(caught.value) == "GPIO 17 cannot be used: bad handle"
    (note,) = caught.value.__notes__
    assert "Input/output error" in note
