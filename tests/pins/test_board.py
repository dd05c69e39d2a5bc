"""The board on the pin factory gpiod and the fake kernel."""

from __future__ import annotations

import errno
import gc
import os
import select
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import msgspec
import pytest
from gpiozero.exc import PinUnknownPi

from pigate.errors import BoardError
from pigate.pins import board as board_module
from pigate.pins.board import Board, on_a_pi, open_board
from pigate.pins.factory import GpiodFactory
from pigate.pins.pin import GpiodPin
from pigate.settings import BoardSettings

from .fake_gpiod import World, plugged_in, refusal

SETTINGS = BoardSettings()
TWO_LEDS = BoardSettings(outputs=(18, 23))


@pytest.fixture
def board(world: World) -> Iterator[Board]:
    """Give the article's board, opened as a run opens it."""
    board = open_board(SETTINGS)
    yield board
    world.trouble = lambda _operation, _offset: None
    board.close()


@pytest.mark.parametrize("pull_up", [True, False])
def test_all_switch_settings_are_read(pull_up: bool, world: World) -> None:
    """A closed switch reads 1, first input first, whichever way the switches are wired; an open one 0."""
    board = open_board(msgspec.structs.replace(SETTINGS, pull_up=pull_up))
    assert board.read() == "000"
    for bits in product("01", repeat=3):
        for gpio, bit in zip(SETTINGS.pins, bits, strict=True):
            world.drive(gpio, None if bit == "0" else int(not pull_up))
        assert board.read() == "".join(bits)
    board.close()


@pytest.mark.parametrize("pull_up", [True, False])
def test_teach_buttons_are_read(pull_up: bool, world: World) -> None:
    """A closed teach button is told from an open one, in the order of the outputs, whichever way they are wired."""
    board = open_board(msgspec.structs.replace(TWO_LEDS, teach=(24, 25), pull_up=pull_up))
    for closed in product((False, True), repeat=2):
        for gpio, is_closed in zip((24, 25), closed, strict=True):
            world.drive(gpio, int(not pull_up) if is_closed else None)
        assert board.pressed() == list(closed)
    board.close()


def test_all_patterns_are_shown(world: World) -> None:
    """Each LED's wire is what is shown, first output first; what is shown already is not written again."""
    board = open_board(TWO_LEDS)
    for lit in product((False, True), repeat=2):
        board.show(lit)
        board.show(lit)
        assert (world.level(18), world.level(23)) == lit
    assert world.lines[18].driven_levels == [0, 0, 1, 1]
    board.close()


def test_wrong_number_of_leds_is_an_error(board: Board) -> None:
    """More or fewer levels than LEDs are never shown in part."""
    with pytest.raises(ValueError, match="zip"):
        board.show((True, True))


def test_moved_switch_wakes_the_loop(board: Board, world: World) -> None:
    """A switch that moves makes its descriptor readable until drained; nothing is debounced and no thread runs."""
    first, second, third = board.descriptors
    assert board.poll_s is None
    assert {str(world.lines[gpio].settings.debounce_period) for gpio in SETTINGS.pins} == {"0:00:00"}
    assert select.select(board.descriptors, [], [], 0)[0] == []
    world.drive(27, 0)
    world.drive(22, 0)
    assert set(select.select(board.descriptors, [], [], 0)[0]) == {second, third}
    board.drain(second)
    board.drain(third)
    assert select.select(board.descriptors, [], [], 0)[0] == []
    board.drain(first)
    assert board.factory._listener is None


def test_leds_are_off_from_the_first_moment(world: World) -> None:
    """An LED that a killed run left on is off as soon as the board is open, and no other level came between."""
    world.lines[18].driven = 1
    board = open_board(SETTINGS)
    assert world.lines[18].history == [("output", 0)]
    board.close()


def test_close_turns_off_and_lets_go(board: Board, world: World) -> None:
    """On close the LED is written off before it is let go; all lines are free, the chip closed; twice is once."""
    board.show((True,))
    board.close()
    assert world.lines[18].history == [("output", 0), ("output", 1), ("output", 0), ("input", "PULL_DOWN")]
    assert (world.held(), world.open_chips) == ([], 0)
    board.close()
    again = open_board(SETTINGS)
    again.show((True,))
    assert world.level(18) == 1
    again.close()


def test_consumer_tells_the_service_from_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines are held as pigate.service by the service's own process, and as pigate by any other."""
    for pid, name in (("", "pigate"), ("1", "pigate"), (str(os.getpid()), "pigate.service")):
        monkeypatch.setenv("SYSTEMD_EXEC_PID", pid)
        board = open_board(SETTINGS)
        assert {world.lines[gpio].consumer for gpio in (17, 27, 22, 18)} == {name}
        board.close()


