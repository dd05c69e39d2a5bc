"""The header's chip and its lines, on the fake kernel; and that the fake is like the real package."""

from __future__ import annotations

import errno
import inspect
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import gpiod
import pytest
from gpiod.line import Bias, Direction, Edge

from pigate.errors import BoardError, PigateError
from pigate.pins import gpiochip

from .fake_gpiod import FakeChip, FakeLineRequest, World, plugged_in, refusal

INPUT = gpiod.LineSettings(direction=Direction.INPUT)
LOW = gpiod.LineSettings(direction=Direction.OUTPUT)


@pytest.fixture
def world() -> Iterator[World]:
    """Give a Raspberry Pi on the fake kernel."""
    with plugged_in(World()) as world:
        yield world


def parameters(function: Any) -> list[tuple[str, Any, Any]]:
    """List a function's parameters as a caller sees them, without annotations."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize(("fake", "real"), [(FakeChip, gpiod.Chip), (FakeLineRequest, gpiod.LineRequest)])
def test_fake_offers_nothing_that_the_package_does_not(fake: type, real: type) -> None:
    """Each public name of the fake is a name of the real class, with the same parameters and defaults."""
    ours = {"world", "push", "apply"}  # what tests use
    names = [name for name in vars(fake) if name not in ours and (not name.startswith("_") or name == "__bool__")]
    assert len(names) > 5
    for name in names:
        theirs = inspect.getattr_static(real, name)
        mine = inspect.getattr_static(fake, name)
        assert isinstance(mine, property) == isinstance(theirs, property), name
        if not isinstance(mine, property):
            assert parameters(mine) == parameters(theirs), name


def test_fake_chip_is_constructed_as_the_real_one() -> None:
    """A chip's constructor takes the same parameters in the fake and in the package."""
    assert parameters(FakeChip) == parameters(gpiod.Chip)


@pytest.mark.parametrize(("path", "number"), [("/dev/null", errno.ENODEV), ("/no/such/chip", errno.ENOENT)])
def test_fake_refuses_as_the_package_does(path: str, number: int) -> None:
    """What cannot be opened raises the same error, with the same number, in the fake and in the package."""
    with pytest.raises(OSError, match=os.strerror(number)) as real:
        gpiod.Chip(path)
    assert real.value.errno == number
    world = World()
    world.refused[path] = number
    with plugged_in(world), pytest.raises(OSError, match=os.strerror(number)) as fake:
        gpiod.Chip(path)
    assert fake.value.errno == number


def test_invalid_argument_is_no_oserror_in_the_package_nor_in_the_fake() -> None:
    """The package turns EINVAL into a ValueError with number and words, and the fake does the same."""
    from gpiod import _ext

    with pytest.raises(ValueError, match="Invalid argument") as real:
        _ext.LineSettings(99, 1, 1, 1, False, 0, 1, 0)
    assert real.value.args == refusal(errno.EINVAL).args
    assert type(real.value) is type(refusal(errno.EINVAL))


def test_fake_sends_settings_through_the_package_own_checks(world: World) -> None:
    """Settings that libgpiod itself refuses do not get as far as the fake's lines."""
    wrong = gpiod.LineSettings(direction="input")  # type: ignore[arg-type]
    with gpiochip.open_chip() as chip, pytest.raises(AttributeError):
        chip.request_lines({17: wrong})
    assert world.held() == []


def test_fake_refuses_edges_on_an_output(world: World) -> None:
    """Edge detection on an output is EINVAL, as in the kernel's line request."""
    with gpiochip.open_chip() as chip, pytest.raises(ValueError, match="Invalid argument"):
        chip.request_lines({17: gpiod.LineSettings(direction=Direction.OUTPUT, edge_detection=Edge.BOTH)})


def test_fake_keeps_the_newest_events(world: World) -> None:
    """A storm drops the oldest edges and leaves the descriptor readable until they are read."""
    with gpiochip.open_chip() as chip:
        settings = gpiod.LineSettings(direction=Direction.INPUT, edge_detection=Edge.BOTH)
        request = chip.request_lines({17: settings})
    for _ in range(50):
        world.drive(17, 1)
        world.drive(17, 0)
    assert request.wait_edge_events(0)
    events = request.read_edge_events()
    assert len(events) == 16
    assert events[-1].event_type is gpiod.EdgeEvent.Type.FALLING_EDGE
    assert not request.wait_edge_events(0)
    request.release()


@pytest.mark.parametrize("label", ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"])
@pytest.mark.parametrize("number", [0, 4, 11])
def test_chip_is_found_by_its_label(label: str, number: int) -> None:
    """The header's chip is taken wherever the kernel put it, and no other chip stays open."""
    labels = {f"/dev/gpiochip{n}": "gpio-brcmstb@107d517c00" for n in (0, 4, 10, 11, 12)}
    labels[f"/dev/gpiochip{number}"] = label
    with plugged_in(World(labels)) as world:
        chip = gpiochip.open_chip()
        assert chip.path == f"/dev/gpiochip{number}"
        assert world.open_chips == 1
        chip.close()


def test_no_chip_is_one_line_that_says_what_to_type() -> None:
    """A machine without a Pi's chip is told so, and how to run without one; nothing stays open."""
    with plugged_in(World({"/dev/gpiochip0": "gpio-sim"})) as world:
        with pytest.raises(BoardError) as caught:
            gpiochip.open_chip()
        assert str(caught.value) == (
            "no GPIO chip of a Raspberry Pi here (looked in /dev/gpiochip* for pinctrl-rp1, pinctrl-bcm2711, "
            "pinctrl-bcm2835); anywhere else: pigate run --board simulated"
        )
        assert world.open_chips == 0
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, PigateError)


