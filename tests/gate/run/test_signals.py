"""Signals end a run cleanly at any moment of it."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from .process import (
    NEVER_LEARNED,
    PIGATE,
    SIMULATED,
    UP,
    config,
    decided,
    finished,
    started,
)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    """SIGTERM, SIGINT and, where no service manager listens, SIGHUP end the run with 0 and without a word."""
    with started("--json") as gate:
        gate.line()
        code, err = gate.end(number)
        assert code == 0
        assert len(err.splitlines()) == 2  # what it said at the start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_many_signals_at_once_end_it_cleanly_too(number: signal.Signals) -> None:
    """A person who hits Ctrl-C again and again gets the same end, to the process's last moment."""
    for pause_s in (0, 0.0001, 0.001):
        with started("--json") as gate:
            gate.line()
            while gate.process.poll() is None:
                gate.process.send_signal(number)
                time.sleep(pause_s)
            code, err = gate.end()
            assert code == 0
            assert len(err.splitlines()) == 2  # what it said at the start


@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_was_ignored_at_the_start_stays_so(ignored: signal.Signals) -> None:
    """`nohup pigate run` outlives its terminal, and a background job a Ctrl-C; SIGTERM ends it with 0."""
    with started("--json", first=lambda: signal.signal(ignored, signal.SIG_IGN)) as gate:
        assert gate.line() == decided("000")
        for levels in ("111", "110"):
            gate.process.send_signal(ignored)
            gate.flip(levels)
            assert gate.line() == decided(levels)
        code, err = gate.end(signal.SIGTERM)
        assert code == 0
        assert len(err.splitlines()) == 2


def test_many_interrupts_of_a_command_end_it_without_a_traceback(tmp_path: Path) -> None:
    """Neither does Ctrl-C again and again show anything where a run has not begun to catch it."""
    for _ in range(3):
        with started(command=[*UP, "train", "--config", config(tmp_path, NEVER_LEARNED)]) as training:
            assert training.process.stderr is not None
            assert training.process.stderr.readline() == b"up\n"
            time.sleep(0.5)
            while training.process.poll() is None:
                training.process.send_signal(signal.SIGINT)
                time.sleep(0.0001)
            assert training.end() == (130, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_signals_at_random_moments_of_the_start(number: signal.Signals) -> None:
    """At whatever moment it comes, a signal never shows a traceback, and the next start works."""
    chance = random.Random(number)
    for _ in range(5):
        with started("--json", command=[*UP, *SIMULATED[len(PIGATE) :]]) as gate:
            assert gate.process.stderr is not None
            assert gate.process.stderr.readline() == b"up\n"
            time.sleep(chance.uniform(0.002, 0.5))
            code, err = gate.end(number)
        assert "Traceback" not in err
        if number == signal.SIGKILL:
            assert code == -number
        elif err:
            assert code == 0
        else:  # it may not have come so far as to catch signals
            assert code in (0, -number, 130)
    assert finished("--json").stdout.splitlines() == [decided("000")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_long_training(tmp_path: Path, number: signal.Signals) -> None:
    """A training that would last for hours is ended by a signal, at any moment of it, with 0."""
    chance = random.Random(number)
    for _ in range(2):
        with started("--config", config(tmp_path, NEVER_LEARNED)) as gate:
            assert gate.process.stderr is not None
            assert b"simulated board" in gate.process.stderr.readline()
            time.sleep(chance.uniform(0, 0.3))
            code, err = gate.end(number)
            assert (code, err) == (0, "")