def every_operation(world: World, run: Any) -> int:
    """Count the kernel's operations on lines while `run` runs."""
    count = 0

    def note(_operation: str, _offset: int) -> None:
        nonlocal count
        count += 1

    world.trouble = note
    run()
    world.trouble = lambda _operation, _offset: None
    return count


def failing(world: World, number: int) -> None:
    """Make the operation of that number fail, once."""
    left = number

    def fail(_operation: str, _offset: int) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            raise refusal(errno.EIO)

    world.trouble = fail


def test_close_tries_every_step() -> None:
    """Whichever operation fails on close, it is told, and no line stays held or lit, nor the chip open."""
    with plugged_in(World()) as world:
        board = open_board(TWO_LEDS)
        steps = every_operation(world, board.close)
    assert steps >= 5
    for number in range(steps):
        with plugged_in(World()) as world:
            board = open_board(TWO_LEDS)
            board.show((True, True))
            failing(world, number)
            with pytest.raises(OSError, match="Input/output"):
                board.close()
            assert (world.held(), world.open_chips) == ([], 0)
            assert (world.level(18), world.level(23)) == (0, 0)


def test_leds_go_off_before_anything_is_let_go(world: World) -> None:
    """On close, the first operations of all write the LEDs off."""
    board = open_board(TWO_LEDS)
    board.show((True, True))
    seen: list[tuple[str, int]] = []
    world.trouble = lambda operation, offset: seen.append((operation, offset))
    board.close()
    assert sorted(seen[:2]) == [("set", 18), ("set", 23)]


def test_failed_opening_leaves_nothing() -> None:
    """Whichever operation fails while the board opens: one line, no line held or lit, the chip closed."""
    with plugged_in(World()) as world:
        boards: list[Board] = []
        steps = every_operation(world, lambda: boards.append(open_board(TWO_LEDS)))
        boards[0].close()
    assert steps >= 8
    for number in range(steps):
        with plugged_in(World()) as world:
            for gpio in TWO_LEDS.outputs:
                world.lines[gpio].driven = 1  # as a killed run leaves them
            failing(world, number)
            with pytest.raises(BoardError, match=r"^GPIO [0-9]+ cannot be used: .*Input/output error$"):
                open_board(TWO_LEDS)
            assert (world.held(), world.open_chips) == ([], 0)
            if number > 1:  # both LEDs were ours by then
                assert (world.level(18), world.level(23)) == (0, 0)
            world.trouble = lambda _operation, _offset: None
            gc.collect()
            open_board(TWO_LEDS).close()


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP])
def test_refusal_that_is_no_oserror_is_one_line(number: int, world: World) -> None:
    """EINVAL and EOPNOTSUPP, which gpiod raises as other exceptions, are told in the kernel's words, with the pin."""

    def refuse(operation: str, offset: int) -> None:
        if (operation, offset) == ("reconfigure", 27):
            raise refusal(number)

    world.trouble = refuse
    with pytest.raises(BoardError) as caught:
        open_board(SETTINGS)
    assert str(caught.value) == f"GPIO 27 cannot be used: {os.strerror(number)}"


