from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from pigate.gate.signals import Signals

ENDING = [signal.SIGTERM, signal.SIGINT]
ALL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test where no service manager listens."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)


@pytest.mark.parametrize("number", ALL)
def test_before_anybody_receives_a_signal_ends_the_process_well(number: signal.Signals) -> None:
    """SIGTERM, SIGINT and, in a terminal, SIGHUP end a run that is still starting with exit code 0."""
    Signals()
    with pytest.raises(SystemExit) as exit_:
        signal.raise_signal(number)
    assert exit_.value.code == 0


@pytest.mark.parametrize("number", ALL)
def test_what_ends_already_is_not_disturbed(number: signal.Signals) -> None:
    """After the signal that ends the start, no other is raised in what closes behind it."""
    Signals()
    with pytest.raises(SystemExit):
        signal.raise_signal(number)
    for again in ALL:
        signal.raise_signal(again)  # nothing happens


def test_a_reload_asked_for_during_the_start_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a service manager SIGHUP means reload, and what starts reads the latest configuration anyway."""
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    for number in ENDING:
        Signals()
        signal.raise_signal(signal.SIGHUP)  # nothing happens
        with pytest.raises(SystemExit):
            signal.raise_signal(number)


def test_once_received_signals_are_data() -> None:
    """With a receiver every signal is handed over, in order, and ends nothing by itself."""
    signals = Signals()
    received: list[int] = []
    signals.receive = received.append
    for number in ALL + ALL:
        signal.raise_signal(number)
    assert received == ALL + ALL


def test_reading_a_terminal_from_the_background_stops_nobody() -> None:
    """SIGTTIN, whose default is to stop the process, is ignored."""
    Signals()
    assert signal.getsignal(signal.SIGTTIN) == signal.SIG_IGN
    signal.raise_signal(signal.SIGTTIN)


@pytest.mark.parametrize(
    ("catching", "code"),
    [
        ("from pigate.gate.signals import Signals; Signals()", 0),
        ("from pigate.__main__ import _interrupt; signal.signal(signal.SIGINT, _interrupt)", 130),
    ],
    ids=["run", "other commands"],
)
def test_what_a_library_makes_of_a_signal_shows_no_traceback(catching: str, code: int) -> None:
    """NumPy, interrupted while it is loaded, raises an ImportError: the process ends as by the signal itself."""
    program = (
        f"import signal; {catching}\ntry: signal.raise_signal(signal.SIGINT)\n"
        "except SystemExit: raise ImportError('as NumPy does')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, "")
