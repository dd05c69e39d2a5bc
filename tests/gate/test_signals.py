"""Before there is a run a signal ends the process at once; then signals are data. Each test has its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENDING = [signal.SIGTERM, signal.SIGINT]
ALL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
RUN = "import os, signal\nfrom pigate.gate.signals import Signals, interrupt_at_once, ignore\n"


def ended(program: str, *, service: bool = False) -> tuple[int, str, str]:
    """Run a program in a fresh Python; return its exit code and what it wrote."""
    environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    if service:
        environment["NOTIFY_SOCKET"] = "/run/systemd/notify"
    done = subprocess.run(
        [sys.executable, "-c", RUN + program], input="", capture_output=True, text=True, env=environment
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("number", ALL)
def test_before_anybody_receives_a_signal_ends_the_process_well(number: signal.Signals) -> None:
    """SIGTERM, SIGINT and, in a terminal, SIGHUP end a run that is still starting at once with exit code 0."""
    assert ended(f"Signals(); signal.raise_signal({number}); print('goes on')") == (0, "", "")


@pytest.mark.parametrize("number", ENDING)
def test_a_reload_asked_for_during_the_start_is_no_end(number: int) -> None:
    """Under a service manager SIGHUP means reload, and what starts reads the latest configuration anyway."""
    program = "Signals(); signal.raise_signal(signal.SIGHUP); print('goes on', flush=True)\n"
    assert ended(f"{program}signal.raise_signal({number}); print('on')", service=True) == (0, "goes on\n", "")


def test_once_received_signals_are_data() -> None:
    """With a receiver every signal is handed over, in order, and ends nothing by itself."""
    program = f"signals = Signals(); heard = []; signals.receive = heard.append\nfor n in {[int(n) for n in ALL * 2]}:"
    code, out, err = ended(program + " signal.raise_signal(n)\nprint(*map(int, heard))")
    assert (code, out.split(), err) == (0, [str(int(n)) for n in ALL * 2], "")


def test_reading_a_terminal_from_the_background_stops_nobody() -> None:
    """SIGTTIN, whose default is to stop the process, is ignored."""
    assert ended("Signals(); signal.raise_signal(signal.SIGTTIN); print('goes on')") == (0, "goes on\n", "")


def test_a_command_is_interrupted_at_once() -> None:
    """Ctrl-C ends a command with 130 and no word, whatever would catch an exception."""
    program = "interrupt_at_once()\ntry: signal.raise_signal(signal.SIGINT)\nexcept BaseException: print('caught')"
    assert ended(program) == (130, "", "")


@pytest.mark.parametrize("handlers", ["Signals()", "interrupt_at_once()"])
@pytest.mark.parametrize("number", ALL)
def test_a_signal_ignored_at_the_start_stays_ignored(handlers: str, number: int) -> None:
    """What `nohup` or a shell's `&` had ignored ends neither a run nor a command."""
    program = f"signal.signal({number}, signal.SIG_IGN); {handlers}; signal.raise_signal({number}); print('goes on')"
    assert ended(program) == (0, "goes on\n", "")


def test_an_ending_process_ignores_signals() -> None:
    """What ends already is not disturbed."""
    program = "interrupt_at_once(); Signals(); ignore()\n"
    assert ended(program + "for n in (2, 15, 1): signal.raise_signal(n)\nprint('ends')") == (0, "ends\n", "")


#: Runs a command in a child process each with Ctrl-C at another import of its start: at all that a library's C makes,
#: in the midst of being loaded itself, and at some of the others. Prints how many there were, and how each child ended.
AIMED = """
import builtins, json, sys
from pigate.__main__ import main

sys.argv = ['pigate', *{arguments}]
original, imports, by_c, aim = builtins.__import__, 0, [], None

def counted(*arguments, **more):
    global imports
    imports += 1
    if imports == aim:
        signal.raise_signal(signal.SIGINT)
    if sys._getframe(1).f_globals.get('__name__') == 'importlib._bootstrap':  # C has no frame of its own
        by_c.append(imports)
    return original(*arguments, **more)

def ended(moment, then=lambda: None):
    global aim
    aim = moment
    sys.stdout.flush()
    if not (child := os.fork()):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        builtins.__import__ = counted
        code = main()
        then()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

ear, mouth = os.pipe()
assert ended(None, lambda: os.write(mouth, json.dumps([imports, by_c]).encode())) == 0
all_of_them, by_c = json.loads(os.read(ear, 65536))
moments = sorted({*by_c, *range(1, all_of_them, all_of_them // 8)})
print(json.dumps([len(by_c), [ended(moment) for moment in moments]]))
"""


@pytest.mark.parametrize("command", [["run", "--board", "simulated"], ["train"], ["check"]])
def test_a_signal_while_a_library_loads_ends_the_process(tmp_path: Path, command: list[str]) -> None:
    """Ctrl-C that comes in the midst of loading msgspec, NumPy or another library ends the process at once.

    It does so by no exception: msgspec's C would crash by one, and NumPy's take it for a failed import.
    """
    (tmp_path / "pigate.toml").write_text("[web]\nenabled = false\n")
    arguments = [*command, "--config", str(tmp_path / "pigate.toml")]
    code, out, err = ended(AIMED.replace("{arguments}", repr(arguments)))
    assert code == 0, err
    by_c, codes = json.loads(out)
    assert by_c > 30, "the libraries import nothing by C any more: aim otherwise"
    # A run has handlers of its own only when its command begins.
    assert set(codes) <= ({0, 130} if "run" in command else {130})
    assert codes[0] == 130
    assert not {word for word in err.split() if word in ("Traceback", "Fatal", "Error")}
