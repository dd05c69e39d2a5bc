"""What commands cost that compute nothing: the CPU time of a process, against a bare Python's."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from .figure import Figure

TIMES = 20

#: As many times a bare Python's as half of what these commands took over it when they loaded everything.
TARGET = 4.3

COMMANDS = ["--help", "off", "table", "table xor"]


def figures() -> Iterator[Figure]:
    """Run the commands and a bare Python in turn."""
    bare: list[float] = []
    taken: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for number in range(TIMES + 1):
        found = [_cpu_ms("-c", ""), *(_cpu_ms("-m", "pigate", *command.split()) for command in COMMANDS)]
        if number:  # the first round only warms the file cache up
            for times, took in zip((bare, *taken.values()), found, strict=True):
                times.append(took)
    for command, times in taken.items():
        yield Figure(f"pigate {command}, CPU", "ms", times, 'python -c ""', bare, TARGET)


def _cpu_ms(*arguments: str) -> float:
    """Run this Python with nobody to read it; return its CPU time."""
    quiet = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_WRONLY, 0) for descriptor in (1, 2)]
    pid = os.posix_spawn(sys.executable, [sys.executable, *arguments], os.environ, file_actions=quiet)
    _, status, used = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return (used.ru_utime + used.ru_stime) * 1e3
