"""The handlers of pins: which one is called, and what one may do to its own pin and to others; on the fake kernel."""

from __future__ import annotations

import gc
import threading
from queue import Queue

import pytest
from gpiod.line import Edge
from gpiozero import DigitalInputDevice

from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World
from .handlers import PATIENCE_S, Heard, caught_up, ended, listeners


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
