"""Telling systemd: sd_notify's protocol, a datagram a message."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from ..errors import one_line


class Notifier:
    """Sends to the socket in ``NOTIFY_SOCKET``; where systemd is not listening, to nobody.

    One thread at a time. A full or vanished socket loses the message and never delays the sender.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._socket: socket.socket | None = None
        if address.startswith(("/", "@")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
        self._address = "\0" + address[1:] if address.startswith("@") else address
        #: seconds within which systemd wants to hear ``WATCHDOG=1``; None for never
        self.watchdog_s: float | None = None
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        if self.listening and ours and environment.get("WATCHDOG_USEC", "").isdecimal():
            self.watchdog_s = int(environment["WATCHDOG_USEC"]) / 1e6 or None

    @property
    def listening(self) -> bool:
        """Whether a service manager asked to be told."""
        return self._socket is not None

    def send(self, *lines: str) -> None:
        """Send one message of lines such as ``READY=1``."""
        if self._socket is not None:
            try:
                self._socket.sendto("\n".join(map(one_line, lines)).encode(), self._address)
            except OSError:
                # Nobody is there to be told, and the gate must go on without.
                return

    def close(self) -> None:
        """Close the socket; may be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
