"""From a prediction to a decision: the article's rule for reading the network's output."""

from typing import Literal

Decision = Literal["on", "off", "undecided"]

_TARGETS: dict[Decision, str] = {"on": "1", "off": "0", "undecided": "?"}


def decide(prediction: float, tolerance: float) -> Decision:
    """Return ``on`` above 1 - tolerance, ``off`` below tolerance, ``undecided`` between.

    Args:
        prediction: a network output, 0 to 1; anything that is no number is undecided.
        tolerance: above 0 and below 0.5; the article's is 0.1.
    """
    if prediction > 1 - tolerance:
        return "on"
    if prediction < tolerance:
        return "off"
    return "undecided"


def target_of(decision: Decision) -> str:
    """Return what a row with this decision would have as its target: "1", "0" or "?"."""
    return _TARGETS[decision]
