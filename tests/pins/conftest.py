"""Fixtures of the pins' tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pigate.pins.factory import GpiodFactory

from .fake_gpiod import World, plugged_in
from .handlers import BEFORE


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


@pytest.fixture(autouse=True)
def _threads_before() -> None:
    """Do not blame a test for the threads of one before it that failed."""
    BEFORE.clear()
    BEFORE.update(threading.enumerate())