def test_no_permission_says_how_to_get_it(world: World) -> None:
    """A chip that may not be opened names the group to join."""
    world.refused["/dev/gpiochip0"] = errno.EACCES
    with pytest.raises(BoardError) as caught:
        gpiochip.open_chip()
    assert str(caught.value) == ("/dev/gpiochip0: Permission denied: sudo usermod -aG gpio $USER, then log in again")


def test_other_refusals_are_told_as_they_are(world: World) -> None:
    """A sandbox that hides the device is told in the kernel's words, without wrong advice."""
    world.refused["/dev/gpiochip0"] = errno.EPERM
    with pytest.raises(BoardError, match=r"^/dev/gpiochip0: Operation not permitted$"):
        gpiochip.open_chip()


def test_refused_chip_does_not_hide_the_right_one() -> None:
    """A chip that may not be opened does not matter when the header's can be."""
    labels = {"/dev/gpiochip0": "other", "/dev/gpiochip4": "pinctrl-rp1"}
    with plugged_in(World(labels)) as world:
        world.refused["/dev/gpiochip0"] = errno.EACCES
        with gpiochip.open_chip() as chip:
            assert chip.path == "/dev/gpiochip4"


@pytest.mark.parametrize("found", [None, ModuleType("gpiod")])
def test_missing_or_old_package_is_one_line(found: ModuleType | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package, or with libgpiod 1's of the same name, the refusal says what to install."""
    monkeypatch.setitem(sys.modules, "gpiod", found)
    with pytest.raises(BoardError, match=r"^the Python package gpiod, version 2, is missing: pip install gpiod$"):
        gpiochip.open_chip()


def test_request_claims_one_line_under_a_name(world: World) -> None:
    """A claimed line is held under the name given, with the settings given, and let go by release."""
    with gpiochip.open_chip() as chip:
        settings = gpiod.LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP)
        request = gpiochip.request(chip, 17, settings, "pigate")
        info = chip.get_line_info(17)
        assert (info.consumer, info.bias, info.direction) == ("pigate", Bias.PULL_UP, Direction.INPUT)
        request.release()
        assert not chip.get_line_info(17).used


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        ("pigate.service", "GPIO 17 is in use by pigate's own service: sudo systemctl stop pigate"),
        ("pigate", "GPIO 17 is in use by another pigate: end it, or use other pins"),
        ("lg", "GPIO 17 is in use by lg: end it, or use another pin (gpioinfo lists them)"),
        ("", "GPIO 17 is in use by another program: end it, or use another pin (gpioinfo lists them)"),
    ],
)
def test_line_in_use_names_the_holder(holder: str, words: str, world: World) -> None:
    """A line in use says by whom and what to type."""
    world.lines[17].consumer = holder
    with gpiochip.open_chip() as chip, pytest.raises(BoardError) as caught:
        gpiochip.request(chip, 17, INPUT, "pigate")
    assert str(caught.value) == words


def test_line_that_the_chip_does_not_have_is_one_line(world: World) -> None:
    """An offset beyond the chip is told with the pin's number."""
    with gpiochip.open_chip() as chip, pytest.raises(BoardError, match=r"^GPIO 99 cannot be used: line offset of out"):
        gpiochip.request(chip, 99, INPUT, "pigate")


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP, errno.ENXIO, errno.EPERM])
def test_settings_that_the_kernel_refuses_are_told_in_words(number: int, world: World) -> None:
    """Whatever the kernel answers to a request is one line with the pin and the kernel's words alone."""

    def refuse(_operation: str, _offset: int) -> None:
        raise refusal(number)

    world.trouble = refuse
    words = rf"^GPIO 17 cannot be used: (\[Errno {number}\] )?{os.strerror(number)}$"
    with gpiochip.open_chip() as chip, pytest.raises(BoardError, match=words):
        gpiochip.request(chip, 17, INPUT, "pigate")


def test_turn_off_drives_low_and_lets_go(world: World) -> None:
    """Lit lines left by a killed process end low, driven, and free."""
    for gpio in (18, 23):
        world.lines[gpio].driven = 1
    gpiochip.turn_off([18, 23])
    assert [(world.level(gpio), world.lines[gpio].driven_levels) for gpio in (18, 23)] == [(0, [0])] * 2
    assert world.held() == []
    assert world.open_chips == 0


def test_turn_off_goes_on_past_a_line_in_use(world: World) -> None:
    """A line in use does not keep the others lit; the refusal is told in the end."""
    for gpio in (18, 23, 24):
        world.lines[gpio].driven = 1
    world.lines[23].consumer = "pigate"
    with pytest.raises(BoardError, match=r"^GPIO 23 is in use by another pigate"):
        gpiochip.turn_off([18, 23, 24])
    assert [world.level(gpio) for gpio in (18, 23, 24)] == [0, 1, 0]
    assert world.open_chips == 0
