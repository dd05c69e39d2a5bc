"""gpiozero's own devices on GpiodFactory, on the fake kernel."""

from __future__ import annotations

import errno
import gc
import threading
from queue import Queue

import pytest
from gpiozero import LED, PWMLED, Button, DigitalInputDevice, InputDevice, OutputDevice
from gpiozero.devices import Device
from gpiozero.exc import (
    GPIOPinInUse,
    PinPWMUnsupported,
    SPISoftwareFallback,
)
from gpiozero.pins import local

from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World, refusal
from .handlers import PATIENCE_S, listeners


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


def test_refused_button_leaves_nothing(factory: GpiodFactory, world: World) -> None:
    """A button whose edges the kernel refuses raises, holds no line, and can be had later."""

    def fail(operation: str, offset: int) -> None:
        if operation == "reconfigure" and factory.pin(offset).when_changed is not None:
            raise refusal(errno.ENXIO)

    world.trouble = fail
    with pytest.raises(OSError, match="No such device or address"):
        Button(17, pin_factory=factory)
    world.trouble = lambda _operation, _offset: None
    gc.collect()
    assert (world.held(), listeners()) == ([], [])
    heard: Queue[int] = Queue()
    with Button(17, pin_factory=factory) as button:
        button.when_pressed = lambda: heard.put(1)
        world.drive(17, 0)
        assert heard.get(timeout=PATIENCE_S) == 1


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
