"""The kernel's view of the header's pins, through libgpiod 2."""

from __future__ import annotations

import errno
from glob import glob
from typing import TYPE_CHECKING

from ..errors import BoardError

if TYPE_CHECKING:
    import gpiod

#: Kernels number the header's chip differently (/dev/gpiochip0, /dev/gpiochip4); its label stays the same.
LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")

#: The consumer name of lines that pigate's own service holds, and of those that any other pigate holds.
SERVICE = "pigate.service"
PROGRAM = "pigate"

#: The kernel keeps this many edges of a line until they are read, and drops the oldest beyond that: its maximum.
EVENT_BUFFER_SIZE = 1024


def open_chip(number: int | None = None) -> gpiod.Chip:
    """Open a chip: by default the one that the header's pins belong to, found by its label.

    Args:
        number: that of another chip, whatever its label.

    Raises:
        BoardError: there is no such chip, this user may not open it, or libgpiod 2 is missing.
    """
    try:
        from gpiod import Chip, LineSettings  # noqa: F401 (libgpiod 1's package, of the same name, has no LineSettings)
    except ImportError as exc:
        raise BoardError("the Python package gpiod, version 2, is missing: pip install gpiod") from exc
    refused = None
    for path in sorted(glob("/dev/gpiochip*")) if number is None else [f"/dev/gpiochip{number}"]:
        try:
            chip = Chip(path)
        except OSError as exc:
            refused = refused or f"{path}: {exc.strerror}" + (
                ": sudo usermod -aG gpio $USER, then log in again" if exc.errno == errno.EACCES else ""
            )
            continue
        if number is not None or chip.get_info().label in LABELS:
            return chip
        chip.close()
    raise BoardError(
        refused
        or f"no GPIO chip of a Raspberry Pi here (looked in /dev/gpiochip* for {', '.join(LABELS)}); "
        "anywhere else: pigate run --board simulated"
    )


def number(chip: gpiod.Chip) -> int:
    """Return a chip's number: 0 for /dev/gpiochip0."""
    return int(chip.path.removeprefix("/dev/gpiochip"))


def request(chip: gpiod.Chip, gpio: int, settings: gpiod.LineSettings, consumer: str) -> gpiod.LineRequest:
    """Claim one line.

    Raises:
        BoardError: another process or the kernel holds the line (the message names the holder), the
            chip has no such line, or it does not support these settings.
    """
    try:
        return chip.request_lines({gpio: settings}, consumer, EVENT_BUFFER_SIZE)
    except (OSError, ValueError, NotImplementedError) as exc:  # gpiod raises the last two for EINVAL and EOPNOTSUPP
        if isinstance(exc, OSError) and exc.errno == errno.EBUSY:
            raise BoardError(in_use(chip, gpio)) from exc
        raise BoardError(f"GPIO {gpio} cannot be used: {exc.args[-1]}") from exc


def in_use(chip: gpiod.Chip, gpio: int) -> str:
    """Return the message for a line in use: who holds it, and what to type."""
    holder = chip.get_line_info(gpio).consumer
    if holder == SERVICE:
        return f"GPIO {gpio} is in use by pigate's own service: sudo systemctl stop pigate"
    if holder == PROGRAM:
        return f"GPIO {gpio} is in use by another pigate: end it, or use other pins"
    return f"GPIO {gpio} is in use by {holder or 'another program'}: end it, or use another pin (gpioinfo lists them)"


def turn_off(gpios: list[int]) -> None:
    """Drive lines low, as outputs, and release them; a Raspberry Pi keeps them low.

    Raises:
        BoardError: as `open_chip` and `request`; a refused line does not stop the others from being turned off.
    """
    refusals = []
    with open_chip() as chip:
        import gpiod

        low = gpiod.LineSettings(direction=gpiod.line.Direction.OUTPUT)
        for gpio in gpios:
            try:
                request(chip, gpio, low, PROGRAM).release()
            except BoardError as exc:
                refusals.append(str(exc))
    if refusals:
        raise BoardError("; ".join(refusals))
