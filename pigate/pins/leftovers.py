"""The outputs that a killed run left on: a run records their numbers, `pigate off` turns them off.

Functions import what they need: mostly there is nothing to turn off, and a Pi Zero loads slowly.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ..errors import BAD_CONFIG, NO_BOARD, BoardError, say

#: Exit codes of a run that never claimed its pins; systemd passes a run's exit code in $EXIT_STATUS.
NEVER_CLAIMED = {str(NO_BOARD), str(BAD_CONFIG)}


#: What the service's $RUNTIME_DIRECTORY is, for `pigate off` typed by hand.
SERVICE_DIRECTORY = "/run/pigate"


def _record(environment: Mapping[str, str], otherwise: str = "") -> str:
    """Return the record's path; empty where there is no directory for it."""
    folder = (environment.get("RUNTIME_DIRECTORY") or otherwise).split(":")[0]
    return os.path.join(folder, "outputs.json") if folder else ""


def remember(gpios: Sequence[int]) -> None:
    """Record the outputs in $RUNTIME_DIRECTORY, if that is set, for `turn_off`.

    Where the directory cannot be written, print one line on standard error; the gate goes on.
    """
    if path := _record(os.environ):
        import json
        from pathlib import Path

        from ..files import write_text

        try:
            write_text(Path(path), json.dumps(list(gpios)))
        except OSError as exc:
            say(f"{path}: {exc.strerror}: a killed gate's LEDs cannot be turned off")


def forget() -> None:
    """Delete the record: the run has turned its outputs off and released them itself.

    Where it cannot be deleted, print one line on standard error.
    """
    if path := _record(os.environ):
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass  # it could not be written
        except OSError as exc:
            say(f"{path}: {exc.strerror}: pigate off will turn its outputs off once more")


def turn_off(environment: Mapping[str, str] = os.environ) -> str | None:
    """Turn off the outputs that the last run recorded; return the reason if there is nothing to do.

    Without $RUNTIME_DIRECTORY the last run is that of the service.

    Raises:
        BoardError: the record is damaged, or a line cannot be claimed.
    """
    path = _record(environment, SERVICE_DIRECTORY)
    if environment.get("EXIT_STATUS") in NEVER_CLAIMED:
        return "nothing to turn off: the run never had the pins"
    if not os.path.exists(path):
        return f"nothing to turn off: no run named its outputs in {path}"
    import json
    from pathlib import Path

    from ..files import read_text
    from . import gpiochip

    try:
        gpios = json.loads(read_text(Path(path), BoardError))
        if not isinstance(gpios, list) or not all(type(gpio) is int and 0 <= gpio <= 27 for gpio in gpios):
            raise ValueError
    except (ValueError, RecursionError) as exc:
        raise BoardError(f"{path}: this is no list of outputs") from exc
    gpiochip.turn_off(gpios)
    return None
