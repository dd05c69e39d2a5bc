"""How an LED answers who taught: from the time since the answer to whether it is lit."""

from __future__ import annotations

from itertools import accumulate

#: For how long, in seconds, the LED is dark, lit, dark and so on. Afterwards it shows the decision again.
YES = (0.15, 0.12, 0.15, 0.12, 0.15)
NO = (0.15, 1.2, 0.15)

#: A part that is over but for this, in seconds, is over: what is due in less would be due at the same time again.
ROUNDING_S = 1e-6


def shown(answer: tuple[float, ...], since: float) -> tuple[bool, float] | None:
    """Return whether the LED is lit `since` seconds after the answer, and how long it stays so; None at the end."""
    for number, end in enumerate(accumulate(answer)):
        if since < end - ROUNDING_S:
            return number % 2 == 1, end - since
    return None
