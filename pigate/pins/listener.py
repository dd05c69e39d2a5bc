"""The thread that calls gpiozero's handlers when a line changes."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Any

#: A handler that does not return is not waited for longer than this: the program is ending.
PATIENCE_S = 1.0


class Listener:
    """One thread that waits for the edges of all pins that have a handler.

    It sleeps while no line changes. Any thread may call, the listener's own included.
    """

    def __init__(self) -> None:
        self._calls: dict[int, Callable[[], None]] = {}
        self._epoll = select.epoll()
        self._end = os.eventfd(0, os.EFD_CLOEXEC)
        self._epoll.register(self._end, select.EPOLLIN)
        self._thread = threading.Thread(target=self._run, name="gpiod edges", daemon=True)
        self._thread.start()

    def add(self, fd: int, call: Callable[[], None]) -> None:
        """Have `call` called in the listener's thread whenever `fd` is readable."""
        self._calls[fd] = call
        self._epoll.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        """Forget `fd`, if it was added; to be called before it is closed."""
        if self._calls.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def close(self) -> None:
        """End the thread, and wait for that unless it is the caller."""
        os.eventfd_write(self._end, 1)
        if threading.current_thread() is not self._thread:
            self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        with self._epoll:
            while True:
                for fd, events in self._epoll.poll():
                    if fd == self._end:
                        os.close(self._end)
                        return
                    if events & (select.EPOLLHUP | select.EPOLLERR):  # the chip is gone, and would say so for ever
                        self.remove(fd)
                    elif (call := self._calls.get(fd)) is not None:
                        _call(call)


def _call(call: Callable[[], None]) -> None:
    try:
        call()
    except BaseException:  # sys.exit() in a handler too
        # One faulty handler must not silence the other pins, as it does with lgpio.
        hook: Any = threading.excepthook
        hook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
