from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .process import PATIENCE_S


class Manager:
    """Plays systemd: a datagram socket that hears messages in order."""

    def __init__(self, address: str, messages: queue.Queue[str]) -> None:
        self.address = address
        self._messages = messages

    def hears(self, watchdog: bool = False) -> str:
        """Return the next message; those of the watchdog only when asked for."""
        end = time.monotonic() + PATIENCE_S
        while (message := self._messages.get(timeout=PATIENCE_S)) == "WATCHDOG=1" and not watchdog:
            assert time.monotonic() < end, "only the watchdog's messages came"
        return message

    def hears_a_reload(self) -> None:
        """See that the next message begins a reload, as systemd's protocol has it."""
        assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", self.hears())


@contextmanager
def listening(folder: str) -> Iterator[Manager]:
    """Listen at a socket in a folder, in a thread: it holds ten messages, and a run drops what finds it full."""
    address = f"{folder}/notify"
    messages: queue.Queue[str] = queue.Queue()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(address)

        def receive() -> None:
            while message := server.recv(65536):
                messages.put(message.decode())

        thread = threading.Thread(target=receive)
        thread.start()
        try:
            yield Manager(address, messages)
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(b"", address)
            thread.join()
