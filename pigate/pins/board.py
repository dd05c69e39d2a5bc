"""The board: switches to read and LEDs to show, on gpiozero and any pin factory."""

from __future__ import annotations

import atexit
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from gpiozero import InputDevice, OutputDevice
from gpiozero.exc import PinUnknownPi
from gpiozero.pins.local import get_pi_revision

from ..config import BoardSettings
from ..errors import BoardError
from . import gpiochip

if TYPE_CHECKING:
    from gpiozero.pins import Factory

#: A board without edges is read this often at the most, in seconds.
SHORTEST_POLL_S = 0.001

#: Bytes: more than the kernel keeps of the edges of one line.
EDGES_SIZE = 65536


class Board:
    """Inputs and outputs, claimed until `close`. One thread at a time, the loop's.

    Args:
        settings: the pins.
        factory: a gpiozero pin factory; the board closes it.

    Raises:
        BoardError: a pin cannot be used; nothing stays claimed.
    """

    def __init__(self, settings: BoardSettings, factory: Factory) -> None:
        self.settings = settings
        self.factory = factory
        self._inputs: list[InputDevice] = []
        self._outputs: list[OutputDevice] = []
        #: what becomes readable when a switch moves; empty where the levels must be polled
        self.descriptors: list[int] = []
        try:
            for gpio in settings.outputs:
                with _in_words(gpio):
                    self._outputs.append(OutputDevice(gpio, pin_factory=factory))
            for gpio in settings.inputs:
                with _in_words(gpio):
                    device = InputDevice(gpio, pull_up=settings.pull_up, pin_factory=factory)
                    self._inputs.append(device)
                    if hasattr(device.pin, "watch"):
                        self.descriptors.append(device.pin.watch())
                        os.set_blocking(self.descriptors[-1], False)
        except BaseException:
            with suppress(Exception):  # the first error is the one to tell
                self.close()
            raise
        self._input_pins = [device.pin for device in self._inputs]
        self._output_pins = [device.pin for device in self._outputs]
        self._shown: tuple[bool, ...] = (False,) * len(self._outputs)

    @property
    def poll_s(self) -> float | None:
        """How often to read the levels where there are no edges, in seconds; None where there are."""
        return None if self.descriptors else max(self.settings.settle_s / 2, SHORTEST_POLL_S)

    def drain(self, descriptor: int) -> None:
        """Take the waiting edges off a descriptor; they say no more than that something moved."""
        try:  # noqa: SIM105 (suppress() would cost more than the read, on the way of every edge)
            os.read(descriptor, EDGES_SIZE)
        except BlockingIOError:
            pass  # nothing is waiting

    def read(self) -> str:
        """Return the levels, first input first: "1" for a closed switch.

        Raises:
            OSError: the kernel refuses.
        """
        # By the pins: a device asks half a dozen functions more, and this is the way of every edge.
        opened = self.settings.pull_up
        return "".join(["0" if pin.state == opened else "1" for pin in self._input_pins])

    def show(self, lit: tuple[bool, ...]) -> None:
        """Switch the LEDs, first output first.

        Raises:
            OSError: the kernel refuses.
        """
        if lit != self._shown:
            for pin, value in zip(self._output_pins, lit, strict=True):
                pin.state = value
            self._shown = lit

    def close(self) -> None:
        """Turn all LEDs off and let go of the pins; may be called twice."""
        with ExitStack() as stack:  # each step is tried, whatever the others raise
            stack.callback(self.factory.close)
            for device in self._inputs + self._outputs:
                stack.callback(device.close)
            for device in self._outputs:
                if not device.closed:
                    stack.callback(device.off)
        self._inputs, self._outputs = [], []


def on_a_pi() -> bool:
    """Say whether this machine is a Raspberry Pi."""
    try:
        get_pi_revision()
    except (PinUnknownPi, OSError, ValueError, struct.error):
        return False
    return True


def open_board(settings: BoardSettings) -> Board:
    """Open the real pins with the pin factory that the settings name.

    Raises:
        BoardError: no chip, no permission, a line in use, a pin or factory that cannot be used.
    """
    with _in_words(None):  # what comes without a pin: no chip, no Pi
        return Board(settings, _factory(settings.pin_factory))


def _factory(name: str) -> Factory:
    # Never gpiozero's fallback chain: it hides the first, real error behind the last one's.
    if name == "gpiod":
        gpiochip.open_chip().close()  # its refusals come first: gpiod may be missing
        from .factory import GpiodFactory

        in_service = os.environ.get("SYSTEMD_EXEC_PID") == str(os.getpid())
        return GpiodFactory(gpiochip.SERVICE if in_service else gpiochip.PROGRAM)
    try:
        with _a_folder_for_lgpio():
            if name == "lgpio":
                from gpiozero.pins.lgpio import LGPIOFactory

                with gpiochip.open_chip() as chip:
                    number = int(chip.path.removeprefix("/dev/gpiochip"))
                return LGPIOFactory(chip=number)
            from gpiozero.pins.rpigpio import RPiGPIOFactory

            return RPiGPIOFactory()
    except (ImportError, RuntimeError) as exc:
        package = {"lgpio": "lgpio", "rpigpio": "RPi.GPIO or rpi-lgpio"}[name]
        raise BoardError(f"pin_factory {name} cannot be loaded ({exc}); it needs the package {package}") from exc


@contextmanager
def _a_folder_for_lgpio() -> Iterator[None]:
    """Give lgpio, which rpi-lgpio uses too, a folder of this process's own while it is loaded.

    On import it makes a FIFO there and changes directory to it. Two processes that share one take
    each other's events; and a reload must find the files where the start found them.
    """
    runtime = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0]
    folder = tempfile.mkdtemp(prefix="pigate-lgpio-", dir=runtime or None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["LG_WD"] = folder
    here = os.open(".", os.O_PATH)
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)


@contextmanager
def _in_words(gpio: int | None) -> Iterator[None]:
    """Turn what gpiozero and its factories raise into a `BoardError` of one line."""
    try:
        yield
    except BoardError:
        raise
    except PinUnknownPi as exc:
        raise BoardError("this is not a Raspberry Pi: pigate run --board simulated") from exc
    except Exception as exc:  # lgpio and RPi.GPIO have errors of their own, unknown here
        if gpio is not None and "busy" in str(exc).lower():
            with gpiochip.open_chip() as chip:
                raise BoardError(gpiochip.in_use(chip, gpio)) from exc
        raise BoardError(str(exc) if gpio is None else f"GPIO {gpio} cannot be used: {exc}") from exc
