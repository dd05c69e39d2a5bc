"""A push button counts once, when it is released, however it bounces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pigate.teaching.button import HOLD_S, REST_S, STUCK_S, Button, Event

#: Seconds between two looks at a button, at most.
LOOK_S = 0.004


class Bench:
    """A button and a clock; it is looked at as the loop does, at each change and at each deadline."""

    def __init__(self, closed: bool = False) -> None:
        self.button = Button()
        self.now = 1000.0
        self.told: list[Event] = []
        self.closed = closed
        self.look()

    def look(self) -> None:
        """Look at the button now."""
        if (event := self.button.update(self.closed, self.now)) is not None:
            self.told.append(event)

    def let_pass(self, seconds: float) -> None:
        """Look at the button whenever something is due in so many seconds."""
        end = self.now + seconds
        while (due := self.button.deadline()) is not None and due <= end:
            assert due > self.now - 1e-9, "a deadline in the past would never let the loop sleep"
            self.now = due
            self.look()
        self.now = end

    def move(self, closed: bool, bounces: list[float]) -> None:
        """Close or open the button; it bounces, each level for so long."""
        for number, pause_s in enumerate(bounces):
            self.closed = closed ^ (number % 2 == 1)
            self.look()
            self.let_pass(pause_s)
        self.closed = closed
        self.look()


#: How long each level lasts while contacts bounce, in seconds.
bounces = st.lists(st.floats(0, REST_S * 0.99), max_size=30)


@given(bounces, st.floats(REST_S * 1.01, HOLD_S * 0.9), bounces, st.floats(REST_S * 1.01, 100))
def test_a_bouncing_press_counts_once(
    closing: list[float], held_s: float, opening: list[float], after_s: float
) -> None:
    """Whatever the bounces at either end, a press is told once: down, and then a press when the button rests open."""
    bench = Bench()
    bench.let_pass(1)
    bench.move(True, closing)
    bench.let_pass(held_s)
    assert bench.told == ["down"]
    bench.move(False, opening)
    assert bench.told == ["down"]  # it has yet to rest
    bench.let_pass(after_s)
    assert bench.told in (["down", "press"], ["down", "hold"])
    assert bench.told[-1] == "press" or held_s + sum(opening) > HOLD_S * 0.9


@given(bounces, st.floats(HOLD_S, STUCK_S * 0.9), st.lists(st.floats(0, 0.01), max_size=5))
def test_held_for_three_seconds_it_only_holds(closing: list[float], held_s: float, opening: list[float]) -> None:
    """A button that is held for three seconds, and less than ten, tells a hold and no press."""
    bench = Bench()
    bench.let_pass(1)
    bench.move(True, closing)
    bench.let_pass(held_s)
    bench.move(False, opening)
    bench.let_pass(1)
    assert bench.told == ["down", "hold"]


@given(st.floats(0, 100), bounces)
def test_held_at_the_start_it_does_nothing(held_s: float, opening: list[float]) -> None:
    """A button that is closed at the first look tells nothing when it opens, or that it is stuck; then it works."""
    bench = Bench(closed=True)
    bench.let_pass(held_s)
    bench.move(False, opening)
    bench.let_pass(1)
    assert bench.told == (["stuck"] if held_s + sum(opening) >= STUCK_S else [])
    bench.told.clear()
    bench.move(True, [])
    bench.let_pass(0.1)
    bench.move(False, [])
    bench.let_pass(0.1)
    assert bench.told == ["down", "press"]


def test_stuck_it_is_told_once_and_its_release_is_nothing() -> None:
    """A button that stays closed is stuck after ten seconds, once, and wakes nobody then; opening tells nothing."""
    bench = Bench()
    bench.let_pass(1)
    bench.move(True, [])
    bench.let_pass(STUCK_S - 0.1)
    assert bench.told == ["down"]
    bench.let_pass(100)
    assert bench.told == ["down", "stuck"]
    assert bench.button.deadline() is None
    bench.move(False, [])
    bench.let_pass(10)
    assert bench.told == ["down", "stuck"]


@given(st.lists(st.floats(0, REST_S * 0.99), max_size=100))
def test_what_never_rests_is_no_press(story: list[float]) -> None:
    """Contacts that chatter without resting tell nothing, and neither do glitches of an open button."""
    bench = Bench()
    bench.let_pass(1)
    bench.move(False, story)
    bench.let_pass(1)
    assert bench.told == []


def test_at_rest_nothing_is_due() -> None:
    """An open button has no deadline, so the loop sleeps."""
    bench = Bench()
    assert bench.button.deadline() is None
    bench.move(False, [0.001] * 5)
    bench.let_pass(1)
    assert bench.button.deadline() is None


@given(st.floats(0, REST_S), bounces)
def test_pressed_right_after_the_start_it_counts(after_s: float, closing: list[float]) -> None:
    """A button that was open at the first look may be pressed at once."""
    bench = Bench()
    bench.let_pass(after_s)
    bench.move(True, closing)
    bench.let_pass(0.1)
    bench.move(False, [])
    bench.let_pass(0.1)
    assert bench.told == ["down", "press"]
