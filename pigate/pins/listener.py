"""The thread of a pin factory that calls the handlers of its pins."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Any

#: `Listener.close` waits this long for a handler to return, in seconds, and then leaves it running.
JOIN_TIMEOUT_S = 1.0


class Listener:
    """One thread that waits for edges on all pins that have a handler, and sleeps in between.

    Any thread may call the methods, the listener's own included.
    """

    def __init__(self) -> None:
        self._calls: dict[int, Callable[[], None]] = {}
        self._epoll = select.epoll()
        self._end = os.eventfd(0, os.EFD_CLOEXEC)
        self._epoll.register(self._end, select.EPOLLIN)
        self._thread = threading.Thread(target=self._run, name="gpiod edges", daemon=True)
        self._thread.start()

    def add(self, fd: int, call: Callable[[], None]) -> None:
        """Call `call` in the listener's thread whenever `fd` is readable."""
        self._calls[fd] = call
        self._epoll.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        """Stop watching `fd`, if it was added. Call this before closing it."""
        if self._calls.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def close(self) -> None:
        """End the thread, and wait for its end unless the caller is that thread."""
        os.eventfd_write(self._end, 1)
        if threading.current_thread() is not self._thread:
            self._thread.join(JOIN_TIMEOUT_S)

    def _run(self) -> None:
        with self._epoll:
            while True:
                for fd, events in self._epoll.poll():
                    if fd == self._end:
                        os.close(self._end)
                        return
                    if events & (select.EPOLLHUP | select.EPOLLERR):  # the chip is gone: readable for ever
                        self.remove(fd)
                    elif (call := self._calls.get(fd)) is not None:
                        _call(call)


def _call(call: Callable[[], None]) -> None:
    try:
        call()
    except BaseException:  # SystemExit too: a failing handler must not end the thread, as it does in lgpio
        hook: Any = threading.excepthook
        hook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
