"""The kernel's view of the header's pins, through libgpiod 2."""

from __future__ import annotations

import errno
from glob import glob
from typing import TYPE_CHECKING

from ..errors import BoardError

if TYPE_CHECKING:
    import gpiod

#: The header's chip moves between /dev/gpiochip0 and 4 with the kernel; its label does not.
LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")

#: How pigate's own service names itself to the kernel, and every other pigate.
SERVICE = "pigate.service"
PROGRAM = "pigate"


def open_chip() -> gpiod.Chip:
    """Open the chip that the header's pins belong to, found by its label.

    Raises:
        BoardError: there is no such chip, no permission to look, or no libgpiod 2.
    """
    try:
        import gpiod

        gpiod.LineSettings  # noqa: B018 (absent from the bindings of libgpiod 1, which share the name)
    except (ImportError, AttributeError) as exc:
        raise BoardError("the Python package gpiod, version 2, is missing: pip install gpiod") from exc
    refused = None
    for path in sorted(glob("/dev/gpiochip*")):
        try:
            chip = gpiod.Chip(path)
        except OSError as exc:
            refused = refused or f"{path}: {exc.strerror}" + (
                ": sudo usermod -aG gpio $USER, then log in again" if exc.errno == errno.EACCES else ""
            )
            continue
        if chip.get_info().label in LABELS:
            return chip
        chip.close()
    raise BoardError(
        refused
        or f"no GPIO chip of a Raspberry Pi here (looked in /dev/gpiochip* for {', '.join(LABELS)}); "
        "anywhere else: pigate run --board simulated"
    )


def request(chip: gpiod.Chip, gpio: int, settings: gpiod.LineSettings, consumer: str) -> gpiod.LineRequest:
    """Claim one line.

    Raises:
        BoardError: another process or the kernel holds it (the message says who), or the chip has no
            such line or cannot set it so.
    """
    try:
        return chip.request_lines({gpio: settings}, consumer=consumer)
    except (OSError, ValueError, NotImplementedError) as exc:  # the last two are EINVAL and EOPNOTSUPP
        if isinstance(exc, OSError) and exc.errno == errno.EBUSY:
            raise BoardError(in_use(chip, gpio)) from exc
        raise BoardError(f"GPIO {gpio} cannot be used: {exc.args[-1]}") from exc


def in_use(chip: gpiod.Chip, gpio: int) -> str:
    """Say who holds a line, and what to type."""
    holder = chip.get_line_info(gpio).consumer
    if holder == SERVICE:
        return f"GPIO {gpio} is in use by pigate's own service: sudo systemctl stop pigate"
    if holder == PROGRAM:
        return f"GPIO {gpio} is in use by another pigate: end it, or use other pins"
    return f"GPIO {gpio} is in use by {holder or 'another program'}: end it, or use another pin (gpioinfo lists them)"


def turn_off(gpios: list[int]) -> None:
    """Drive lines low, as outputs, and let them go; a Raspberry Pi keeps them low.

    Raises:
        BoardError: as `open_chip` and `request`; the other lines are turned off all the same.
    """
    refusal: BoardError | None = None
    with open_chip() as chip:
        import gpiod

        low = gpiod.LineSettings(direction=gpiod.line.Direction.OUTPUT)
        for gpio in gpios:
            try:
                request(chip, gpio, low, PROGRAM).release()
            except BoardError as exc:
                refusal = exc
    if refusal is not None:
        raise refusal
