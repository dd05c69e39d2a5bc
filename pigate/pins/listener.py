"""The thread of a pin factory that calls the handlers of its pins."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gpiod

    Read = Callable[[], list[gpiod.EdgeEvent]]
    Handle = Callable[[gpiod.EdgeEvent], None]

#: `Listener.close` waits this long for a handler to return, in seconds, and then leaves it running.
JOIN_TIMEOUT_S = 1.0


class Listener:
    """One thread that waits for edges on all pins that have a handler, and sleeps in between.

    It passes on the edges of all pins in the order in which they happened. Any thread may call the
    methods, the listener's own included.
    """

    def __init__(self) -> None:
        self._watched: dict[int, tuple[Read, Handle]] = {}
        self._epoll = select.epoll()
        self._end = os.eventfd(0, os.EFD_CLOEXEC)
        self._epoll.register(self._end, select.EPOLLIN)
        self._thread = threading.Thread(target=self._run, name="gpiod edges", daemon=True)
        self._thread.start()

    def add(self, fd: int, read: Read, handle: Handle) -> None:
        """Watch a descriptor.

        Args:
            fd: readable when there are edges.
            read: takes the pending edges, without blocking; called in the listener's thread.
            handle: is called with each edge, in the listener's thread. It may be called once more
                after `remove`, for an edge that was read before.

        Raises:
            OSError: the descriptor cannot be watched.
        """
        self._epoll.register(fd, select.EPOLLIN)
        self._watched[fd] = read, handle

    def remove(self, fd: int) -> None:
        """Stop watching `fd`, if it was added. Call this before closing it."""
        if self._watched.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def close(self) -> None:
        """End the thread, and wait for its end unless the caller is that thread."""
        os.eventfd_write(self._end, 1)
        if threading.current_thread() is not self._thread:
            self._thread.join(JOIN_TIMEOUT_S)

    def _run(self) -> None:
        edges: list[tuple[gpiod.EdgeEvent, Handle]] = []
        with self._epoll:
            while True:
                self._epoll.poll(0 if edges else None)
                # While pins are read one by one, an edge on a pin already read can precede an edge on a pin
                # read later. So edges that are newer than this moment wait for the next turn.
                now = time.monotonic_ns()
                for fd, _ in self._epoll.poll(0):
                    if fd == self._end:
                        os.close(self._end)
                        return
                    edges += self._read(fd)
                edges.sort(key=lambda edge: edge[0].timestamp_ns)
                due = [edge for edge in edges if edge[0].timestamp_ns <= now]
                edges = edges[len(due) :]
                for event, handle in due:
                    try:
                        handle(event)
                    except BaseException:  # SystemExit too: a failing handler must not end the thread, as in lgpio
                        _report()

    def _read(self, fd: int) -> list[tuple[gpiod.EdgeEvent, Handle]]:
        if (watched := self._watched.get(fd)) is None:
            return []  # another thread is adding or removing it
        read, handle = watched
        try:
            return [(event, handle) for event in read()]
        except Exception:  # the chip is gone, and its descriptors would stay readable for ever
            self.remove(fd)
            _report()
            return []


def _report() -> None:
    hook: Any = threading.excepthook
    hook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
