"""Measuring a unit inside the machine: what it costs to idle, how fast it is, what it holds."""

import os
import statistics
import time
from pathlib import Path
from typing import TypedDict

from tests.system.guest import LED, LINES, SWITCHES, succeed
from tests.system.service import PEER_LED, PEER_SWITCHES, unit


class Idle(TypedDict):
    """A unit's cost while nothing happens, of all its threads."""

    #: context switches a second
    switches: float
    #: CPU seconds a second
    cpu: float


class Held(TypedDict):
    """What a unit holds at one moment."""

    memory_kb: int
    files: int
    #: lines in the journal, bytes of the journal's files
    journal_lines: int
    journal_bytes: int
    #: bytes that it has caused to be written to disks so far
    written: int


def idle(name: str, seconds: float) -> Idle:
    """Watch an idle unit for so long."""
    threads = [Path(path) for path in _threads(name)]
    cpu = Path("/sys/fs/cgroup", unit(name)["ControlGroup"].lstrip("/"), "cpu.stat")

    def now() -> tuple[int, int]:
        switches = sum(
            int(line.split()[1])
            for thread in threads
            for line in (thread / "status").read_text().splitlines()
            if "ctxt_switches" in line
        )
        return switches, int(cpu.read_text().split()[1])

    switches, used = now()
    time.sleep(seconds)
    switches_after, used_after = now()
    return {
        "switches": (switches_after - switches) / seconds,
        "cpu": (used_after - used) / 1e6 / seconds,
    }


def edges_to_leds(rounds: int) -> tuple[float, float]:
    """Measure the service and the peer in turn; their median times from switch to LED, in seconds."""
    service, peer = [], []
    for _ in range(rounds):
        succeed("systemctl", "kill", "--signal=STOP", "peer")  # its idling would slow the other
        service += _edge_to_led(20, SWITCHES[0], LED)
        succeed("systemctl", "kill", "--signal=CONT", "peer")
        peer += _edge_to_led(20, PEER_SWITCHES[0], PEER_LED)
    return statistics.median(service), statistics.median(peer)


def _edge_to_led(count: int, switch: int, pin: int) -> list[float]:
    """Flip a switch and watch its LED, through files that stay open: opening them takes longer than an edge."""
    delays = []
    with (
        (LINES / f"sim_gpio{switch}" / "pull").open("wb", 0) as pull,
        (LINES / f"sim_gpio{pin}" / "value").open() as led,
    ):
        for flip in range(count):
            closed, lit = (b"pull-down", b"1") if flip % 2 == 0 else (b"pull-up", b"0")
            time.sleep(0.05)
            began = time.perf_counter()
            os.pwrite(pull.fileno(), closed, 0)
            while os.pread(led.fileno(), 1, 0) != lit:
                if time.perf_counter() > began + 10:
                    raise AssertionError(f"LED {pin} did not come to {lit.decode()}")
            delays.append(time.perf_counter() - began)
    return delays


def held(name: str) -> Held:
    """What a unit holds now."""
    process = Path("/proc", unit(name)["MainPID"])
    rollup = dict(line.split()[:2] for line in (process / "smaps_rollup").read_text().splitlines()[1:])
    written = dict(line.split() for line in (process / "io").read_text().splitlines())
    succeed("journalctl", "--sync")
    return {
        "memory_kb": int(rollup["Rss:"]),
        "files": len(os.listdir(process / "fd")),
        "journal_lines": len(succeed("journalctl", "--unit", name).splitlines()),
        "journal_bytes": sum(file.stat().st_size for file in Path("/var/log/journal").rglob("*.journal")),
        "written": int(written["write_bytes:"]),
    }


def _threads(name: str) -> list[str]:
    return [str(path) for path in Path("/proc", unit(name)["MainPID"], "task").iterdir()]
