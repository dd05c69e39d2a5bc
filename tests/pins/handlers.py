"""What the tests of handlers share: one that keeps its calls, and waiting for the listener's thread."""

from __future__ import annotations

import os
import threading
from queue import Queue
from typing import Any

from pigate.pins.factory import GpiodFactory

#: How long a test waits for what should come at once, in seconds.
PATIENCE_S = 30

#: The threads from before the present test, which are not its own.
BEFORE: set[threading.Thread] = set()


class Heard:
    """A handler that keeps what it is called with; held by the test, as gpiozero does not hold it."""

    def __init__(self) -> None:
        self.calls: Queue[tuple[float, int]] = Queue()

    def __call__(self, ticks: float, state: int) -> None:
        self.calls.put((ticks, state))

    def states(self, count: int) -> list[int]:
        """Wait for so many calls."""
        return [self.calls.get(timeout=PATIENCE_S)[1] for _ in range(count)]


def caught_up(factory: GpiodFactory) -> None:
    """Wait until the listener has dealt with every edge so far; then look whether handlers were called."""
    for _ in range(3):  # a turn may leave an edge to the next one, and calls its handlers after this
        done = threading.Event()
        fd = os.eventfd(1)

        def tell(fd: int = fd, done: threading.Event = done) -> list[Any]:
            os.eventfd_read(fd)
            done.set()
            return []

        factory.listener().add(fd, tell, print)
        assert done.wait(PATIENCE_S)
        factory.listener().remove(fd)
        os.close(fd)


def listeners() -> list[threading.Thread]:
    """List the test's threads that listen for edges."""
    return [thread for thread in threading.enumerate() if thread.name == "gpiod edges" and thread not in BEFORE]


def ended(threads: list[threading.Thread]) -> bool:
    """Wait for threads to end."""
    for thread in threads:
        thread.join(PATIENCE_S)
    return not any(thread.is_alive() for thread in threads)
