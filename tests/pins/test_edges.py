"""Which edges a pin reports, and what reports them: edge detection, bounce time, watching; on the fake kernel."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from gpiod.line import Edge
from gpiozero import DigitalInputDevice
from gpiozero.exc import (
    PinInvalidBounce,
    PinInvalidEdges,
)

from pigate.pins.board import READ_SIZE
from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World
from .handlers import PATIENCE_S, Heard, caught_up, listeners


@pytest.mark.parametrize(
    ("edges", "states"), [("both", [1, 0, 1, 0]), ("rising", [1, 1]), ("falling", [0, 0]), ("none", [])]
)
def test_edges(edges: str, states: list[int], factory: GpiodFactory, world: World) -> None:
    """The handler is called for the edges asked for and no others, with the level after each."""
    heard = Heard()
    pin = factory.pin(17)
    pin.edges = edges
    pin.when_changed = heard
    assert (pin.edges, pin.when_changed) == (edges, heard)
    for level in (1, 0, 1, 0):
        world.drive(17, level)
    assert heard.states(len(states)) == states
    caught_up(factory)
    assert heard.calls.empty()


def test_edges_may_change_while_a_handler_listens(factory: GpiodFactory, world: World) -> None:
    """Changed edges hold from then on, and are not told of a pin that nobody watches."""
    heard = Heard()
    pin = factory.pin(17)
    pin.edges = "rising"
    assert world.held() == []
    pin.when_changed = heard
    pin.edges = "falling"
    assert world.lines[17].settings.edge_detection is Edge.FALLING
    world.drive(17, 1)
    world.drive(17, 0)
    assert heard.states(1) == [0]
    caught_up(factory)
    assert heard.calls.empty()


def test_edges_bad(factory: GpiodFactory) -> None:
    """Unknown edges are gpiozero's own error."""
    pin = factory.pin(17)
    with pytest.raises(PinInvalidEdges, match="foo"):
        pin.edges = "foo"
    assert pin.edges == "both"


def test_ticks_are_the_factory_own(factory: GpiodFactory, world: World) -> None:
    """The time of an edge lies between the factory's ticks before and after it."""
    heard = Heard()
    factory.pin(17).when_changed = heard
    before = factory.ticks()
    world.drive(17, 1)
    ticks, _ = heard.calls.get(timeout=PATIENCE_S)
    assert 0 <= factory.ticks_diff(ticks, before) <= factory.ticks_diff(factory.ticks(), before)


@pytest.mark.parametrize("bounce", [None, 0, 0.05, 1.5])
def test_bounce_is_the_kernel_work(bounce: float | None, factory: GpiodFactory, world: World) -> None:
    """The bounce time is given to the kernel to the microsecond, and reads back; none is none."""
    with DigitalInputDevice(17, bounce_time=bounce, pin_factory=factory) as device:
        assert device.pin.bounce == (bounce or None)
        assert world.lines[17].settings.debounce_period == timedelta(seconds=bounce or 0)
        device.pin.bounce = None
        assert device.pin.bounce is None
        assert world.lines[17].settings.debounce_period == timedelta()


def test_bounce_bad(factory: GpiodFactory) -> None:
    """A negative bounce time is gpiozero's own error."""
    pin = factory.pin(17)
    with pytest.raises(PinInvalidBounce, match="0 or greater"):
        pin.bounce = -1
    assert pin.bounce is None


def test_bounce_of_an_output_waits_for_an_input(factory: GpiodFactory, world: World) -> None:
    """A bounce time set on an output does not disturb it: the kernel would refuse."""
    pin = factory.pin(17)
    pin.output_with_state(1)
    pin.bounce = 0.1
    assert world.lines[17].history == [("output", 1)]


def test_output_is_not_disturbed_by_a_handler(factory: GpiodFactory, world: World) -> None:
    """Listening to an output, which has no edges, does not switch off what hangs on it."""
    pin = factory.pin(18)
    pin.output_with_state(1)
    heard = Heard()
    try:
        pin.when_changed = heard
    except Exception:
        assert pin.when_changed is None  # refusing is as good
    assert world.level(18) == 1


def test_becoming_an_output_ends_listening(factory: GpiodFactory, world: World) -> None:
    """A pin that becomes an output has no handler and no edges any more."""
    heard = Heard()
    for change in (lambda pin: pin.output_with_state(0), lambda pin: setattr(pin, "function", "output")):
        pin = factory.pin(17)
        pin.when_changed = heard
        change(pin)
        assert pin.when_changed is None
        pin.state = 1
        pin.function = "input"
        assert world.lines[17].settings.edge_detection is Edge.NONE
        pin.close()
    caught_up(factory)
    assert heard.calls.empty()


def test_watching_makes_a_descriptor_readable(factory: GpiodFactory, world: World) -> None:
    """The descriptor of a watched pin is readable after an edge until it is read, and no thread runs."""
    pin = factory.pin(17)
    fd = pin.watch()
    assert not os.get_blocking(fd)
    with pytest.raises(BlockingIOError):
        os.read(fd, READ_SIZE)
    world.drive(17, 1)
    world.drive(17, 0)
    assert readable(fd)
    os.read(fd, READ_SIZE)
    assert not readable(fd)
    assert listeners() == []


def readable(fd: int) -> bool:
    """Say whether a read from this descriptor would not wait."""
    import select

    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(0))


def test_edges_are_drained_in_a_program_with_many_files(factory: GpiodFactory, world: World) -> None:
    """A line whose descriptor is beyond 1023 is heard all the same."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1100:
        pytest.skip("this machine allows fewer files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1100), hard))
    opened = [os.eventfd(0)]
    try:
        while opened[-1] < 1030:
            opened.append(os.dup(opened[0]))
        heard = Heard()
        factory.pin(17).when_changed = heard
        world.drive(17, 1)
        assert heard.calls.get(timeout=2)[1] == 1
    finally:
        for fd in opened:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
