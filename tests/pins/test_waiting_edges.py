"""Edges that come while a handler is busy reach their handlers, all of them and in the order of time."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from types import SimpleNamespace
from typing import Any

import pytest
from gpiozero import Button, RotaryEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.pins import listener
from pigate.pins.factory import GpiodFactory
from pigate.pins.listener import Listener

from .fake_gpiod import World, plugged_in
from .handlers import PATIENCE_S, Heard, caught_up


@contextmanager
def busy_handler(factory: GpiodFactory, world: World) -> Iterator[None]:
    """Keep the factory's thread inside a handler of GPIO 5, so that other pins' edges wait."""
    inside, let_go = threading.Event(), threading.Event()

    def stay(_ticks: float, _state: int) -> None:
        inside.set()
        let_go.wait(PATIENCE_S)

    factory.pin(5).when_changed = stay
    world.drive(5, 1)
    assert inside.wait(PATIENCE_S)
    try:
        yield
    finally:
        let_go.set()


def test_no_pulse_is_lost_while_a_handler_is_busy(factory: GpiodFactory, world: World) -> None:
    """A switch pressed 500 times during one slow handler was pressed 500 times."""
    heard: Queue[str] = Queue()
    with Button(17, pin_factory=factory) as button:
        button.when_pressed = lambda: heard.put("pressed")
        button.when_released = lambda: heard.put("released")
        with busy_handler(factory, world):
            for _ in range(500):
                world.drive(17, 0)
                world.drive(17, 1)
        assert [heard.get(timeout=PATIENCE_S) for _ in range(1000)] == ["pressed", "released"] * 500


def test_storm_keeps_the_newest_edges(factory: GpiodFactory, world: World) -> None:
    """Of more edges than the kernel's largest buffer holds, the newest 1,024 are heard, the last one last."""
    heard = Heard()
    factory.pin(17).when_changed = heard
    with busy_handler(factory, world):
        for _ in range(600):
            world.drive(17, 1)
            world.drive(17, 0)
    caught_up(factory)
    assert heard.states(1024) == [1, 0] * 512
    assert heard.calls.empty()


def test_rotary_encoder_counts_each_step_under_load(factory: GpiodFactory, world: World) -> None:
    """200 steps of an encoder, turned while a handler is busy, are 200 steps, and 100 back are 100 back."""
    steps = [(17, 0), (27, 0), (17, 1), (27, 1)]  # one clockwise step: each contact closes, then opens
    with RotaryEncoder(17, 27, max_steps=0, pin_factory=factory) as encoder:
        for turned, order in ((200, steps), (100, [(gpio, level) for gpio, level in (*steps[1::-1], *steps[:1:-1])])):
            with busy_handler(factory, world):
                for _ in range(turned):
                    for gpio, level in order:
                        world.drive(gpio, level)
            caught_up(factory)
            if turned == 200:
                assert encoder.steps == 200
            world.drive(5, 0)
            caught_up(factory)
        assert encoder.steps == 100


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([17, 27, 22]), max_size=300))
def test_edges_of_several_pins_come_in_the_order_of_time(moves: list[int]) -> None:
    """Whichever pins move in whichever order, the handlers are called in that order, with the levels of that moment."""
    with plugged_in(World()) as world:
        factory = GpiodFactory()
        calls: list[tuple[int, int]] = []
        handlers = {}
        for gpio in (17, 27, 22):
            handlers[gpio] = lambda _ticks, state, gpio=gpio: calls.append((gpio, state))
            factory.pin(gpio).when_changed = handlers[gpio]
        expected, levels = [], dict.fromkeys(handlers, 0)
        with busy_handler(factory, world):
            for gpio in moves:
                levels[gpio] = 1 - levels[gpio]
                world.drive(gpio, levels[gpio])
                expected.append((gpio, levels[gpio]))
        caught_up(factory)
        factory.close()
        assert calls == expected


