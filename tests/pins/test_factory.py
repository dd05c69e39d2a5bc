"""GpiodFactory against what gpiozero and its programs expect of a pin factory, on the fake kernel."""

from __future__ import annotations

import errno
import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from importlib.metadata import entry_points
from queue import Queue
from typing import Any
from unittest import mock

import pytest
from gpiod.line import Bias, Edge
from gpiozero import LED, PWMLED, Button, DigitalInputDevice, GPIODevice, InputDevice, OutputDevice
from gpiozero.devices import Device
from gpiozero.exc import (
    GPIOPinInUse,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPin,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
    SPISoftwareFallback,
)
from gpiozero.pins import local
from gpiozero.pins.local import LocalPiFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.errors import BoardError
from pigate.pins.board import READ_SIZE
from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World, plugged_in, refusal

#: How long a test waits for what should come at once, in seconds.
PATIENCE_S = 10


@pytest.fixture
def world() -> Iterator[World]:
    """Give a Raspberry Pi on the fake kernel."""
    with plugged_in(World()) as world:
        yield world


@pytest.fixture
def factory(world: World) -> Iterator[GpiodFactory]:
    """Give a factory, closed after the test."""
    factory = GpiodFactory()
    yield factory
    world.trouble = lambda _operation, _offset: None
    factory.close()


class Heard:
    """A handler that keeps what it is called with; held by the test, as gpiozero does not hold it."""

    def __init__(self) -> None:
        self.calls: Queue[tuple[float, int]] = Queue()

    def __call__(self, ticks: float, state: int) -> None:
        self.calls.put((ticks, state))

    def states(self, count: int) -> list[int]:
        """Wait for so many calls."""
        return [self.calls.get(timeout=PATIENCE_S)[1] for _ in range(count)]


def caught_up(factory: GpiodFactory) -> None:
    """Wait until the listener has dealt with every edge so far; then look whether handlers were called."""
    for _ in range(2):  # a turn may report this before an edge that came earlier; the next turn cannot
        done = threading.Event()
        fd = os.eventfd(1)

        def tell(fd: int = fd, done: threading.Event = done) -> None:
            os.eventfd_read(fd)
            done.set()

        factory.listener().add(fd, tell)
        assert done.wait(PATIENCE_S)
        factory.listener().remove(fd)
        os.close(fd)


@pytest.fixture(autouse=True)
def _threads_before() -> None:
    """Do not blame a test for the threads of one before it that failed."""
    BEFORE.clear()
    BEFORE.update(threading.enumerate())


BEFORE: set[threading.Thread] = set()


def listeners() -> list[threading.Thread]:
    """List the test's threads that listen for edges."""
    return [thread for thread in threading.enumerate() if thread.name == "gpiod edges" and thread not in BEFORE]


def ended(threads: list[threading.Thread]) -> bool:
    """Wait for threads to end."""
    for thread in threads:
        thread.join(PATIENCE_S)
    return not any(thread.is_alive() for thread in threads)


# The factory


def test_entry_point_is_registered() -> None:
    """Gpiozero finds the factory under the name gpiod."""
    (found,) = entry_points(group="gpiozero_pin_factories", name="gpiod")
    assert found.load() is GpiodFactory


def test_environment_variable_chooses_the_factory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that says GPIOZERO_PIN_FACTORY=gpiod drives its LED through the kernel, as "gpiozero"."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "gpiod")
    monkeypatch.setattr(Device, "pin_factory", None)
    with LED(17) as led:
        assert type(Device.pin_factory) is GpiodFactory
        led.on()
        assert (world.level(17), world.lines[17].consumer) == (1, "gpiozero")
    Device.pin_factory.close()


