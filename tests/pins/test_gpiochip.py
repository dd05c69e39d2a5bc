"""The header's chip and its lines, on the fake kernel."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from types import ModuleType

import gpiod
import pytest
from gpiod.line import Bias, Direction

from pigate.errors import BoardError, PigateError
from pigate.pins import gpiochip

from .fake_gpiod import World, plugged_in, refusal

INPUT = gpiod.LineSettings(direction=Direction.INPUT)


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


def test_chip_may_be_named_by_its_number() -> None:
    """A number opens that chip, whatever its label, and no other."""
    with plugged_in(World({"/dev/gpiochip0": "pinctrl-rp1", "/dev/gpiochip7": "an expander"})) as world:
        chip = gpiochip.open_chip(7)
        assert (chip.path, gpiochip.number(chip)) == ("/dev/gpiochip7", 7)
        assert world.open_chips == 1
        chip.close()
        with pytest.raises(BoardError, match=r"^/dev/gpiochip1: No such file or directory$"):
            gpiochip.open_chip(1)
        world.refused["/dev/gpiochip7"] = errno.EACCES
        with pytest.raises(BoardError, match=r"^/dev/gpiochip7: Permission denied: sudo usermod -aG gpio"):
            gpiochip.open_chip(7)
        assert world.open_chips == 0


def test_first_refusal_is_reported() -> None:
    """Of several chips that may not be opened, the message names the first and its reason."""
    with plugged_in(World({"/dev/gpiochip0": "pinctrl-bcm2711", "/dev/gpiochip1": "other"})) as world:
        world.refused = {"/dev/gpiochip0": errno.EACCES, "/dev/gpiochip1": errno.EPERM}
        with pytest.raises(BoardError, match=r"^/dev/gpiochip0: Permission denied: sudo usermod"):
            gpiochip.open_chip()


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


def test_broken_package_is_not_taken_for_a_missing_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake inside the package gpiod shows as itself."""
    (tmp_path / "gpiod.py").write_text("import os\nos.no_such_function()\n")
    monkeypatch.delitem(sys.modules, "gpiod")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AttributeError, match="no_such_function"):
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
    """A line in use does not keep the others lit; each refusal is told in the end, in one line."""
    for gpio in (18, 23, 24, 25):
        world.lines[gpio].driven = 1
    world.lines[23].consumer = "pigate"
    with pytest.raises(BoardError, match=r"^GPIO 23 is in use by another pigate: end it, or use other pins$"):
        gpiochip.turn_off([18, 23, 24])
    assert [world.level(gpio) for gpio in (18, 23, 24)] == [0, 1, 0]
    world.lines[25].consumer = "lg"
    with pytest.raises(BoardError, match=r"^GPIO 23 is in use by another pigate.*; GPIO 25 is in use by lg"):
        gpiochip.turn_off([23, 25])
    assert world.open_chips == 0
