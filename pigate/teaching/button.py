"""A push button: from its levels to what a person did with it, by levels and time alone."""

from __future__ import annotations

from typing import Literal

#: A level counts once it has rested for this long, in seconds: contacts bounce for a few milliseconds.
REST_S = 0.03

#: Held for this long, in seconds, a button is no longer pressed, but held.
HOLD_S = 3.0

#: Held for this long, in seconds, it is taken for stuck, and its release counts as nothing.
STUCK_S = 10.0

#: ``down`` when it closes; then, when it opens, ``press`` or ``hold``; or ``stuck`` while it stays closed.
Event = Literal["down", "press", "hold", "stuck"]


class Button:
    """Tells a press once, when the button is released, however it bounces.

    A button that is closed at the first look counts only after it has been open. A pure function of the levels and
    times it is given; it has no clock. One thread at a time.
    """

    def __init__(self) -> None:
        self._level: bool | None = None
        self._since = 0.0  # when the level last changed
        self._rested: bool | None = None  # the level that last rested for long enough
        self._began = 0.0  # when the button closed
        self._counts = False  # whether its release will count
        self._watched = False  # whether it is closed and not yet taken for stuck

    def update(self, closed: bool, now: float) -> Event | None:
        """Take in whether the button is closed at `now`, in seconds of any steady clock; return what this tells."""
        if self._level is None and not closed:
            self._rested = False  # whoever closes it from now on presses it, however soon
        if closed is not self._level:
            self._level, self._since = closed, now
        if closed is not self._rested and now >= self._since + REST_S:
            first, self._rested = self._rested is None, closed
            if closed:
                self._began, self._counts, self._watched = self._since, not first, True
                return None if first else "down"
            self._watched = False
            if self._counts:
                return "press" if self._since - self._began < HOLD_S else "hold"
        if self._watched and now >= self._began + STUCK_S:
            self._counts = self._watched = False
            return "stuck"
        return None

    def deadline(self) -> float | None:
        """Return when `update` will have something to tell if the level stays; None for never."""
        if self._level is not self._rested:
            return self._since + REST_S
        return self._began + STUCK_S if self._watched else None
