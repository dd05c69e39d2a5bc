"""Lines for a person that come seldom, whatever others do: a log that is written often wears an SD card out."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Between two lines, in seconds.
SAY_EVERY_S = 60.0


class Sparse:
    """Says one line a minute at most, and how many it has left out. One thread at a time.

    Args:
        say: writes one line.
        clock: seconds of a steady clock.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._next = clock()
        self._left_out = 0

    def __call__(self, text: str) -> None:
        """Say a line, or leave it out."""
        if self._clock() < self._next:
            self._left_out += 1
            return
        self._next = self._clock() + SAY_EVERY_S
        more = f"; {self._left_out} more such lines were left out" if self._left_out else ""
        self._left_out = 0
        self._say(f"{text}{more}")
