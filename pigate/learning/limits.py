"""What a training's settings may be: for `train`, the configuration and the command line."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, Literal, get_args

from ..errors import ArgumentError, none_of, shortened

Rule = Literal["resilient", "plain"]
RULES: tuple[str, ...] = get_args(Rule)

MAX_LAYERS = 4
MAX_NEURONS = 64
MAX_LEARNING_RATE = 1000
MAX_STARTS = 256
MAX_EPOCHS = 1_000_000
MAX_SEED = 2**63 - 1

#: A tolerance is below this: from here on, an output could be on and off.
TOLERANCE_BELOW = 0.5


def _whole(value: Any, least: int, largest: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and least <= int(value) <= largest


def _number(value: object) -> float:
    """Return the value as a float; if it is no number, -1.0, which is outside all limits."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else -1.0


def _widths(value: Any) -> bool:
    if not hasattr(value, "__len__") or isinstance(value, str):  # an iterator would be used up here
        return False
    return len(value) <= MAX_LAYERS and all(_whole(width, 1, MAX_NEURONS) for width in value)


#: for each setting, whether a value is inside its limits, and what to give
_LIMITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hidden": (_widths, f"a list of at most {MAX_LAYERS} whole numbers from 1 to {MAX_NEURONS}"),
    "bias": (lambda value: isinstance(value, bool), "True or False"),
    "learning_rate": (
        lambda value: 0 < _number(value) <= MAX_LEARNING_RATE,
        f"a number above 0 and at most {MAX_LEARNING_RATE}",
    ),
    "starts": (lambda value: _whole(value, 1, MAX_STARTS), f"a whole number from 1 to {MAX_STARTS}"),
    "epochs": (lambda value: _whole(value, 1, MAX_EPOCHS), f"a whole number from 1 to {MAX_EPOCHS}"),
    "tolerance": (
        lambda value: 0 < _number(value) < TOLERANCE_BELOW,
        f"a number above 0 and below {TOLERANCE_BELOW}",
    ),
    "seed": (lambda value: _whole(value, 0, MAX_SEED), f"a whole number from 0 to {MAX_SEED}"),
}


def check(**settings: object) -> None:
    """Check settings of a training, by the names that they have in `pigate.learning.training.train`.

    Raises:
        ArgumentError: one is out of its limits; the message begins with its name.
    """
    for name, value in settings.items():
        if wrong := fault(name, value):
            raise ArgumentError(f"{name}: {wrong}")


def fault(name: str, value: object, shown: str | None = None) -> str:
    """Return what is wrong with a setting, in words to follow its name; empty where nothing is.

    Args:
        name: of the setting.
        value: to check.
        shown: the value, as the words show it; shortened, if it is not given.
    """
    if name == "rule":
        return "" if value in RULES else none_of(value, RULES)
    allowed, wanted = _LIMITS[name]
    return "" if allowed(value) else f"give {wanted}, not {shortened(value) if shown is None else shown}"
