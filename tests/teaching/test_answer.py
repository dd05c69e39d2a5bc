"""How the LED answers: two quick blinks for yes, a long one for no."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pigate.teaching.answer import NO, YES, shown


def blinks(answer: tuple[float, ...]) -> list[float]:
    """Return for how long each blink lasts, looking only when the LED changes."""
    now, lit = 0.0, []
    while (state := shown(answer, now)) is not None:
        is_lit, more = state
        assert more > 0
        if is_lit:
            lit.append(more)
        now += more + 1e-9
    assert now == pytest.approx(sum(answer), abs=1e-4)
    return lit


def test_yes_is_two_quick_blinks_and_no_a_long_one() -> None:
    """Whoever sees it can tell: yes has two blinks of a fifth of a second at most, no has one of a second."""
    quick = blinks(YES)
    assert len(quick) == 2
    assert max(quick) <= 0.2
    (long,) = blinks(NO)
    assert long >= 1


@pytest.mark.parametrize("answer", [YES, NO])
def test_blinks_are_seen_whatever_the_led_shows(answer: tuple[float, ...]) -> None:
    """An answer begins and ends dark, so that it stands out from an LED that is on as well as from one that is off."""
    assert shown(answer, 0) == (False, answer[0])
    assert shown(answer, sum(answer) - 1e-3) is not None
    assert shown(answer, sum(answer) - 1e-3)[0] is False  # type: ignore[index]
    assert shown(answer, sum(answer)) is None
    assert all(shorter > 0.1 for shorter, _ in pairwise(answer)), "shorter ones are not seen"
