"""Function, state and pull of a pin, from its first use to its close, on the fake kernel."""

from __future__ import annotations

import errno
import gc
from datetime import timedelta

import pytest
from gpiod.line import Bias, Edge
from gpiozero import LED, Button, InputDevice
from gpiozero.exc import (
    PinFixedPull,
    PinInvalidFunction,
    PinInvalidPull,
    PinSetInput,
)

from pigate.errors import BoardError
from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World, refusal


def test_function_bad(factory: GpiodFactory) -> None:
    """An unknown function is gpiozero's own error."""
    with pytest.raises(PinInvalidFunction, match="foo"):
        factory.pin(22).function = "foo"


def test_output_drives_the_wire(factory: GpiodFactory, world: World) -> None:
    """What is set on an output shows on an input at the other end of a wire."""
    world.join(22, 27)
    output, other = factory.pin(22), factory.pin(27)
    other.function = "input"
    output.function = "output"
    for state in (0, 1, 0, True, False):
        output.state = state
        assert output.state == other.state == state
    assert (output.function, other.function) == ("output", "input")


@pytest.mark.parametrize("state", [0, 1])
def test_output_with_state_has_no_moment_at_another(state: int, factory: GpiodFactory, world: World) -> None:
    """A line becomes an output at the state asked for, in one step."""
    factory.pin(22).output_with_state(state)
    assert world.lines[22].history == [("output", state)]


@pytest.mark.parametrize("level", [0, 1])
def test_becoming_an_output_keeps_the_level(level: int, factory: GpiodFactory, world: World) -> None:
    """Setting the function alone leaves the wire as it was found, also for an output that is one already."""
    world.drive(22, level)
    pin = factory.pin(22)
    pin.function = "output"
    pin.function = "output"
    assert world.lines[22].driven_levels == [level, level]


def test_input_state_cannot_be_set(factory: GpiodFactory) -> None:
    """Setting the state of an input is gpiozero's own error."""
    pin = factory.pin(22)
    pin.function = "input"
    with pytest.raises(PinSetInput, match="GPIO22"):
        pin.state = 1


def test_pull(factory: GpiodFactory, world: World) -> None:
    """A pull moves a wire that nothing drives, and reads back."""
    world.join(22, 27)
    pin, other = factory.pin(22), factory.pin(27)
    other.pull = "floating"
    pin.function = "input"
    for pull, level in (("up", 1), ("down", 0), ("floating", 0)):
        pin.pull = pull
        assert (pin.pull, pin.state, other.state) == (pull, level, level)
    assert world.lines[22].history[1:] == [("input", "PULL_UP"), ("input", "PULL_DOWN"), ("input", "DISABLED")]


def test_input_with_pull_is_one_step(factory: GpiodFactory, world: World) -> None:
    """An input comes with its pull, without a floating moment."""
    factory.pin(22).input_with_pull("up")
    factory.pin(22).input_with_pull("down")
    assert world.lines[22].history == [("input", "PULL_UP"), ("input", "PULL_DOWN")]


def test_pulls_are_weak(factory: GpiodFactory, world: World) -> None:
    """Whatever the pull of an input, an output at the other end decides."""
    world.join(22, 27)
    output, other = factory.pin(22), factory.pin(27)
    output.function = "output"
    for pull in ("floating", "down", "up"):
        other.pull = pull
        for state in (0, 1):
            output.state = state
            assert other.state == state


def test_pull_bad(factory: GpiodFactory, world: World) -> None:
    """An unknown pull is gpiozero's own error and changes nothing."""
    pin = factory.pin(22)
    pin.function = "input"
    with pytest.raises(PinInvalidPull, match="foo"):
        pin.pull = "foo"
    with pytest.raises(PinInvalidPull, match="foo"):
        pin.input_with_pull("foo")
    assert (pin.pull, world.lines[22].history) == ("floating", [("input", "DISABLED")])


def test_output_has_no_pull(factory: GpiodFactory) -> None:
    """Pulling an output is gpiozero's own error."""
    pin = factory.pin(22)
    pin.input_with_pull("up")
    pin.function = "output"
    with pytest.raises(PinFixedPull, match="non-input"):
        pin.pull = "up"
    assert pin.pull == "floating"


@pytest.mark.parametrize("number", [2, 3])
def test_fixed_pull(number: int, factory: GpiodFactory) -> None:
    """GPIO 2 and 3 are pulled up by the board: up is what they say, and all that they take."""
    pin = factory.pin(number)
    assert pin.pull == "up"
    pin.pull = "up"
    pin.input_with_pull("up")
    for pull in ("down", "floating"):
        with pytest.raises(PinFixedPull, match="physical pull-up"):
            pin.pull = pull
        with pytest.raises(PinFixedPull, match="physical pull-up"):
            pin.input_with_pull(pull)
    with pytest.raises(PinFixedPull):
        InputDevice(number, pull_up=False, pin_factory=factory)


def test_pin_is_its_own_context(factory: GpiodFactory, world: World) -> None:
    """A pin closed by a with block lets go of its line."""
    with factory.pin(17) as pin:
        pin.function = "output"
        assert world.held() == [17]
    assert world.held() == []


@pytest.mark.parametrize(("state", "bias"), [(0, "PULL_DOWN"), (1, "DISABLED")])
def test_closed_output_is_an_input(state: int, bias: str, factory: GpiodFactory, world: World) -> None:
    """A closed output is driven no more; one last low is pulled down, so that its LED does not glow."""
    pin = factory.pin(18)
    pin.output_with_state(state)
    pin.close()
    assert world.lines[18].driven is None
    assert world.lines[18].history == [("output", state), ("input", bias)]


def test_closed_input_keeps_no_edges_nor_debouncing(factory: GpiodFactory, world: World) -> None:
    """A closed input is left plain."""
    with Button(17, bounce_time=0.1, pin_factory=factory):
        pass
    left = world.lines[17].settings
    assert (left.edge_detection, left.debounce_period, left.bias) == (Edge.NONE, timedelta(), Bias.DISABLED)


@pytest.mark.parametrize("operation", ["get", "reconfigure"])
def test_line_is_let_go_when_closing_fails(operation: str, factory: GpiodFactory, world: World) -> None:
    """A kernel that fails while a pin is being closed does not leave the line claimed; the pin works again."""
    pin = factory.pin(18)
    pin.output_with_state(1)

    def fail(what: str, _offset: int) -> None:
        if what == operation:
            raise refusal(errno.EIO)

    world.trouble = fail
    with pytest.raises(OSError, match="Input/output"):
        pin.close()
    assert world.held() == []
    world.trouble = lambda _operation, _offset: None
    assert pin.function == "input"
    with LED(18, pin_factory=factory) as led:
        led.on()
        assert world.level(18) == 1


def test_failed_claim_leaves_a_fresh_pin(factory: GpiodFactory, world: World) -> None:
    """A pin that could not be had is, once closed, an unclaimed input again, and comes when it is free."""
    world.lines[18].consumer = "lg"
    with pytest.raises(BoardError, match="GPIO 18 is in use by lg"):
        LED(18, pin_factory=factory)
    gc.collect()
    pin = factory.pin(18)
    pin.close()
    world.lines[18].consumer = None
    assert pin.function == "input"
    assert pin.state == 0
    assert world.lines[18].driven is None