def test_explicit_factory_leaves_the_default_alone(factory: GpiodFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device with a factory of its own does not set gpiozero's default."""
    monkeypatch.setattr(Device, "pin_factory", None)
    with GPIODevice("GPIO22", pin_factory=factory) as device:
        assert Device.pin_factory is None
        assert device.pin_factory is factory
        assert device.pin.info.name == "GPIO22"


def test_factory_without_a_chip_leaves_nothing(world: World) -> None:
    """A factory that finds no chip raises one line, and has opened and started nothing."""
    world.labels = {"/dev/gpiochip0": "other"}
    with pytest.raises(BoardError, match="no GPIO chip of a Raspberry Pi"):
        GpiodFactory()
    assert world.open_chips == 0
    assert listeners() == []


def test_close_releases_lines_ends_the_thread_and_closes_the_chip(world: World) -> None:
    """After close, nothing of the factory is left; closing again does nothing."""
    factory = GpiodFactory()
    button = Button(17, pin_factory=factory)
    led = LED(18, pin_factory=factory)
    led.on()
    threads = listeners()
    assert len(threads) == 1
    factory.close()
    assert ended(threads)
    assert (world.held(), world.open_chips) == ([], 0)
    factory.close()
    button.close()
    led.close()
    assert listeners() == []


def test_no_thread_without_a_handler(factory: GpiodFactory) -> None:
    """Outputs, inputs without a handler and watched pins start no thread."""
    with LED(18, pin_factory=factory) as led, InputDevice(17, pin_factory=factory) as switch:
        led.on()
        switch.pin.watch()
        assert listeners() == []


def test_one_thread_for_all_pins(world: World) -> None:
    """Handlers of several pins share one thread, whichever threads set them, and it ends with the factory."""
    numbers = (17, 27, 22, 23)
    handler = Heard()
    for _ in range(20):
        factory = GpiodFactory()
        ready = threading.Barrier(len(numbers))

        def start(number: int, factory: GpiodFactory = factory, ready: threading.Barrier = ready) -> None:
            pin = factory.pin(number)
            ready.wait()
            pin.when_changed = handler

        threads = [threading.Thread(target=start, args=[number]) for number in numbers]
        for thread in threads:
            thread.start()
        assert ended(threads)
        assert len(listeners()) == 1
        factory.close()
        assert listeners() == []


def test_close_goes_on_past_a_failing_line(world: World) -> None:
    """A line that the kernel fails on keeps neither the other lines, nor the thread, nor the chip."""
    factory = GpiodFactory()
    handler = Heard()
    for number in (17, 18, 27):
        factory.pin(number).when_changed = handler
    threads = listeners()

    def fail(_operation: str, offset: int) -> None:
        if offset == 18:
            raise refusal(errno.ENODEV)

    world.trouble = fail
    with pytest.raises(OSError, match="No such device"):
        factory.close()
    assert world.held() == []
    assert ended(threads)
    assert world.open_chips == 0


def test_close_does_not_wait_for_ever_for_a_handler(world: World) -> None:
    """A handler that never returns does not keep a program from ending its factory."""
    factory = GpiodFactory()
    inside, let_go = threading.Event(), threading.Event()

    def stay(_ticks: float, _state: int) -> None:
        inside.set()
        let_go.wait()

    factory.pin(17).when_changed = stay
    world.drive(17, 1)
    assert inside.wait(PATIENCE_S)
    closer = threading.Thread(target=factory.close)
    closer.start()
    closed = ended([closer])
    let_go.set()
    assert closed
    assert ended(listeners())
    assert world.held() == []


def test_wrong_pins_are_refused_in_gpiozero_words(factory: GpiodFactory) -> None:
    """A name that the header does not have, or that is no GPIO, is gpiozero's own error."""
    for name in (99, "GPIO99", "no such pin", "J8:1"):
        with pytest.raises(PinInvalidPin):
            factory.pin(name)


def test_pin_of_one_name_is_one_object(factory: GpiodFactory) -> None:
    """All names of a pin give the same object."""
    assert factory.pin(17) is factory.pin("GPIO17") is factory.pin("BOARD11") is factory.pin("J8:11")
    assert repr(factory.pin(17)) == "GPIO17"


def test_nothing_is_claimed_until_it_is_used(factory: GpiodFactory, world: World) -> None:
    """Asking for a pin leaves its line alone."""
    pin = factory.pin(17)
    assert (pin.function, pin.pull, pin.edges, pin.bounce, pin.frequency) == ("input", "floating", "both", None, None)
    assert (world.held(), world.lines[17].history) == ([], [])


# Function, state, pull


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


def test_no_pwm(factory: GpiodFactory, world: World) -> None:
    """PWM is refused in gpiozero's own words, and a PWMLED leaves no line behind."""
    pin = factory.pin(22)
    pin.function = "output"
    pin.frequency = None
    with pytest.raises(PinPWMUnsupported, match="PWM is not supported on pin GPIO22"):
        pin.frequency = 100
    pin.close()
    with pytest.raises(PinPWMUnsupported):
        PWMLED(22, pin_factory=factory)
    assert world.held() == []
    with LED(22, pin_factory=factory):
        pass


@pytest.mark.parametrize(("active_high", "on"), [(True, 1), (False, 0)])
def test_active_state_of_an_output(active_high: bool, on: int, factory: GpiodFactory, world: World) -> None:
    """A device that is active low is off while its wire is high, from the first moment."""
    with OutputDevice(18, active_high=active_high, pin_factory=factory) as device:
        assert (world.level(18), device.value) == (1 - on, 0)
        device.on()
        assert (world.level(18), device.value) == (on, 1)
        device.toggle()
        assert world.lines[18].driven_levels == [1 - on, on, 1 - on]


@pytest.mark.parametrize(("pull_up", "active"), [(True, 0), (False, 1)])
def test_active_state_of_an_input(pull_up: bool, active: int, factory: GpiodFactory, world: World) -> None:
    """A pulled-up switch is active when its wire is low, a pulled-down one when it is high."""
    with InputDevice(17, pull_up=pull_up, pin_factory=factory) as device:
        assert device.value == 0
        world.drive(17, active)
        assert device.value == 1
        assert device.pull_up is pull_up


# Closing and opening again


def test_pin_used_twice(factory: GpiodFactory, world: World) -> None:
    """A second device on a pin is refused by name, and does not disturb the first."""
    with LED(18, pin_factory=factory) as led:
        led.on()
        with pytest.raises(GPIOPinInUse, match="GPIO18"):
            Button("BOARD12", pin_factory=factory)
        assert (world.level(18), world.held()) == (1, [18])
    with Button(18, pin_factory=factory):
        assert world.held() == [18]


def test_close_twice_and_reopen(factory: GpiodFactory, world: World) -> None:
    """A closed device lets go, may be closed again, and its pin starts afresh for the next."""
    button = Button(17, bounce_time=0.1, pin_factory=factory)
    pin = button.pin
    pin.edges = "rising"
    button.close()
    button.close()
    assert button.closed
    assert world.held() == []
    assert (pin.function, pin.pull, pin.edges, pin.bounce) == ("input", "floating", "both", None)
    with LED(17, pin_factory=factory) as led:
        led.on()
        assert world.level(17) == 1
    heard: Queue[int] = Queue()
    with Button(17, pin_factory=factory) as again:
        again.when_pressed = lambda: heard.put(1)
        world.drive(17, 0)
        assert heard.get(timeout=PATIENCE_S) == 1


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


def test_refused_button_leaves_nothing(factory: GpiodFactory, world: World) -> None:
    """A button whose edges the kernel refuses raises, holds no line, and can be had later."""

    def fail(operation: str, offset: int) -> None:
        if operation == "reconfigure" and factory.pin(offset)._watched:
            raise refusal(errno.ENXIO)

    world.trouble = fail
    with pytest.raises(OSError, match="No such device or address"):
        Button(17, pin_factory=factory)
    world.trouble = lambda _operation, _offset: None
    gc.collect()
    assert world.held() == []
    heard: Queue[int] = Queue()
    with Button(17, pin_factory=factory) as button:
        button.when_pressed = lambda: heard.put(1)
        world.drive(17, 0)
        assert heard.get(timeout=PATIENCE_S) == 1


def test_pin_after_the_factory_is_closed(world: World) -> None:
    """A pin kept beyond its factory claims nothing any more."""
    factory = GpiodFactory()
    pin = factory.pin(17)
    factory.close()
    with pytest.raises(Exception, match="closed chip"):
        pin.function = "output"
    assert world.held() == []


# Edges


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
        pin.close()
    caught_up(factory)
    assert heard.calls.empty()


def test_handler_hears_nothing_from_before_it_was_set(factory: GpiodFactory, world: World) -> None:
    """Edges that nobody took before the last handler went are not told to the next one."""
    first, second = Heard(), Heard()
    inside, let_go = threading.Event(), threading.Event()

    def stay(_ticks: float, _state: int) -> None:
        inside.set()
        let_go.wait(PATIENCE_S)

    factory.pin(27).when_changed = stay
    world.drive(27, 1)
    assert inside.wait(PATIENCE_S)  # the listener is busy, so that edges wait in the kernel's queue
    pin = factory.pin(17)
    pin.when_changed = first
    world.drive(17, 1)
    pin.when_changed = None
    pin.when_changed = second
    let_go.set()
    caught_up(factory)
    assert (first.calls.qsize(), second.calls.qsize()) == (0, 0)
    world.drive(17, 0)
    assert second.states(1) == [0]


def test_handler_may_be_exchanged(factory: GpiodFactory, world: World) -> None:
    """A new handler takes the place of the old one; none ends the edges."""
    first, second = Heard(), Heard()
    pin = factory.pin(17)
    pin.when_changed = first
    pin.when_changed = second
    world.drive(17, 1)
    assert second.states(1) == [1]
    assert first.calls.empty()
    pin.when_changed = None
    assert world.lines[17].settings.edge_detection is Edge.NONE


def test_handlers_are_held_weakly(factory: GpiodFactory, world: World) -> None:
    """A handler that is collected is forgotten, and its line's edges with it; other pins go on."""
    gone, heard = Heard(), Heard()
    pin = factory.pin(17)
    pin.when_changed = gone
    factory.pin(27).when_changed = heard
    del gone
    gc.collect()
    world.drive(17, 1)
    world.drive(27, 1)
    assert heard.states(1) == [1]
    assert world.wait_for(lambda: world.lines[17].settings.edge_detection is Edge.NONE)
    assert pin.when_changed is None


@pytest.mark.parametrize("mistake", [ValueError, SystemExit, KeyboardInterrupt])
def test_failing_handler_does_not_silence_others(
    mistake: type[BaseException], factory: GpiodFactory, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a handler raises goes to threading.excepthook; its pin and all others go on."""
    told: Queue[type[BaseException]] = Queue()
    monkeypatch.setattr(threading, "excepthook", lambda args: told.put(args.exc_type))
    heard = Heard()

    def fail(_ticks: float, _state: int) -> None:
        raise mistake

    factory.pin(17).when_changed = fail
    factory.pin(27).when_changed = heard
    for level in (1, 0):
        world.drive(17, level)
        assert told.get(timeout=PATIENCE_S) is mistake
        world.drive(27, level)
        assert heard.states(1) == [level]


def test_handler_may_close_its_own_device(factory: GpiodFactory, world: World) -> None:
    """A device closed by its own handler is closed, and other pins go on."""
    heard = Heard()
    closed = threading.Event()
    device = DigitalInputDevice(17, pin_factory=factory)

    def close() -> None:
        device.close()
        closed.set()

    device.when_activated = close
    factory.pin(27).when_changed = heard
    world.drive(17, 1)
    world.drive(17, 0)
    assert closed.wait(PATIENCE_S)
    assert device.closed
    world.drive(27, 1)
    assert heard.states(1) == [1]
    assert world.held() == [27]


def test_handler_may_close_the_factory(world: World) -> None:
    """A factory closed by a handler lets go of everything, and its thread ends."""
    factory = GpiodFactory()
    closed = threading.Event()

    def close(_ticks: float, _state: int) -> None:
        factory.close()
        closed.set()

    factory.pin(17).when_changed = close
    threads = listeners()
    world.drive(17, 1)
    world.drive(17, 0)
    assert closed.wait(PATIENCE_S)
    assert ended(threads)
    assert (world.held(), world.open_chips) == ([], 0)
    factory.close()


def test_handler_may_open_and_close_other_pins(factory: GpiodFactory, world: World) -> None:
    """Within a handler, other pins may come and go, also on the descriptors just closed."""
    done = threading.Event()
    heard = Heard()

    def handler(_ticks: float, _state: int) -> None:
        factory.pin(17).close()
        factory.pin(22).when_changed = heard
        done.set()

    factory.pin(17).when_changed = handler
    for level in (1, 0, 1):
        world.drive(17, level)
    assert done.wait(PATIENCE_S)
    world.drive(22, 1)
    assert heard.states(1) == [1]
    assert world.held() == [22]


def test_edges_during_close(world: World) -> None:
    """Devices closed in the middle of a storm of edges close at once, and nothing is left of them."""
    raised: list[Any] = []
    with mock.patch.object(threading, "excepthook", raised.append):
        factory = GpiodFactory()
        stop = threading.Event()

        def storm() -> None:
            level = 0
            while not stop.is_set():
                level = 1 - level
                for number in (17, 27, 22):
                    world.drive(number, level)

        driver = threading.Thread(target=storm)
        driver.start()
        heard = Heard()
        for _ in range(50):
            for number in (17, 27, 22):
                factory.pin(number).when_changed = heard
            assert heard.states(1)
            for number in (17, 27, 22):
                factory.pin(number).close()
            assert world.held() == []
        for number in (17, 27, 22):
            factory.pin(number).when_changed = heard
        closer = threading.Thread(target=factory.close)
        closer.start()
        assert ended([closer])
        stop.set()
        assert ended([driver, *listeners()])
    assert raised == []
    assert (world.held(), world.open_chips) == ([], 0)


def test_watching_makes_a_descriptor_readable(factory: GpiodFactory, world: World) -> None:
    """The descriptor of a watched pin is readable after an edge until it is read, and no thread runs."""
    pin = factory.pin(17)
    fd = pin.watch()
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


# gpiozero's devices


def test_button_events(factory: GpiodFactory, world: World) -> None:
    """A button calls its handlers, holds, and waits, as gpiozero says."""
    heard: Queue[str] = Queue()
    with Button(17, hold_time=0, pin_factory=factory) as button:
        button.when_held = lambda: heard.put("held")
        button.when_pressed = lambda: heard.put("pressed")
        button.when_released = lambda: heard.put("released")
        assert not button.is_pressed
        world.drive(17, 0)
        assert heard.get(timeout=PATIENCE_S) == "pressed"
        assert heard.get(timeout=PATIENCE_S) == "held"
        assert button.wait_for_press(PATIENCE_S)
        assert button.is_pressed
        assert button.active_time >= 0
        world.drive(17, None)  # the pull-up takes over
        assert heard.get(timeout=PATIENCE_S) == "released"
        assert button.wait_for_release(PATIENCE_S)
        assert not button.is_held


def test_wait_for_active(factory: GpiodFactory, world: World) -> None:
    """A thread that waits for a level goes on when the wire moves, and at once where it is there already."""
    with DigitalInputDevice(17, pin_factory=factory) as device:
        assert not device.wait_for_active(0)
        assert device.wait_for_inactive(0)
        gone_on: Queue[bool] = Queue()
        waiter = threading.Thread(target=lambda: gone_on.put(device.wait_for_active(PATIENCE_S)))
        waiter.start()
        world.drive(17, 1)
        assert gone_on.get(timeout=PATIENCE_S)
        waiter.join()
    world.drive(27, 1)
    with DigitalInputDevice(27, pin_factory=factory) as device:
        assert device.wait_for_active(0)


def test_led_blink(factory: GpiodFactory, world: World) -> None:
    """A blinking LED drives its wire on and off so many times, and ends off."""
    with LED(18, pin_factory=factory) as led:
        led.blink(on_time=0.001, off_time=0.001, n=3, background=False)
        assert world.lines[18].driven_levels == [0, 1, 0, 1, 0, 1, 0]
        led.blink(on_time=0.001, off_time=0.001)
        assert world.wait_for(lambda: len(world.lines[18].driven_levels) > 12)
    assert world.held() == []


def test_source(factory: GpiodFactory, world: World) -> None:
    """An LED whose source is a button follows its wire."""
    with Button(17, pin_factory=factory) as button, LED(18, pin_factory=factory) as led:
        led.source_delay = 0.001
        led.source = button
        for switch, lit in ((0, 1), (1, 0), (0, 1)):
            world.drive(17, switch)
            assert world.wait_for(lambda lit=lit: world.lines[18].driven == lit)  # type: ignore[misc]
        led.source = None


def test_software_spi(factory: GpiodFactory, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gpiozero's software SPI, four of the factory's pins at once, hears what it says over a wire."""
    monkeypatch.setattr(local, "SpiDev", None)
    monkeypatch.setattr(Device, "pin_factory", factory)
    world.join(10, 9)
    with pytest.warns(SPISoftwareFallback):
        spi = factory.spi(clock_pin=11, mosi_pin=10, miso_pin=9, select_pin=8)
    with spi:
        assert spi.transfer([0xA5, 0x0F]) == [0xA5, 0x0F]
        with pytest.raises(GPIOPinInUse):
            LED(11, pin_factory=factory)
    assert world.held() == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
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
        max_size=20,
    )
)
def test_pin_says_what_its_line_is(steps: list[tuple[str, Any]]) -> None:
    """Whatever is done to a pin, also wrongly, it says what the kernel says of its line, and close frees it."""
    allowed = (
        PinInvalidFunction, PinInvalidPull, PinInvalidEdges, PinInvalidBounce, PinSetInput, PinFixedPull,
    )  # fmt: skip
    heard = Heard()
    with plugged_in(World()) as world:
        factory = GpiodFactory()
        pin = factory.pin(17)
        for name, value in steps:
            with suppress(*allowed):
                _do(world, pin, name, value, heard)
            line = world.lines[17]
            if line.request is not None:
                assert pin.function == ("input" if line.driven is None else "output")
                assert pin.state == line.level
                if line.driven is None:
                    pulls = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
                    assert line.settings.bias is pulls[pin.pull]
                    listening = pin.edges != "none" and pin.when_changed is not None
                    assert (line.settings.edge_detection is not Edge.NONE) == listening
                    assert line.settings.debounce_period == timedelta(seconds=pin.bounce or 0)
        pin.close()
        assert (world.held(), world.lines[17].driven) == ([], None)
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


def test_factories_share_what_gpiozero_shares(factory: GpiodFactory) -> None:
    """The factory keeps gpiozero's rule that local factories of a process share pins and reservations."""
    assert factory.pins is LocalPiFactory.pins
    with LED(18, pin_factory=factory):
        second = GpiodFactory("other")
        with pytest.raises(GPIOPinInUse):
            LED(18, pin_factory=second)
        second.chip.close()
