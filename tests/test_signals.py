from __future__ import annotations

import signal

import pytest

from pigate.signals import Signals

ENDING = [signal.SIGTERM, signal.SIGINT]
ALL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test where no service manager listens."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)


@pytest.mark.parametrize("number", ALL)
def test_before_anybody_receives_a_signal_ends_the_process_well(number: signal.Signals) -> None:
    """SIGTERM, SIGINT and, in a terminal, SIGHUP end a run that is still starting with exit code 0."""
    with Signals().caught(), pytest.raises(SystemExit) as exit_:
        signal.raise_signal(number)
    assert exit_.value.code == 0


def test_a_reload_asked_for_during_the_start_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a service manager SIGHUP means reload, and what starts reads the latest configuration anyway."""
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    with Signals().caught():
        signal.raise_signal(signal.SIGHUP)  # nothing happens
        for number in ENDING:
            with pytest.raises(SystemExit):
                signal.raise_signal(number)


def test_once_received_signals_are_data() -> None:
    """With a receiver every signal is handed over, in order, and ends nothing by itself."""
    signals = Signals()
    received: list[int] = []
    with signals.caught():
        signals.receive = received.append
        for number in ALL + ALL:
            signal.raise_signal(number)
    assert received == ALL + ALL


def test_reading_a_terminal_from_the_background_stops_nobody() -> None:
    """SIGTTIN, whose default is to stop the process, is ignored while a run lasts."""
    with Signals().caught():
        assert signal.getsignal(signal.SIGTTIN) == signal.SIG_IGN
        signal.raise_signal(signal.SIGTTIN)


@pytest.mark.parametrize("failing", [False, True])
def test_the_handlers_are_put_back(failing: bool) -> None:
    """After the run, however it ended, every signal has the handler that it had before."""
    numbers = [*ALL, signal.SIGTTIN]
    before = [signal.getsignal(number) for number in numbers]
    try:
        with Signals().caught():
            assert all(signal.getsignal(n) != h for n, h in zip(numbers, before, strict=True))
            if failing:
                raise ValueError("on purpose")
    except ValueError:
        assert failing
    assert [signal.getsignal(number) for number in numbers] == before
