import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.learning.proof import decide

PREDICTIONS = st.floats(0, 1)
TOLERANCES = st.floats(0, 0.5, exclude_min=True, exclude_max=True)


@pytest.mark.parametrize(
    ("prediction", "decision"),
    [
        (1.0, "on"),
        (0.9001, "on"),
        (0.9, "undecided"),
        (0.5, "undecided"),
        (0.1, "undecided"),
        (0.0999, "off"),
        (0.0, "off"),
        (math.nan, "undecided"),
    ],
)
def test_articles_rule(prediction: float, decision: str) -> None:
    """Above 0.9 is on, below 0.1 is off; anything else, the limits and no number included, is neither."""
    assert decide(prediction, 0.1) == decision


@given(PREDICTIONS, TOLERANCES)
def test_every_prediction(prediction: float, tolerance: float) -> None:
    """On lies above 1 - tolerance, off below tolerance, undecided is the rest, and none overlap."""
    above, below = prediction > 1 - tolerance, prediction < tolerance
    assert not (above and below)
    assert decide(prediction, tolerance) == ("on" if above else "off" if below else "undecided")


@given(PREDICTIONS, PREDICTIONS, TOLERANCES)
def test_order(one: float, other: float, tolerance: float) -> None:
    """A higher prediction never gives a lower decision."""
    ladder = ["off", "undecided", "on"]
    low, high = sorted([one, other])
    assert ladder.index(decide(low, tolerance)) <= ladder.index(decide(high, tolerance))
