"""A run that cannot go on, or cannot start, ends with one line and an exit code."""

from __future__ import annotations

import json
import re
import subprocess
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
    script = FAILING.replace("pigate.gate.run.{what}", "pigate.gate.writer.snapshot_line")
    done = finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]])
    assert done.returncode == 1
    assert "injected" in done.stderr
    (states,) = re.findall(r"^LED (.*)$", done.stderr, re.MULTILINE)
    assert json.loads(states.lower())[-2:] == [True, False]


#: Runs the command on a simulated board whose `{what}` raises `{error}`, once the first line has come.
BROKEN = """
import errno, os, sys
import pigate.gate.run
from pigate.cli import main

class Broken(pigate.gate.run.SimulatedBoard):
    def {what}(self, *arguments):
        if self.factory.pin(18).state or {what!r} != "close":
            raise {error}
        return super().{what}(*arguments)

pigate.gate.run.SimulatedBoard = Broken
sys.exit(main(sys.argv[1:]))
"""


def broken(what: str, error: str) -> subprocess.CompletedProcess[str]:
    """Run on a board that breaks until it ends."""
    script = BROKEN.replace("{what!r}", repr(what)).replace("{what}", what).replace("{error}", error)
    return finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]], given=b"111\n")


@pytest.mark.parametrize("what", ["set_switches", "read", "show", "drain", "close"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("OSError(errno.ENODEV, 'No such device')", "No such device"),
        ("OSError(errno.EPIPE, 'Broken pipe')", "Broken pipe"),  # as a board on USB says; no reader has gone
        ("OSError('the chip is gone')", "the chip is gone"),
    ],
)
def test_a_board_that_fails_is_named_in_one_line(what: str, error: str, reason: str) -> None:
    """What the kernel refuses in the middle of a run, or at its end, ends it with one line about the board, and 1."""
    done = broken(what, error)
    assert done.returncode == 1
    assert one_complaint(done.stderr) == f"pigate: the board: {reason}"


def test_a_board_that_fails_leaves_the_leds_off() -> None:
    """A board that can no longer be read can still be switched off, and is."""
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


def test_decisions_made_before_the_board_failed_are_written() -> None:
    """The failure of one thing loses nothing of another."""
    assert broken("set_switches", "OSError(5, 'Input/output error')").stdout == "xor: 000 -> on\n"


@pytest.mark.parametrize("what", ["set_switches", "read", "close"])
def test_no_more_descriptors_is_nobodys_fault(what: str) -> None:
    """A process that has run out of descriptors blames neither the board nor standard output."""
    done = broken(what, "OSError(errno.EMFILE, os.strerror(errno.EMFILE))")
    assert done.returncode == 1
    assert one_complaint(done.stderr) == "pigate: Too many open files"


#: Runs the command in a child process each, once to load everything, and again with a limit of more and more
#: descriptors than are open then. Its standard error goes to a file of that number's name; prints the exit codes.
LIMITED = """
import os, resource, sys
from pigate.cli import main

def run(more):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    main(sys.argv[1:])
    os.dup2(os.open(f"{FOLDER}/{more}", os.O_WRONLY | os.O_CREAT), 2)
    number = len(os.listdir("/proc/self/fd")) - 1 + more
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))
    os._exit(main(sys.argv[1:]))

for more in range(24):
    if not (child := os.fork()):
        run(more)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_too_few_descriptors_are_called_that(tmp_path: Path) -> None:
    """However few descriptors there are, the run works or says in one line that there are too few of them."""
    script = LIMITED.replace("{FOLDER}", str(tmp_path))
    done = finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]])
    codes = [int(code) for code in done.stdout.split()]
    assert codes[0] != 0
    assert (codes[-1], len(codes)) == (0, 24)
    for more, code in enumerate(codes):
        told = (tmp_path / str(more)).read_text()
        if code:
            line = one_complaint(told)
            assert "Too many open files" in line
            assert "standard output" not in line
            assert "the board" not in line
        else:
            assert told.count("\n") == 2


#: Runs the command four times in one process, and says how many descriptors are open after each.
AGAIN = """
import os, sys
from pigate.cli import main
for _ in range(4):
    assert main(sys.argv[1:]) == 0
    print(len(os.listdir("/proc/self/fd")), file=sys.stderr)
"""


def test_a_run_gives_its_descriptors_back() -> None:
    """What a run opened is closed when it has ended: loop, board, writer and the rest."""
    done = finished(command=[sys.executable, "-c", AGAIN, *SIMULATED[len(PIGATE) :]])
    assert done.returncode == 0
    counts = [line for line in done.stderr.splitlines() if line.isdecimal()]
    assert len(counts) == 4
    assert len(set(counts)) == 1


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
