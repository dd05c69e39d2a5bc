"""`pigate run` from outside: real processes, real signals, real sockets, real terminals."""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pigate.learning.tables import TruthTable
from pigate.learning.training import Trained, train

PATIENCE_S = 60
PIGATE = [sys.executable, "-m", "pigate"]
SIMULATED = [*PIGATE, "run", "--board", "simulated"]

#: Starts pigate as the command does, and says when pigate catches signals: what happens to Python before
#: that is not pigate's.
STARTING = """
import os, runpy
from pigate.gate import signals
catch = signals.interrupt_at_once
signals.interrupt_at_once = lambda: (catch(), os.write(2, b'up\\n'))
runpy.run_module('pigate', run_name='__main__', alter_sys=True)
"""
UP = [sys.executable, "-c", STARTING]

#: The page is another room: here it would only take a port.
NO_PAGE = "\n[web]\nenabled = false\n"

XOR = train(TruthTable.named("xor"))


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that nobody manages and whose output is buffered as usual."""
    dropped = ("PYTHONUNBUFFERED", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "RUNTIME_DIRECTORY")
    return {key: value for key, value in os.environ.items() if key not in dropped} | more


def decided(levels: str, trained: Trained = XOR) -> str:
    """Return the line of JSON that these levels get."""
    prediction, decision = trained.decide(levels)
    return json.dumps(
        {
            "levels": levels,
            "prediction": list(prediction),
            "decision": list(decision),
            "taught": levels in trained.table.rows,
        }
    )


def finished(
    *arguments: str, given: bytes = b"", command: list[str] = SIMULATED, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end on these bytes as a pipe."""
    done = subprocess.run(
        [*command, *arguments], input=given, capture_output=True, timeout=PATIENCE_S, env=environment(**more)
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
    )


class Gate:
    """A running `pigate run`, whose output is read with a patience."""

    def __init__(self, process: subprocess.Popen[bytes], output: int) -> None:
        self.process = process
        self._output = output
        self._rest = ""

    def until(self, pattern: str, descriptor: int | None = None) -> str:
        """Read standard output (or another descriptor) until the pattern is found; return all up to its end."""
        descriptor = self._output if descriptor is None else descriptor
        while not (found := re.search(pattern, self._rest)):
            assert select.select([descriptor], [], [], PATIENCE_S)[0], f"nothing came after {self._rest!r}"
            piece = os.read(descriptor, 65536)
            assert piece, f"it ended after {self._rest!r}"
            self._rest += piece.decode(errors="replace")
        text, self._rest = self._rest[: found.end()], self._rest[found.end() :]
        return text

    def line(self) -> str:
        """Return the next line of standard output."""
        return self.until("\n")[:-1]

    def flip(self, levels: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{levels}\n".encode())
        self.process.stdin.flush()

    def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Send a signal, if any, and return the exit code and what stood on standard error."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        return code, self.process.stderr.read().decode() if self.process.stderr is not None else ""


@contextmanager
def started(
    *arguments: str,
    command: list[str] = SIMULATED,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    first: Callable[[], object] | None = None,
    pass_fds: tuple[int, ...] = (),
    **more: str,
) -> Iterator[Gate]:
    """Start a run with pipes, after `first` in its process; kill it if it is still there at the end."""
    with subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        preexec_fn=first,
        pass_fds=pass_fds,
        env=environment(**more),
    ) as process:
        try:
            yield Gate(process, process.stdout.fileno() if process.stdout is not None else -1)
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # nobody reads what was still to be typed
                if process.stdin is not None:
                    process.stdin.close()


def waiting(descriptor: int) -> int:
    """Return how many bytes there are to be read from a pipe."""
    count = bytearray(4)
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return int.from_bytes(count, sys.byteorder)


def pipe_of_a_page() -> tuple[int, int]:
    """Return the ends of a pipe that holds 4 KiB."""
    ear, mouth = os.pipe()
    fcntl.fcntl(mouth, fcntl.F_SETPIPE_SZ, 4096)
    return ear, mouth


def fill(mouth: int) -> None:
    """Write to a pipe until it holds no more, and leave it as blocking as it was."""
    own = os.open(f"/proc/self/fd/{mouth}", os.O_WRONLY | os.O_NONBLOCK)  # another description of the same pipe
    with suppress(BlockingIOError):
        while True:
            os.write(own, b"x")
    os.close(own)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def config(folder: Path, text: str, name: str = "pigate.toml") -> str:
    """Write a configuration in one step, as an editor does, with a page if it speaks of one; return its path."""
    (folder / "new").write_text(text if "[web]" in text else text + NO_PAGE)
    os.replace(folder / "new", folder / name)
    return str(folder / name)


def one_complaint(text: str) -> str:
    """Return the one line that complains; there is no other, no traceback, and after it only what helps, indented."""
    assert "Traceback" not in text
    (line,) = [line for line in text.splitlines() if line.startswith("pigate: ")]
    assert [line for line in text.splitlines() if not line.startswith("  ")][-1] == line
    return line


NEVER_LEARNED = """
[training]
hidden = [64, 64]
rule = "plain"
learning_rate = 0.0001
starts = 50
epochs = 1000000
"""
