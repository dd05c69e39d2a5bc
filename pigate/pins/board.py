"""The board: reads switches and drives LEDs, through gpiozero and any of its pin factories."""

from __future__ import annotations

import atexit
import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from gpiozero import InputDevice, OutputDevice
from gpiozero.exc import GPIOZeroError, PinUnknownPi
from gpiozero.pins.local import get_pi_revision

from ..errors import BoardError
from ..settings import BoardSettings
from . import gpiochip

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: A board without edge detection is polled at this interval, in seconds, or a longer one.
MIN_POLL_S = 0.001

#: A board with teach buttons is polled at least this often, in seconds: a push of a button is short.
BUTTON_POLL_S = 0.01

#: One read of this many bytes takes all edges that the kernel keeps for a line.
READ_SIZE = 65536


@runtime_checkable
class EdgePin(Protocol):
    """A pin with edge detection that an event loop can wait for."""

    def watch(self) -> int:
        """Start edge detection; return the non-blocking descriptor that an edge makes readable.

        Reading the descriptor discards the pending edges. The pin closes it.
        """


class Board:
    """Inputs and outputs, claimed until `close`. One thread at a time may call: the loop's.

    Args:
        settings: the pins.
        factory: a gpiozero pin factory; the board closes it.

    Raises:
        BoardError: a pin cannot be used; no pin stays claimed.
    """

    def __init__(self, settings: BoardSettings, factory: Factory) -> None:
        self.settings = settings
        self.factory = factory
        self._inputs: list[InputDevice] = []
        self._outputs: list[OutputDevice] = []
        #: readable when a switch moves; empty where the pins have no edge detection and the loop polls
        self.descriptors: list[int] = []
        try:
            for gpio in settings.outputs:
                with _as_board_error(gpio):
                    self._outputs.append(OutputDevice(gpio, pin_factory=factory))
            for gpio in settings.pins + settings.buttons:
                with _as_board_error(gpio):
                    device = InputDevice(gpio, pull_up=settings.pull_up, pin_factory=factory)
                    self._inputs.append(device)
                    if isinstance(device.pin, EdgePin):
                        self.descriptors.append(device.pin.watch())
        except BaseException as exc:
            try:
                self.close()
            except Exception as second:  # the first error is the one to report
                exc.add_note(f"closing the board failed too: {second!r}")
            raise
        pins = [device.pin for device in self._inputs]
        self._input_pins, self._button_pins = pins[: len(settings.pins)], pins[len(settings.pins) :]
        self._output_pins = [device.pin for device in self._outputs]
        self._shown: tuple[bool, ...] = (False,) * len(self._outputs)

    @property
    def poll_s(self) -> float | None:
        """The polling interval in seconds; None where edges wake the loop, or there is no pin to read."""
        if self.descriptors or not self._inputs:
            return None
        pause_s = max(self.settings.settle_s / 2, MIN_POLL_S)
        return min(pause_s, BUTTON_POLL_S) if self._button_pins else pause_s

    def drain(self, descriptor: int) -> None:
        """Discard pending events; `read()` reads the levels."""
        try:  # noqa: SIM105 (this runs at every edge, and suppress() takes longer than the read)
            os.read(descriptor, READ_SIZE)
        except BlockingIOError:
            pass  # no event is pending

    def read(self) -> str:
        """Return the levels of the pins, first pin first: "1" for a closed switch.

        Raises:
            OSError: the kernel refuses.
        """
        # This runs at every edge. A device's `value` makes half a dozen more calls than its pin's `state`.
        level_when_open = self.settings.pull_up
        return "".join(["0" if pin.state == level_when_open else "1" for pin in self._input_pins])

    def pressed(self) -> list[bool]:
        """Return which teach buttons are closed, in the order of the outputs.

        Raises:
            OSError: the kernel refuses.
        """
        return [pin.state != self.settings.pull_up for pin in self._button_pins]

    def show(self, lit: tuple[bool, ...]) -> None:
        """Turn the LEDs on and off, first output first.

        Raises:
            OSError: the kernel refuses.
        """
        if lit != self._shown:
            for pin, value in zip(self._output_pins, lit, strict=True):
                pin.state = value
            self._shown = lit

    def close(self) -> None:
        """Turn all LEDs off, release the pins and close the factory; may be called twice."""
        with ExitStack() as stack:  # every step runs, whatever another raises
            stack.callback(self.factory.close)
            for device in self._inputs + self._outputs:
                stack.callback(device.close)
            for device in self._outputs:
                if not device.closed:
                    stack.callback(device.off)
        self._inputs, self._outputs = [], []