def test_edges_that_come_while_others_are_read_keep_the_order_of_time(factory: GpiodFactory, world: World) -> None:
    """An edge of a pin that was read already comes before a later edge of a pin that is read next."""
    calls: list[tuple[int, int]] = []
    handlers = {}
    for gpio in (17, 27):
        handlers[gpio] = lambda _ticks, state, gpio=gpio: calls.append((gpio, state))
        factory.pin(gpio).when_changed = handlers[gpio]
    read: list[int] = []

    def move_between_reads(operation: str, offset: int) -> None:
        if operation == "read" and offset in (17, 27):
            read.append(offset)
            if len(read) == 2:  # the other one's edges have been taken
                world.drive(read[0], 0)
                world.drive(read[1], 0)

    with busy_handler(factory, world):
        world.drive(17, 1)
        world.drive(27, 1)
        world.trouble = move_between_reads
    caught_up(factory)
    assert calls == [(17, 1), (27, 1), (read[0], 0), (read[1], 0)]


def test_edges_that_come_as_the_thread_wakes_keep_the_order_of_time(
    factory: GpiodFactory, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of edges that come between the thread's waking and its reading, the order of time is kept too."""
    calls: list[tuple[int, int]] = []
    handlers = {}
    for gpio in (17, 27):
        handlers[gpio] = lambda _ticks, state, gpio=gpio: calls.append((gpio, state))
        factory.pin(gpio).when_changed = handlers[gpio]
    moves = [(27, 1), (17, 0)]

    def move_and_look() -> int:
        while moves and threading.current_thread().name == "gpiod edges":
            world.drive(*moves.pop(0))
        return time.monotonic_ns()

    monkeypatch.setattr(listener, "time", SimpleNamespace(monotonic_ns=move_and_look))
    world.drive(17, 1)
    caught_up(factory)
    assert calls == [(17, 1), (27, 1), (17, 0)]


def test_pin_closed_by_a_handler_is_called_no_more(factory: GpiodFactory, world: World) -> None:
    """Edges that were read already, of a pin that another pin's handler closes, are not heard, nor by its next user."""
    first, second = Heard(), Heard()

    def close(_ticks: float, _state: int) -> None:
        factory.pin(27).close()
        factory.pin(27).when_changed = second

    factory.pin(17).when_changed = close
    factory.pin(27).when_changed = first
    with busy_handler(factory, world):
        world.drive(17, 1)
        world.drive(27, 1)
    caught_up(factory)
    assert (first.calls.qsize(), second.calls.qsize()) == (0, 0)
    world.drive(27, 0)
    assert second.states(1) == [0]


def test_failing_handler_costs_one_call(factory: GpiodFactory, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of edges that waited together, those after one whose handler raises are heard all the same."""
    monkeypatch.setattr(threading, "excepthook", lambda _args: None)
    heard = Heard()

    def fail(_ticks: float, _state: int) -> None:
        raise ValueError

    factory.pin(17).when_changed = fail
    factory.pin(27).when_changed = heard
    with busy_handler(factory, world):
        for level in (1, 0, 1):
            world.drive(17, level)
            world.drive(27, level)
    assert heard.states(3) == [1, 0, 1]


def test_lost_chip_is_told_once(factory: GpiodFactory, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the chip goes, each pin's thread of edges ends with one report, and the thread does not spin."""
    reports: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", reports.append)
    handler = Heard()
    for gpio in (17, 27):
        factory.pin(gpio).when_changed = handler
    world.unplug()
    for _ in range(10):
        caught_up(factory)
    assert [(report.exc_type, report.exc_value.errno) for report in reports] == [(OSError, errno.ENODEV)] * 2
    assert handler.calls.empty()


def test_refused_descriptor_leaves_nothing(tmp_path: Path) -> None:
    """A descriptor that cannot be waited for is refused, and removing it afterwards does nothing."""
    waiting = Listener()
    with (tmp_path / "file").open("w") as file:
        with pytest.raises(PermissionError):  # epoll takes no regular files
            waiting.add(file.fileno(), list, print)
        waiting.remove(file.fileno())
    waiting.close()
