"""What a process takes: the time until it is ready, its memory, and what it does while nothing happens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from .figure import Figure

TIMES = 15
IDLE_S = 10.0

#: Each says that it is ready with a line on standard output, and waits.
IMPORTS = "import numpy, gpiozero; print(flush=True); input()"
SOURCE = """
from gpiozero import LED, Button, Device
from gpiozero.pins.mock import MockFactory
Device.pin_factory = MockFactory()
led, button = LED(18), Button(17)
led.source = button
print(flush=True)
input()
"""


def figures() -> Iterator[Figure]:
    """Start pigate and its peer in turn, then let each be idle for a while."""
    ready: list[list[float]] = [[], []]
    memory: list[list[float]] = [[], []]
    processes: list[Callable[[], AbstractContextManager[int]]] = [_pigate, partial(_python, IMPORTS)]
    for number in range(TIMES + 1):
        for i, process in enumerate(processes):
            begin = time.perf_counter()
            with process() as pid:
                if number:  # the first round only warms the file cache up
                    ready[i].append((time.perf_counter() - begin) * 1e3)
                    memory[i].append(_largest_mb(pid))
    imports = 'python -c "import numpy, gpiozero"'
    yield Figure("start to ready", "ms", ready[0], imports, ready[1], 1.4)
    yield Figure("memory, largest", "MB", memory[0], imports, memory[1], 1.2)
    with _pigate() as pid:
        ours = _idle(pid)
    with _python(SOURCE) as pid:
        theirs = _idle(pid)
    peer = "gpiozero led.source = button"
    yield Figure("idle wake-ups, all threads", "/s", [ours[0]], peer, [theirs[0]], limit=2)
    yield Figure("idle CPU", "% of a core", [ours[1]], peer, [theirs[1]])


@contextmanager
def _pigate() -> Iterator[int]:
    """Run the simulated board; yield its process's number once it has told systemd that it is ready."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        settings, address = Path(folder, "pigate.toml"), f"{folder}/notify"
        settings.write_text("[web]\nenabled = false\n")  # as on a real board: the gate alone
        command = [
            str(Path(sys.executable).with_name("pigate")),
            "run",
            "--board",
            "simulated",
            "--config",
            str(settings),
        ]
        systemd.bind(address)
        with _started(command, NOTIFY_SOCKET=address) as process:
            while not systemd.recv(4096).startswith(b"READY=1"):
                pass
            yield process.pid


@contextmanager
def _python(code: str) -> Iterator[int]:
    """Run a Python program; yield its process's number once it has printed a line."""
    with _started([sys.executable, "-c", code]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


@contextmanager
def _started(command: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=os.environ | environment
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _largest_mb(pid: int) -> float:
    # Not wait4's figure, in which a child inherits the memory of the parent that it was forked from.
    return _status(Path(f"/proc/{pid}/status"), "VmHWM") / 1024


def _idle(pid: int) -> tuple[float, float]:
    """Return context switches a second, and CPU in percent of a core, while nothing happens."""
    time.sleep(1)  # what belongs to the start should be over
    begin = time.perf_counter()
    switches, busy = _spent(pid)
    time.sleep(IDLE_S)
    more, busier = _spent(pid)
    seconds = time.perf_counter() - begin
    return (more - switches) / seconds, (busier - busy) / seconds * 100


def _spent(pid: int) -> tuple[int, float]:
    """Return the context switches and the seconds of CPU of all threads so far."""
    switches, nanoseconds = 0, 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = task / "status"
        switches += _status(status, "voluntary_ctxt_switches") + _status(status, "nonvoluntary_ctxt_switches")
        nanoseconds += int((task / "schedstat").read_text().split()[0])
    return switches, nanoseconds / 1e9


def _status(path: Path, key: str) -> int:
    """Return a number from a status file of /proc."""
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{key}:"))
    return int(line.split()[1])
