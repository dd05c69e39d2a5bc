"""Teaching a real run: by its button, by commands and a reload; killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pigate.learning.tables import TruthTable, every_levels

from .hands import on_pins
from .manager import Manager
from .process import NO_PAGE, PATIENCE_S, PIGATE, Gate, config, environment, started

PINS = (17, 27, 22)
XOR, PARITY = TruthTable.named("xor"), TruthTable.named("parity")

#: A press of a second is neither a glitch nor a hold, however late a busy machine sees it.
PRESS_S = 1.0


def next_decision(gate: Gate, levels: str) -> tuple[str, bool]:
    """Return the next decision for these levels, and whether it is of a taught row."""
    while (found := json.loads(gate.line()))["levels"] != levels:
        pass
    return found["decision"][0], found["taught"]


def set_to(gate: Gate, before: str, levels: str) -> str:
    """Move the switches from what they were; return the decision."""
    for gpio, was, level in zip(PINS, before, levels, strict=True):
        if was != level:
            gate.flip(f"{gpio} {'on' if level == '1' else 'off'}")
    return next_decision(gate, levels)[0]


def test_parity_taught_onto_xor_outlasts_a_kill(tmp_path: Path) -> None:
    """Row by row, the button makes parity of xor; the gate, killed and started again, is parity."""
    command = on_pins(tmp_path, "[board]\nteach = 23\n")
    state = str(tmp_path / "state")
    with started("--json", command=command, STATE_DIRECTORY=state) as gate:
        levels = "000"
        assert next_decision(gate, levels)[0] == "on"
        for after in every_levels(3):
            decided = set_to(gate, levels, after) if after != levels else "on"
            levels = after
            if (decided == "on") is not (PARITY[levels] == "1"):
                gate.flip("23 on")
                time.sleep(PRESS_S)
                gate.flip("23 off")
                assert next_decision(gate, levels) == ("off" if decided == "on" else "on", True)
        _, err = gate.end(signal.SIGKILL)
        assert "Traceback" not in err
    with started("--json", command=command, STATE_DIRECTORY=state) as gate:
        levels = "000"
        assert next_decision(gate, levels)[0] == "off"
        for after in list(every_levels(3))[1:]:
            assert (set_to(gate, levels, after) == "on") is (PARITY[after] == "1")
            levels = after
        _, err = gate.end(signal.SIGTERM)
        assert "xor as taught is learned" in err


def typed(folder: Path, *arguments: str, **more: str) -> str:
    """Run a command to its end, and return what it printed."""
    done = subprocess.run(
        [*PIGATE, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=environment(**more),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_commands_reach_a_running_gate_by_its_reload(manager: Manager, tmp_path: Path) -> None:
    """What `pigate teach` and `forget` change is taken up by a reload, and stands in the status."""
    path = config(tmp_path, "")
    state = str(tmp_path / "state")
    with started("--json", "--config", path, NOTIFY_SOCKET=manager.address, STATE_DIRECTORY=state) as gate:
        assert next_decision(gate, "000")[0] == "on"
        assert typed(tmp_path, "teach", "000", "0", "--config", path, STATE_DIRECTORY=state) == str(
            TruthTable({**XOR, "000": "0"})
        )
        gate.process.send_signal(signal.SIGHUP)
        assert next_decision(gate, "000")[0] == "off"
        while manager.hears() != "STATUS=xor as taught: 000 -> off":
            pass
        assert typed(tmp_path, "table", "--taught", "--config", path, STATE_DIRECTORY=state).startswith("000 0\n")
        typed(tmp_path, "forget", "--config", path, STATE_DIRECTORY=state)
        gate.process.send_signal(signal.SIGHUP)
        assert next_decision(gate, "000")[0] == "on"
        assert typed(tmp_path, "table", "--taught", "--config", path, STATE_DIRECTORY=state) == str(XOR)
        # Another table: what was taught of this one is set aside, in one line.
        typed(tmp_path, "teach", "000", "0", "--config", path, STATE_DIRECTORY=state)
        config(tmp_path, "[table]\nname = 'parity'\n")
        gate.process.send_signal(signal.SIGHUP)
        assert next_decision(gate, "000")[0] == "off"
        _, err = gate.end(signal.SIGTERM)
        assert err.count("another configured table") == 1
    (aside,) = os.listdir(tmp_path / "state")
    assert aside.startswith("taught.2")


def test_a_reload_that_fails_sets_nothing_aside(manager: Manager, tmp_path: Path) -> None:
    """A new table that cannot be learned leaves the old gate, its corrections and their file."""
    path = config(tmp_path, "")
    state = str(tmp_path / "state")
    typed(tmp_path, "teach", "000", "0", "--config", path, STATE_DIRECTORY=state)
    with started("--json", "--config", path, NOTIFY_SOCKET=manager.address, STATE_DIRECTORY=state) as gate:
        assert next_decision(gate, "000")[0] == "off"
        config(tmp_path, "[table]\nname = 'parity'\n[training]\nhidden = []\nepochs = 20\n")
        gate.process.send_signal(signal.SIGHUP)
        while "old gate goes on" not in manager.hears():
            pass
        assert os.listdir(tmp_path / "state") == ["taught.json"]
        _, err = gate.end(signal.SIGTERM)
        assert "another configured table" not in err


def test_what_cannot_be_learned_any_more_says_what_helps(tmp_path: Path) -> None:
    """Settings by which the taught table is not learned end the start with 78, and a line names `pigate forget`."""
    state = str(tmp_path / "state")
    (tmp_path / "and.toml").write_text(f"[table]\nname = 'and'\n{NO_PAGE}")
    typed(tmp_path, "teach", "000", "1", "--config", "and.toml", STATE_DIRECTORY=state)
    (tmp_path / "and.toml").write_text(f"[table]\nname = 'and'\n[training]\nhidden = []\nepochs = 20\n{NO_PAGE}")
    command = [*PIGATE, "run", "--board", "simulated"]
    with started("--config", str(tmp_path / "and.toml"), command=command, STATE_DIRECTORY=state) as gate:
        code, err = gate.end()
    assert code == 78
    assert err.splitlines()[-1] == "  to drop what was taught: pigate forget"
    typed(tmp_path, "forget", "--config", "and.toml", STATE_DIRECTORY=state)
    typed(tmp_path, "check", "--config", "and.toml", STATE_DIRECTORY=state)


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["teach", "10", "1"], 2, "'10' is no row of xor: give 3 of 0 and 1"),
        (["teach", "101", "2"], 2, "'2': give 1 of 0 and 1, or - for a row that is not taught"),
        (["table", "xor", "--taught"], 2, "--taught is for the configured table"),
        (["table", "--inputs", "2", "--taught"], 2, "--taught is for the configured table"),
        (["table", "--config", "none.toml"], 2, "--config is for --taught"),
        (["teach", "101", "1", "--config", "none.toml"], 78, "none.toml: No such file"),
        (["forget", "--config", "none.toml"], 78, "none.toml: No such file"),
        (["key", "--config", "none.toml"], 78, "none.toml: No such file"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, arguments: list[str], code: int, reason: str) -> None:
    """A mistake at the keyboard costs one line, and leaves nothing on the disk."""
    done = subprocess.run(
        [*PIGATE, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env=environment(STATE_DIRECTORY=str(tmp_path / "state")),
    )
    assert (done.returncode, done.stdout) == (code, "")
    (line,) = done.stderr.splitlines()
    assert reason in line
    assert os.listdir(tmp_path) == []


def test_key_prints_a_link(tmp_path: Path) -> None:
    """The link has the page's address and the key, the same each time; it says where the page takes none."""
    state = str(tmp_path / "state")
    (tmp_path / "teach.toml").write_text("[web]\nhost = '::1'\nport = 8123\nteach = true\n")
    link = typed(tmp_path, "key", "--config", "teach.toml", STATE_DIRECTORY=state)
    assert link.startswith("http://[::1]:8123/#key=")
    assert json.loads(typed(tmp_path, "key", "--json", "--config", "teach.toml", STATE_DIRECTORY=state)) == {
        "link": link.strip()
    }
    assert (tmp_path / "state" / "key").read_text().strip() == link.strip().partition("=")[2]
