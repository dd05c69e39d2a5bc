"""Debouncing: from what the switches read to what they say, by levels and time alone."""

from __future__ import annotations

#: Inputs that have not rested for longer than this, in seconds, count as chattering.
CHATTER_S = 1.0


class Debouncer:
    """Takes the levels as settled once all inputs have rested together for `settle_s` seconds.

    A pure function of the levels and times it is given; it has no clock. One thread at a time.
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._patience_s = max(CHATTER_S, settle_s)
        self._levels = ""
        self._since = 0.0  # when the levels last changed
        self._unrest_since = 0.0
        # for each input that moved since the levels last rested: when it began to move, and when it last moved; a pause
        # of longer than `_patience_s` begins anew
        self._moves: dict[int, tuple[float, float]] = {}
        #: the levels that last rested for long enough; empty before the first
        self.settled = ""
        #: whether the levels rest now
        self.resting = False

    def update(self, levels: str, now: float) -> None:
        """Take in what the switches read at `now`, in seconds of any steady clock."""
        if levels != self._levels:
            if self.resting or not self._levels:
                self.resting = False
                self._unrest_since = now
            for number, (before, after) in enumerate(zip(self._levels, levels, strict=False)):
                if before != after:
                    first, last = self._moves.get(number, (now, now))
                    self._moves[number] = (first if now - last <= self._patience_s else now, now)
            self._levels, self._since = levels, now
        if not self.resting and now >= self._since + self._settle_s:
            self.settled, self.resting = levels, True
            self._moves.clear()

    def deadline(self) -> float | None:
        """Return when the levels will have rested for long enough; None when they rest."""
        return None if self.resting else self._since + self._settle_s

    def chattering(self, now: float) -> tuple[int, ...]:
        """Return the inputs, counted from 0, that have kept the levels from resting for longer than `_patience_s`.

        An input that has moved for less than half of that, such as a switch flipped meanwhile, is left out if
        another has moved longer.
        """
        if self.resting or now - self._unrest_since <= self._patience_s:
            return ()
        moving = {i: last - first for i, (first, last) in self._moves.items() if now - last <= self._patience_s}
        long = [i for i, duration_s in moving.items() if duration_s >= self._patience_s / 2]
        return tuple(sorted(long or moving))
