"""Telling systemd how the service is: sd_notify's protocol, a datagram a message."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

from ..errors import one_line

#: Characters of a line: the kernel refuses a datagram that is larger than its buffer, so a longer line loses its end.
MAX_LINE = 2000


class Systemd:
    """Speaks to the socket in ``NOTIFY_SOCKET``; where no service manager listens, to nobody.

    Any thread may call. A full or vanished socket loses the message and never delays the sender.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._socket: socket.socket | None = None
        if address.startswith(("/", "@")):
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
        self._address = "\0" + address[1:] if address.startswith("@") else address
        #: stands behind every status, in brackets
        self.note = ""
        #: seconds within which systemd wants to hear ``WATCHDOG=1``; None for never
        self.watchdog_s: float | None = None
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        if self.listening and ours and environment.get("WATCHDOG_USEC", "").isdecimal():
            self.watchdog_s = int(environment["WATCHDOG_USEC"]) / 1e6 or None

    @property
    def listening(self) -> bool:
        """Whether a service manager asked to be told."""
        return self._socket is not None

    def ready(self, status: str) -> None:
        """Say that the service works, at the start or after a reload."""
        self._send("READY=1", self._status(status))

    def status(self, status: str) -> None:
        """Give the line that ``systemctl status`` shows."""
        self._send(self._status(status))

    def reloading(self) -> None:
        """Say that a reload has begun; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that the service is ending."""
        self._send("STOPPING=1", "STATUS=stopping, LEDs off")

    def watchdog(self) -> None:
        """Say that the loop is alive."""
        self._send("WATCHDOG=1")

    def extend_timeout(self, seconds: int, status: str | None = None) -> None:
        """Ask for more time to start, to reload or to stop."""
        self._send(*([] if status is None else [f"STATUS={status}"]), f"EXTEND_TIMEOUT_USEC={seconds * 1_000_000}")

    def _status(self, status: str) -> str:
        return f"STATUS={status} ({self.note})" if self.note else f"STATUS={status}"

    def _send(self, *lines: str) -> None:
        """Send one message."""
        if self._socket is not None:
            try:
                self._socket.sendto("\n".join(one_line(line)[:MAX_LINE] for line in lines).encode(), self._address)
            except OSError:
                return  # nobody listens any more, and the gate goes on without

    def close(self) -> None:
        """Close the socket; may be called twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
