"""Before there is a run a signal ends the process at once; then signals are data. Each test has its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

ENDING = [signal.SIGTERM, signal.SIGINT]
ALL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
RUN = "import os, signal\nfrom pigate.gate.signals import Signals, interrupt_at_once, ignore\n"


def ended(program: str, *, service: bool = False) -> tuple[int, str, str]:
    """Run a program in a fresh Python; return its exit code and what it wrote."""
    environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    if service:
        environment["NOTIFY_SOCKET"] = "/run/systemd/notify"
    done = subprocess.run([sys.executable, "-c", RUN + program], capture_output=True, text=True, env=environment)
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


LIBRARY_THAT_SWALLOWS = """
import sys
class Loader:
    def find_spec(self, name, path=None, target=None):
        if name == {library!r}:
            signal.raise_signal(signal.SIGINT)  # as if Ctrl-C came while the library loads
            raise ImportError('as {library} does of what is raised in it')
sys.meta_path.insert(0, Loader())
from pigate.__main__ import main
sys.argv = ['pigate', {command!r}, *{arguments}]
sys.exit(main())
"""


@pytest.mark.parametrize("library", ["msgspec", "numpy"])
@pytest.mark.parametrize(
    ("command", "arguments", "code"), [("run", ["--board", "simulated"], 0), ("train", [], 130)], ids=["run", "train"]
)
def test_a_signal_while_a_library_loads_ends_the_process(
    library: str, command: str, arguments: list[str], code: int
) -> None:
    """A signal that comes while msgspec or NumPy is loaded ends the process by no exception, which they swallow."""
    program = LIBRARY_THAT_SWALLOWS.format(library=library, command=command, arguments=arguments)
    found, out, err = ended(program)
    assert (out, err) == ("", "")
    assert found in (code, 130)  # a run has its own handlers only when its command begins