def on_a_pi() -> bool:
    """Return whether this machine is a Raspberry Pi."""
    try:
        get_pi_revision()
    except (PinUnknownPi, OSError, ValueError, struct.error):
        return False
    return True


def open_board(settings: BoardSettings) -> Board:
    """Open the real pins with the pin factory that the settings name.

    Raises:
        BoardError: no chip, no permission, a line in use, a pin or pin factory that cannot be used.
    """
    with _as_board_error(None):  # errors that concern no single pin: no chip, no Pi
        return Board(settings, _factory(settings.pin_factory))


def _factory(name: str) -> Factory:
    """Return the pin factory that a setting names; a new one goes here."""
    # Never gpiozero's fallback chain: it reports the last factory's error instead of the first one.
    if name == "gpiod":
        gpiochip.open_chip().close()  # reports a missing gpiod in one line, before the import
        from .factory import GpiodFactory

        in_service = os.environ.get("SYSTEMD_EXEC_PID") == str(os.getpid())
        return GpiodFactory(consumer=gpiochip.SERVICE if in_service else gpiochip.PROGRAM)
    try:
        with _private_lgpio_directory():
            if name == "lgpio":
                from gpiozero.pins.lgpio import LGPIOFactory

                with gpiochip.open_chip() as chip:
                    number = gpiochip.number(chip)
                return LGPIOFactory(chip=number)
            from gpiozero.pins.rpigpio import RPiGPIOFactory

            return RPiGPIOFactory()
    except (ImportError, RuntimeError) as exc:
        package = {"lgpio": "lgpio", "rpigpio": "RPi.GPIO or rpi-lgpio"}[name]
        raise BoardError(f"pin_factory {name} cannot be loaded ({exc}); it needs the package {package}") from exc


@contextmanager
def _private_lgpio_directory() -> Iterator[None]:
    """Give lgpio, which rpi-lgpio uses too, a directory of its own, and restore the working directory.

    On import, lgpio creates a FIFO in $LG_WD and changes to that directory. Two processes that share
    a FIFO receive each other's events; and after a reload, relative paths must mean the same files.
    """
    runtime = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    directory = tempfile.mkdtemp(prefix="pigate-lgpio-", dir=runtime or None)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.environ["LG_WD"] = directory
    previous = os.open(".", os.O_PATH)
    try:
        yield
    finally:
        os.fchdir(previous)
        os.close(previous)


@contextmanager
def _as_board_error(gpio: int | None) -> Iterator[None]:
    """Raise a refusal as a `BoardError` of one line; a programming error passes as it is."""
    try:
        yield
    except BoardError:
        raise
    except PinUnknownPi as exc:
        raise BoardError("this is not a Raspberry Pi: pigate run --board simulated") from exc
    except Exception as exc:
        if not _is_refusal(exc):
            raise
        if gpio is not None and "busy" in str(exc).lower():
            with gpiochip.open_chip() as chip:
                raise BoardError(gpiochip.in_use(chip, gpio)) from exc
        words = exc if isinstance(exc, OSError) or not exc.args else exc.args[-1]
        raise BoardError(words if gpio is None else f"GPIO {gpio} cannot be used: {words}") from exc


def _is_refusal(exc: Exception) -> bool:
    """Return whether this is what the kernel, gpiozero and its factories raise when they refuse a pin."""
    if isinstance(exc, (GPIOZeroError, OSError)):
        return True
    if "lgpio" in sys.modules and isinstance(exc, sys.modules["lgpio"].error):
        return True
    if "RPi.GPIO" in sys.modules and type(exc) in (RuntimeError, ValueError, NotImplementedError):
        return True  # it has no exception of its own
    # gpiod raises these for EINVAL and EOPNOTSUPP, with the number first.
    return isinstance(exc, (ValueError, NotImplementedError)) and bool(exc.args) and isinstance(exc.args[0], int)
