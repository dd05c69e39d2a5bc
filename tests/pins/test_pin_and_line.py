"""What a pin says of itself is what its line is, whatever the kernel agrees to or refuses; on the fake kernel."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from gpiod.line import Bias, Edge
from gpiozero.exc import (
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinSetInput,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World, plugged_in, refusal
from .handlers import Heard, listeners

#: What gpiozero and the kernel raise when they refuse; ENXIO, which the tests have the kernel say, is an OSError.
REFUSALS = (PinInvalidFunction, PinInvalidPull, PinInvalidEdges, PinInvalidBounce, PinSetInput, PinFixedPull, OSError)

PULLS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}


def refuse(world: World, refused: str | None) -> None:
    """Have the kernel refuse an operation from now on; None: no more."""

    def trouble(operation: str, _offset: int) -> None:
        if operation == refused:
            raise refusal(errno.ENXIO)

    world.trouble = trouble


def assert_pin_says_what_its_line_is(pin: Any, world: World) -> None:
    """Compare all that a pin says with what the kernel says of its line, if it is claimed."""
    line = world.lines[int(pin.info.name.removeprefix("GPIO"))]
    if line.request is None:
        return
    assert pin.function == ("input" if line.driven is None else "output")
    assert pin.state == line.level
    if line.driven is None:
        assert line.settings.bias is PULLS[pin.pull]
        listening = pin.edges != "none" and pin.when_changed is not None
        assert (line.settings.edge_detection is not Edge.NONE) == listening
        assert line.settings.debounce_period == timedelta(seconds=pin.bounce or 0)


CHANGES: dict[str, Callable[[Any], object]] = {
    "function = input": lambda pin: setattr(pin, "function", "input"),
    "function = output": lambda pin: setattr(pin, "function", "output"),
    "output_with_state": lambda pin: pin.output_with_state(0),
    "input_with_pull": lambda pin: pin.input_with_pull("down"),
    "pull": lambda pin: setattr(pin, "pull", "down"),
    "bounce": lambda pin: setattr(pin, "bounce", 0.5),
    "edges": lambda pin: setattr(pin, "edges", "falling"),
    "when_changed = None": lambda pin: setattr(pin, "when_changed", None),
    "watch": lambda pin: pin.watch(),
}


def described(pin: Any) -> tuple[object, ...]:
    """Return all that a pin says of itself."""
    return pin.function, pin.pull, pin.bounce, pin.edges, pin.when_changed, pin.state


@pytest.mark.parametrize("change", [change for change in CHANGES if change != "watch"])
def test_refused_change_of_an_input_changes_nothing(change: str, factory: GpiodFactory, world: World) -> None:
    """An input that the kernel refuses to change says what it was, and still calls its handler."""
    heard = Heard()
    pin = factory.pin(17)
    pin.input_with_pull("up")
    pin.when_changed = heard
    before = described(pin)
    refuse(world, "reconfigure")
    with pytest.raises(OSError, match="No such device or address"):
        CHANGES[change](pin)
    refuse(world, None)
    assert described(pin) == before
    assert_pin_says_what_its_line_is(pin, world)
    world.drive(17, 0)
    world.drive(17, 1)
    assert heard.states(2) == [0, 1]


@pytest.mark.parametrize("change", ["function = input", "input_with_pull", "output_with_state"])
def test_refused_change_of_an_output_changes_nothing(change: str, factory: GpiodFactory, world: World) -> None:
    """An output that the kernel refuses to change says that it is one while its line is driven, and can be set."""
    pin = factory.pin(18)
    pin.output_with_state(1)
    refuse(world, "reconfigure")
    with pytest.raises(OSError, match="No such device or address"):
        CHANGES[change](pin)
    refuse(world, None)
    assert (pin.function, pin.state, world.lines[18].driven) == ("output", 1, 1)
    pin.state = 0
    assert world.level(18) == 0


@pytest.mark.parametrize("change", ["output_with_state", "input_with_pull", "pull", "bounce", "watch"])
def test_refused_claim_leaves_a_plain_pin(change: str, factory: GpiodFactory, world: World) -> None:
    """A pin whose line the kernel refuses to claim says what a new one says."""
    pin, new = factory.pin(17), factory.pin(27)
    refuse(world, "request")
    with pytest.raises(OSError, match="No such device or address"):
        CHANGES[change](pin)
    refuse(world, None)
    assert world.held() == []
    assert described(pin) == described(new)


def test_refused_watch_leaves_an_unwatched_pin(factory: GpiodFactory, world: World) -> None:
    """Edges that the kernel refuses to report are not reported after the next change either."""
    pin = factory.pin(17)
    pin.input_with_pull("up")
    refuse(world, "reconfigure")
    with pytest.raises(OSError, match="No such device or address"):
        pin.watch()
    refuse(world, None)
    pin.pull = "down"
    assert world.lines[17].settings.edge_detection is Edge.NONE


@pytest.mark.parametrize("bounce", [1e300, float("nan")])
def test_impossible_bounce_changes_nothing(bounce: float, factory: GpiodFactory) -> None:
    """A bounce time that is no time raises, and the pin keeps the one it had."""
    pin = factory.pin(17)
    pin.bounce = 0.1
    with pytest.raises((OverflowError, ValueError)):
        pin.bounce = bounce
    assert pin.bounce == 0.1
    pin.pull = "up"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, None, "request", "reconfigure", "get", "set"]),
            st.one_of(
                st.tuples(st.just("function"), st.sampled_from(["input", "output", "foo"])),
                st.tuples(st.just("pull"), st.sampled_from(["up", "down", "floating", "foo"])),
                st.tuples(st.just("edges"), st.sampled_from(["both", "rising", "falling", "none", "foo"])),
                st.tuples(st.just("bounce"), st.sampled_from([None, 0, 0.01, -1])),
                st.tuples(st.just("state"), st.sampled_from([0, 1])),
                st.tuples(st.just("output_with_state"), st.sampled_from([0, 1])),
                st.tuples(st.just("input_with_pull"), st.sampled_from(["up", "down", "floating", "foo"])),
                st.tuples(st.just("when_changed"), st.booleans()),
                st.tuples(st.just("wire"), st.sampled_from([0, 1, None])),
                st.tuples(st.just("close"), st.none()),
            ),
        ),
        max_size=20,
    )
)
def test_pin_says_what_its_line_is(steps: list[tuple[str | None, tuple[str, Any]]]) -> None:
    """Whatever is done to a pin, also wrongly or refused, it says what the kernel says of its line; close frees it."""
    heard = Heard()
    with plugged_in(World()) as world:
        factory = GpiodFactory()
        pin = factory.pin(17)
        for refused, (name, value) in steps:
            refuse(world, refused)
            with suppress(*REFUSALS):
                _do(world, pin, name, value, heard)
            refuse(world, None)
            assert_pin_says_what_its_line_is(pin, world)
        claimed = world.held() == [17]
        pin.close()
        assert world.held() == []
        assert not claimed or world.lines[17].driven is None
        factory.close()
        assert listeners() == []


def _do(world: World, pin: Any, name: str, value: Any, heard: Callable[..., None]) -> None:
    if name == "wire":
        world.drive(17, value)
    elif name == "close":
        pin.close()
    elif name == "when_changed":
        if pin.function == "input" or not value:  # outputs have no edges
            pin.when_changed = heard if value else None
    elif name in ("output_with_state", "input_with_pull"):
        getattr(pin, name)(value)
    else:
        setattr(pin, name, value)
