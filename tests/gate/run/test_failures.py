"""A run that cannot go on, or cannot start, ends with one line and an exit code."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from .process import PIGATE, SIMULATED, config, finished, one_complaint

#: Runs the command with a thread that fails, and says afterwards what became of the LED and what it did before.
FAILING = """
import sys
import pigate.gate.run
from pigate.cli import main

def fail(*_):
    raise ValueError("injected")

pins = []
board_class = pigate.gate.run.SimulatedBoard

class Seen(board_class):
    def __init__(self, settings):
        super().__init__(settings)
        pins.append(self.factory.pin(18))

pigate.gate.run.SimulatedBoard = Seen
pigate.gate.run.{what} = fail
try:
    code = main([*sys.argv[1:], "--json"])
finally:
    (led,) = pins
    states = [state.state for state in led.states]
    print("LED", [state for state in states], file=sys.stderr)
sys.exit(code)
"""


def test_a_thread_that_fails_ends_the_run_with_the_leds_off() -> None:
    """Half a gate is worse than none: the process ends, not with 0, and the LED that was on is off."""
    done = finished(command=[sys.executable, "-c", FAILING.replace("{what}", "obey"), *SIMULATED[len(PIGATE) :]])
    assert done.returncode == 1
    assert "injected" in done.stderr
    (states,) = re.findall(r"^LED (.*)$", done.stderr, re.MULTILINE)
    assert json.loads(states.lower())[-2:] == [True, False]


def test_a_writer_that_fails_ends_the_run_too() -> None:
    """The thread of standard output is watched as the others are."""
    script = FAILING.replace("pigate.gate.run.{what}", "pigate.gate.console.snapshot_line")
    done = finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]])
    assert done.returncode == 1
    assert "injected" in done.stderr
    (states,) = re.findall(r"^LED (.*)$", done.stderr, re.MULTILINE)
    assert json.loads(states.lower())[-2:] == [True, False]


def test_a_board_that_fails_while_it_runs_is_one_line() -> None:
    """What the kernel refuses in the middle of a run ends it with one line about the board, and the LEDs off."""
    script = FAILING.replace("pigate.gate.run.{what} = fail", "").replace(
        "class Seen(board_class):",
        "class Seen(board_class):\n"
        "    def set_switches(self, levels):\n        raise OSError(5, 'Input/output error')\n",
    )
    done = finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]], given=b"111\n")
    assert done.returncode == 1
    complaint, led = done.stderr.splitlines()[-2:]
    assert complaint == "pigate: the board: Input/output error"
    assert led.endswith("False]")


def test_no_pins_here_is_69() -> None:
    """--board gpio on a machine without a Pi's pins is one line that says what to type instead, and exit code 69."""
    done = finished("--board", "gpio")
    assert done.returncode == 69
    assert "pigate run --board simulated" in one_complaint(done.stderr)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[training]\nhidden = []\nepochs = 100\n", "not learned after 100 epochs"),
        ("[board]\ninputs = [17, 17, 22]\n", "GPIO 17 is used twice"),
        ("nonsense", "Expected '='"),
    ],
)
def test_a_configuration_that_cannot_work_is_78(tmp_path: Path, text: str, reason: str) -> None:
    """An unlearnable table or a broken configuration is one line and exit code 78, before any decision."""
    done = finished("--config", config(tmp_path, text))
    assert done.returncode == 78
    assert reason in one_complaint(done.stderr)
    assert done.stdout == ""
