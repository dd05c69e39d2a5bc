"""The simulated board: gpiozero's mock pins that wake a loop."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from itertools import product

import msgspec
import pytest
from gpiozero.exc import PinSetInput
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.learning.tables import TruthTable
from pigate.pins.simulated import MAX_STATES, SimulatedBoard, fitted
from pigate.settings import BoardSettings


@pytest.fixture
def board() -> Iterator[SimulatedBoard]:
    """Give the article's board, simulated."""
    board = SimulatedBoard(BoardSettings())
    yield board
    board.close()


def readable(descriptors: object) -> set[int]:
    """Say which descriptors a read would not wait for."""
    assert isinstance(descriptors, list)
    return set(select.select(descriptors, [], [], 0)[0])


@pytest.mark.parametrize("pull_up", [True, False])
def test_all_switch_settings_are_read(pull_up: bool) -> None:
    """Every setting of the switches reads as it was set, whichever way they are wired; at first all are open."""
    board = SimulatedBoard(msgspec.structs.replace(BoardSettings(), pull_up=pull_up))
    assert board.read() == "000"
    for bits in product("01", repeat=3):
        board.set_switches("".join(bits))
        assert board.read() == "".join(bits)
        assert [board.factory.pin(gpio).state for gpio in (17, 27, 22)] == [(bit == "1") != pull_up for bit in bits]
    board.close()


def test_moved_switch_wakes_its_descriptor_alone(board: SimulatedBoard) -> None:
    """A switch that moves makes one descriptor readable until it is drained; one that does not makes none."""
    first, second, third = board.descriptors
    assert board.poll_s is None
    board.set_switches("000")
    assert readable(board.descriptors) == set()
    board.set_switches("010")
    assert readable(board.descriptors) == {second}
    board.drain(second)
    assert readable(board.descriptors) == set()
    board.set_switches("101")
    assert readable(board.descriptors) == {first, second, third}


def test_draining_what_is_not_readable_does_nothing(board: SimulatedBoard) -> None:
    """As with real pins, an edge that somebody else has taken is no error."""
    board.drain(board.descriptors[0])
    board.set_switches("111")
    board.drain(board.descriptors[0])
    board.drain(board.descriptors[0])
    assert board.read() == "111"


def test_storm_neither_blocks_nor_grows(board: SimulatedBoard) -> None:
    """A switch driven 200,000 times undrained does not block, keeps few states, and reads right in the end."""
    pin = board.factory.pin(17)
    for _ in range(100_000):
        pin.drive_low()
        pin.drive_high()
    assert len(pin.states) <= MAX_STATES
    pin.drive_low()
    assert board.read() == "100"
    for _ in range(100):
        if not readable(board.descriptors):
            break
        board.drain(board.descriptors[0])
    assert readable(board.descriptors) == set()


def test_leds_show(board: SimulatedBoard) -> None:
    """The LED's pin is what is shown, and wakes nobody."""
    led = board.factory.pin(18)
    for lit in (True, False, True):
        board.show((lit,))
        assert led.state is lit
    assert readable(board.descriptors) == set()
    with pytest.raises(PinSetInput):
        board.factory.pin(17).state = 1


def test_close_closes_descriptors_and_turns_off(board: SimulatedBoard) -> None:
    """A closed board has no open descriptors and no lit LED, and may be closed again; another can follow."""
    board.show((True,))
    led = board.factory.pin(18)
    descriptors = board.descriptors
    board.close()
    board.close()
    assert led.state is False
    for descriptor in descriptors:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
    SimulatedBoard(BoardSettings()).close()


def test_unwatched_pin_opens_nothing() -> None:
    """A pin that nobody watches, an LED's for one, has no descriptor."""
    before = set(os.listdir("/proc/self/fd"))
    board = SimulatedBoard(BoardSettings())
    opened = set(os.listdir("/proc/self/fd")) - before
    assert len(opened) == 2 * 3
    assert board.factory.pin(17).watch() == board.descriptors[0]
    board.close()


gpios = st.lists(st.integers(0, 27), min_size=2, max_size=16, unique=True)


@settings(deadline=None)
@given(gpios, st.integers(1, 8), st.integers(1, 8), st.data())
def test_fitted_gives_the_pins_that_a_table_needs(
    pins: list[int], inputs: int, outputs: int, data: st.DataObject
) -> None:
    """For all settings and tables: as many pins as the table needs, none twice, the named ones first."""
    cut = data.draw(st.integers(max(1, len(pins) - 8), min(8, len(pins) - 1)))
    named = msgspec.structs.replace(BoardSettings(), inputs=tuple(pins[:cut]), outputs=tuple(pins[cut:]))
    table = TruthTable({"0" * inputs: "0" * outputs})
    result = fitted(named, table)
    assert (len(result.inputs), len(result.outputs)) == (inputs, outputs)
    assert len(set(result.inputs + result.outputs)) == inputs + outputs
    assert all(0 <= gpio <= 27 for gpio in result.pins + result.outputs)
    assert result.inputs[:cut] == named.inputs[:inputs]
    assert result.outputs[: len(named.outputs)] == named.outputs[:outputs]
    SimulatedBoard(result).close()