@pytest.mark.parametrize("mistake", [AttributeError("a mistake"), ValueError("a mistake"), RuntimeError(5)])
@pytest.mark.parametrize("method", ["_apply", "watch", "__init__"])
def test_programming_error_goes_through_as_itself(
    method: str, mistake: Exception, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in the pin factory is no missing board, which a service waits for; nothing stays claimed."""

    def fail(*_arguments: object) -> None:
        raise mistake

    monkeypatch.setattr(GpiodPin, method, fail)
    with pytest.raises(type(mistake)) as caught:
        open_board(SETTINGS)
    assert caught.value is mistake
    assert (world.held(), world.open_chips) == ([], 0)


def test_interrupted_opening_leaves_nothing(world: World) -> None:
    """Ctrl-C while the board opens leaves no line held, and is passed on as it is."""

    def interrupt(_operation: str, offset: int) -> None:
        if offset == 27:
            raise KeyboardInterrupt

    world.trouble = interrupt
    with pytest.raises(KeyboardInterrupt):
        open_board(SETTINGS)
    assert (world.held(), world.open_chips) == ([], 0)


@pytest.mark.parametrize("gpio", [17, 27, 22, 18])
@pytest.mark.parametrize(
    ("holder", "words"),
    [
        ("pigate.service", "GPIO {} is in use by pigate's own service: sudo systemctl stop pigate"),
        ("pigate", "GPIO {} is in use by another pigate: end it, or use other pins"),
        ("spi0 CS0", "GPIO {} is in use by spi0 CS0: end it, or use another pin (gpioinfo lists them)"),
    ],
)
def test_line_in_use_is_one_line(gpio: int, holder: str, words: str, world: World) -> None:
    """Whichever line is in use, one line names it, its holder and what to type; the rest is let go, the holder not."""
    world.lines[gpio].consumer = holder
    with pytest.raises(BoardError) as caught:
        open_board(SETTINGS)
    assert str(caught.value) == words.format(gpio)
    assert (world.held(), world.lines[gpio].consumer, world.lines[gpio].history) == ([], holder, [])


def test_second_board_does_not_darken_the_first(board: Board, world: World) -> None:
    """A second board in the same process on the same pins is refused, and the first one's LED stays on."""
    board.show((True,))
    with pytest.raises(BoardError, match=r"^GPIO 18 cannot be used: pin GPIO18 is already in use by"):
        Board(SETTINGS, _SeparateFactory())
    assert world.level(18) == 1
    assert world.held() == [17, 18, 22, 27]


class _SeparateFactory(GpiodFactory):
    """A factory whose end is not the end of gpiozero's shared pins."""

    def close(self) -> None:
        self._chip.close()


def test_fixed_pull_is_one_line(world: World) -> None:
    """An input on a pin that the board pulls the other way is told in one line."""
    with pytest.raises(BoardError, match=r"^GPIO 2 cannot be used: GPIO2 has a physical pull-up resistor$"):
        open_board(BoardSettings(inputs=(2,), pull_up=False))


def test_pin_that_an_old_header_lacks_is_one_line() -> None:
    """GPIO 27 on a Pi 1 B rev 1, whose header has none, is told in one line."""
    with plugged_in(World(), revision=0x0002) as world:
        with pytest.raises(BoardError, match=r"^GPIO 27 cannot be used: .*27"):
            open_board(BoardSettings(inputs=(27,)))
        assert (world.held(), world.open_chips) == ([], 0)


def test_no_chip_and_no_permission_are_one_line(world: World) -> None:
    """The header's own refusals come through as they are."""
    world.refused["/dev/gpiochip0"] = errno.EACCES
    with pytest.raises(BoardError, match=r"^/dev/gpiochip0: Permission denied: sudo usermod -aG gpio"):
        open_board(SETTINGS)
    world.labels = {}
    with pytest.raises(BoardError, match=r"^no GPIO chip of a Raspberry Pi here"):
        open_board(SETTINGS)


def no_pi() -> int:
    """Answer as gpiozero does elsewhere."""
    raise PinUnknownPi("unable to locate Pi revision in /proc/device-tree or /proc/cpuinfo")


def test_chip_of_a_pi_in_a_machine_that_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where gpiozero knows no Pi, one line says how to run without one, and nothing stays held."""
    monkeypatch.setattr("gpiozero.pins.local.get_pi_revision", no_pi)
    with pytest.raises(BoardError, match=r"^this is not a Raspberry Pi: pigate run --board simulated$"):
        open_board(SETTINGS)
    assert (world.held(), world.open_chips) == ([], 0)


@pytest.mark.parametrize("mistake", [PinUnknownPi(), PermissionError(), ValueError()])
def test_on_a_pi(mistake: Exception, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """This is a Pi where gpiozero finds a revision, and none where it finds none or may not look."""
    assert on_a_pi()

    def refuse() -> int:
        raise mistake

    monkeypatch.setattr(board_module, "get_pi_revision", refuse)
    assert not on_a_pi()


def test_board_of_any_size_takes_its_pins_in_order(world: World) -> None:
    """Eight inputs and eight outputs are read and shown each at its own place."""
    inputs: Sequence[int] = (4, 5, 6, 7, 8, 9, 10, 11)
    outputs: Sequence[int] = (12, 13, 16, 19, 20, 21, 24, 25)
    board = open_board(BoardSettings(inputs=tuple(inputs), outputs=tuple(outputs)))
    for place in range(8):
        world.drive(inputs[place], 0)
        assert board.read() == "0" * place + "1" + "0" * (7 - place)
        world.drive(inputs[place], None)
        board.show(tuple(other == place for other in range(8)))
        assert [world.level(gpio) for gpio in outputs] == [int(other == place) for other in range(8)]
    board.close()
