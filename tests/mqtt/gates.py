"""Gates as people run them, on a broker."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from ..gate.run.process import PATIENCE_S, PIGATE, XOR, Gate, config, started

#: What was read of each gate's standard error, and is not looked at yet.
_RESTS: WeakKeyDictionary[Gate, bytes] = WeakKeyDictionary()

SIMULATED = [*PIGATE, "run", "--board", "simulated"]


def settings(port: int, name: str, table: str = "xor", inputs: str = "[17, 27, 22]", more: str = "") -> str:
    """Return a configuration of a gate on a broker; `more` goes into [mqtt]."""
    table = table if "=" in table else f'name = "{table}"'
    host = "localhost" if "ca_file" in more else "127.0.0.1"  # what the certificate is for
    return (
        f"[table]\n{table}\n[board]\ninputs = {inputs}\nsettle_s = 0.0\n"
        f'[mqtt]\nhost = "{host}"\nport = {port}\nid = "{name}"\n{more}'
    )


@contextmanager
def gate(folder: Path, text: str, name: str = "gate") -> Iterator[Gate]:
    """Run a gate on a simulated board, with its decisions as lines of JSON; say when it has made the first."""
    path = config(folder, text, f"{name}.toml")
    with started("--config", path, "--json", command=SIMULATED) as one:
        one.line()
        yield one


def decided(gate: Gate) -> Any:
    """Return the next decision."""
    return json.loads(gate.line())


def until_decided(gate: Gate, levels: str, decision: str) -> None:
    """Read decisions until this one."""
    while (found := decided(gate))["levels"] != levels or found["decision"] != [decision]:
        pass


def heard(gate: Gate, words: str) -> str:
    """Return the next line on standard error that has these words."""
    assert gate.process.stderr is not None
    descriptor, end = gate.process.stderr.fileno(), time.monotonic() + PATIENCE_S
    rest = _RESTS.pop(gate, b"")
    while True:
        line, newline, rest = rest.partition(b"\n")
        if newline and words in line.decode():
            _RESTS[gate] = rest
            return line.decode()
        if not newline:
            assert select.select([descriptor], [], [], max(0, end - time.monotonic()))[0], f"nobody said {words!r}"
            piece = os.read(descriptor, 65536)
            assert piece, f"it ended without {words!r}"
            rest = line + piece


def is_true(found: dict[str, bytes], levels: str, name: str = "a") -> bool:
    """Say whether what the broker has of a gate of the table xor is what these levels make it think."""
    (decision,) = XOR.decide(levels)[1]
    shown = [found.get(f"pigate/{name}/input/{n}") for n in (1, 2, 3)]
    state = json.loads(found.get(f"pigate/{name}/state", b"{}"))
    return (
        found.get(f"pigate/{name}/output/1") == decision.upper().encode()
        and shown == [b"ON" if level == "1" else b"OFF" for level in levels]
        and (state.get("levels"), state.get("decision")) == (levels, [decision])
        and found.get(f"pigate/{name}/availability") == b"online"
    )


def children(gate: Gate) -> list[int]:
    """Return the processes that a gate has started."""
    lists = Path(f"/proc/{gate.process.pid}/task").glob("*/children")
    return sorted({int(pid) for path in lists for pid in path.read_text().split()})
