"""GpiodFactory: what it opens, shares, and closes again, on the fake kernel."""

from __future__ import annotations

import errno
import threading
from importlib.metadata import entry_points
from typing import Any
from unittest import mock

import pytest
from gpiozero import LED, Button, GPIODevice, InputDevice
from gpiozero.devices import Device
from gpiozero.exc import (
    GPIOPinInUse,
    PinInvalidPin,
)
from gpiozero.pins.local import LocalPiFactory

from pigate.errors import BoardError
from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World, refusal
from .handlers import PATIENCE_S, Heard, ended, listeners


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


def test_factory_has_the_chip_argument_of_lgpio(world: World) -> None:
    """As for gpiozero's LGPIOFactory, a number as first argument chooses the chip; without one the label does."""
    world.labels = {"/dev/gpiochip0": "an expander", "/dev/gpiochip4": "pinctrl-rp1"}
    for arguments, number in (((), 4), ((0,), 0), ((4,), 4)):
        factory = GpiodFactory(*arguments)
        assert factory.chip == number
        factory.pin(17).function = "output"
        assert world.lines[17].consumer == "gpiozero"
        factory.close()
        assert factory.chip == number  # a closed factory still says so
    with pytest.raises(BoardError, match="/dev/gpiochip9: No such file"):
        GpiodFactory(chip=9)
    assert world.open_chips == 0


def test_consumer_names_the_holder(world: World) -> None:
    """The kernel lists the lines under the name that the program gives."""
    factory = GpiodFactory(consumer="my lamp")
    factory.pin(17).function = "output"
    assert world.lines[17].consumer == "my lamp"
    factory.close()


def test_factory_without_a_chip_leaves_nothing(world: World) -> None:
    """A factory that finds no chip raises one line, and has opened and started nothing."""
    world.labels = {"/dev/gpiochip0": "other"}
    with pytest.raises(BoardError, match="no GPIO chip of a Raspberry Pi"):
        GpiodFactory()
    assert world.open_chips == 0
    assert listeners() == []


def test_factories_share_what_gpiozero_shares(factory: GpiodFactory) -> None:
    """The factory keeps gpiozero's rule that local factories of a process share pins and reservations."""
    assert factory.pins is LocalPiFactory.pins
    with LED(18, pin_factory=factory):
        second = GpiodFactory(consumer="other")
        with pytest.raises(GPIOPinInUse):
            LED(18, pin_factory=second)
        second._chip.close()


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


def test_pin_after_the_factory_is_closed(world: World) -> None:
    """A pin kept beyond its factory claims nothing any more."""
    factory = GpiodFactory()
    pin = factory.pin(17)
    factory.close()
    with pytest.raises(Exception, match="closed chip"):
        pin.function = "output"
    with pytest.raises(Exception, match="closed chip"):
        pin.when_changed = print
    assert (world.held(), listeners()) == ([], [])
