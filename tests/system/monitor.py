"""QEMU's own monitor, through which a machine's state is saved."""

import json
import shlex
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class MonitorError(AssertionError):
    """QEMU refused a command, or could not do it."""


class Monitor:
    """A conversation with a running QEMU: `{"execute"}` one way, `{"return"}` or `{"error"}` the other."""

    def __init__(self, path: Path) -> None:
        """Connect to the socket at `path`."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r")
        self._ask("qmp_capabilities")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._socket.close()

    def save_and_quit(self, memory: Path) -> None:
        """Write the memory and the devices' state to a file, the disks to theirs, and end QEMU."""
        self._ask("migrate-set-parameters", **{"max-bandwidth": 1 << 40})  # by default it is spared
        self._ask("migrate", uri=f"exec:cat > {shlex.quote(str(memory))}")
        while (status := self._ask("query-migrate").get("status")) != "completed":
            if status in ("failed", "cancelled"):
                raise MonitorError(f"the state could not be saved: {status}")
            time.sleep(0.1)
        self._ask("quit")

    def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        for line in self._lines:
            answer = json.loads(line)
            if "error" in answer:
                raise MonitorError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                returned: dict[str, Any] = answer["return"]
                return returned
        raise MonitorError(f"{command}: QEMU ended")
