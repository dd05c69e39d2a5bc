"""docs/pin-factory.md says what the factory does; on the fake kernel."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from gpiozero import RGBLED, Device
from gpiozero.exc import PinPWMUnsupported

from pigate.pins import gpiochip
from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World

FOLDER = Path(__file__).parents[2] / "docs"
TEXT = (FOLDER / "pin-factory.md").read_text()


def test_example_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's Python lights its lamp while its button is pressed."""
    monkeypatch.setattr(Device, "pin_factory", None)
    (block,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    space: dict[str, Any] = {}
    exec(block, space)
    for level in (0, 1):
        world.drive(17, level)
        assert world.wait_for(lambda level=level: world.lines[18].driven == 1 - level)  # type: ignore[misc]
    space["button"].close()
    space["lamp"].close()
    Device.pin_factory.close()


def test_arguments_are_the_factory_own() -> None:
    """The page's table has the arguments of the factory, all of them."""
    assert re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE) == [*inspect.signature(GpiodFactory).parameters]


def test_buffer_size_is_that_of_the_product() -> None:
    """The number of edges that the page promises is the number that the factory asks the kernel for."""
    assert f"keeps {gpiochip.EVENT_BUFFER_SIZE:,} edges" in TEXT


def test_pwm_is_refused_in_the_words_of_the_page(factory: GpiodFactory) -> None:
    """What the page says about PWM is so: these words, and a colour without it."""
    with pytest.raises(PinPWMUnsupported) as caught:
        factory.pin(18).frequency = 100
    assert str(caught.value) in TEXT
    with RGBLED(17, 27, 22, pwm=False, pin_factory=factory) as lamp:
        lamp.color = (1, 0, 1)
        assert [factory.pin(gpio).state for gpio in (17, 27, 22)] == [1, 0, 1]


def test_links_lead_somewhere() -> None:
    """Files that the page links to exist."""
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert targets
    assert all((FOLDER / target).exists() for target in targets)
