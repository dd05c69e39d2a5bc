"""A run on pins, as `--board gpio` does, but mock ones."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from .hands import on_pins
from .manager import Manager
from .process import decided, started


def test_on_pins_each_settled_change_is_a_decision_and_chatter_is_told_once(tmp_path: Path) -> None:
    """One decision at the start and one for each change; chatter is undecided, named in one line, and heals."""
    with started("--json", command=on_pins(tmp_path)) as gate:
        assert gate.line() == decided("000")
        gate.flip("17 on")
        assert gate.line() == decided("100")
        gate.flip("17 on")  # no change, no decision
        gate.flip("27 on")
        assert gate.line() == decided("110")
        for _ in range(2):  # the second time within the hour is not told again
            gate.flip("17 chatter")
            while "undecided" not in gate.line():
                pass
            gate.flip("17 on")
            while gate.line() != decided("110"):
                pass
        code, err = gate.end(signal.SIGTERM)
        assert code == 0
        assert [line for line in err.splitlines() if "rest" in line] == [
            "GPIO 17 does not come to rest: undecided until it does (look for a loose wire)"
        ]


def test_a_service_on_pins_writes_nothing_for_a_flip_and_names_its_outputs_while_it_has_them(
    manager: Manager, tmp_path: Path
) -> None:
    """Without --json a flip changes the status alone; the outputs are named for `pigate off` until they are off."""
    named = tmp_path / "outputs.json"
    with started(command=on_pins(tmp_path), NOTIFY_SOCKET=manager.address, RUNTIME_DIRECTORY=str(tmp_path)) as gate:
        while manager.hears() != "STATUS=xor: 000 -> on":
            pass
        assert json.loads(named.read_text()) == [18]
        gate.flip("17 on")
        assert manager.hears() == "STATUS=xor: 100 -> off"
        gate.process.send_signal(signal.SIGTERM)
        assert manager.hears().startswith("STOPPING=1")
        code, err = gate.end()
        assert code == 0
        assert len(err.splitlines()) == 2
        assert gate.process.stdout is not None
        assert gate.process.stdout.read() == b""
        assert not named.exists()
