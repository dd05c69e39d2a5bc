"""Moving switches inside the machine, for as long and as wildly as a test asks."""

import random
import threading
import time
from collections.abc import Sequence
from typing import TypedDict

from tests.system.guest import LED, SWITCHES, set_switch, set_switches, wait_for_led, wait_for_rest


class Report(TypedDict):
    """What came of flips."""

    flips: int
    rests: int
    #: the longest that the LED was still wrong after up to 60 ms of rest, in seconds
    slowest_s: float


def show_all(rows: dict[str, str], switches: Sequence[int] = SWITCHES, pin: int = LED) -> None:
    """Set the switches to each row of a table in turn, there and back; its LED must come on or go out."""
    for levels in [*rows, *reversed(rows)]:
        set_switches(levels, switches)
        wait_for_rest(int(rows[levels]), pin)


def flip_at_random(rows: dict[str, str], count: int, seed: int) -> Report:
    """Flip random switches at random moments, some with a burst of bounce, with rests in between.

    In each rest the LED must come to what the table says of the switches, and stay there.
    """
    chance = random.Random(seed)
    levels = [0] * len(SWITCHES)
    set_switches("000")
    delays = []
    flips = 0
    while flips < count:
        for _ in range(min(count - flips, chance.randint(1, 12))):
            which = chance.randrange(len(SWITCHES))
            levels[which] ^= 1
            for _ in range(2 * chance.choice([0, 0, 0, 1, 3, 10])):
                set_switch(SWITCHES[which], levels[which])
                levels[which] ^= 1
            set_switch(SWITCHES[which], levels[which])
            flips += 1
            time.sleep(chance.uniform(0, 0.06))
        delays.append(wait_for_rest(int(rows["".join(map(str, levels))]), rest_s=0.05))
    return {
        "flips": flips,
        "rests": len(delays),
        "slowest_s": max(delays),
    }


def flip_for_ever(seed: int) -> None:
    """Flip random switches until the machine ends."""

    def flip() -> None:
        chance = random.Random(seed)
        while True:
            set_switch(chance.choice(SWITCHES), chance.randrange(2))
            time.sleep(chance.uniform(0, 0.06))

    threading.Thread(target=flip, daemon=True).start()


def flip_and_follow(count: int) -> None:
    """Flip the first switch, again as soon as the LED has followed it."""
    for flip in range(count):
        set_switch(SWITCHES[0], (flip + 1) % 2)
        wait_for_led((flip + 1) % 2)
