"""What a killed run leaves behind: the names of its outputs, and how to turn them off."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..errors import BAD_CONFIG, NO_BOARD, BoardError
from ..files import read_text, write_text
from . import gpiochip

#: Exit codes of a run that never had the pins; systemd tells them in $EXIT_STATUS.
NEVER_OURS = {str(NO_BOARD), str(BAD_CONFIG)}


def _file(environment: Mapping[str, str]) -> Path | None:
    folder = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(folder) / "outputs.json" if folder else None


def remember(gpios: Sequence[int]) -> None:
    """Name the outputs in $RUNTIME_DIRECTORY, if there is one, for `turn_off`.

    A folder that cannot be written costs a line on standard error, not the gate.
    """
    if (path := _file(os.environ)) is not None:
        try:
            write_text(path, json.dumps(list(gpios)))
        except OSError as exc:
            print(f"{path}: {exc.strerror}: a killed gate's LEDs cannot be turned off", file=sys.stderr)


def forget() -> None:
    """Take the names back: the run has let go of its pins, and turned them off, itself."""
    if (path := _file(os.environ)) is not None:
        with suppress(OSError):  # then `off` turns off once more what is off
            path.unlink(missing_ok=True)


def turn_off(environment: Mapping[str, str] = os.environ) -> str | None:
    """Turn the outputs off that the last run named; return why nothing was done, if nothing was.

    Raises:
        BoardError: a line cannot be had.
    """
    path = _file(environment)
    if environment.get("EXIT_STATUS") in NEVER_OURS:
        return "nothing to turn off: the run never had the pins"
    if path is None:
        return "nothing to turn off: no $RUNTIME_DIRECTORY, where a run names its outputs"
    if not path.exists():
        return f"nothing to turn off: no run named its outputs in {path}"
    try:
        gpios = json.loads(read_text(path, BoardError))
        if not isinstance(gpios, list) or not all(type(gpio) is int and 0 <= gpio <= 27 for gpio in gpios):
            raise ValueError
    except (ValueError, RecursionError) as exc:
        raise BoardError(f"{path}: this is no list of outputs") from exc
    gpiochip.turn_off(gpios)
    return None
