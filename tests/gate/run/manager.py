from __future__ import annotations

import re
import socket
import time

from .process import PATIENCE_S


class Manager:
    """Plays systemd: a datagram socket that hears messages in order."""

    def __init__(self, server: socket.socket, address: str) -> None:
        self._server = server
        self.address = address

    def hears(self, watchdog: bool = False) -> str:
        """Return the next message; those of the watchdog only when asked for."""
        end = time.monotonic() + PATIENCE_S
        while (message := self._server.recv(65536).decode()) == "WATCHDOG=1" and not watchdog:
            assert time.monotonic() < end, "only the watchdog's messages came"
        return message

    def hears_a_reload(self) -> None:
        """See that the next message begins a reload, as systemd's protocol has it."""
        assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", self.hears())
