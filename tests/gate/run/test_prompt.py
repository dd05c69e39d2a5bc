"""What a person may type at the prompt of a run on a terminal, and what a pipe may not."""

from __future__ import annotations

import os
import signal
import subprocess
import termios

import pytest

from .process import PATIENCE_S, SIMULATED, environment
from .test_terminal import on_a_terminal, rest_of

UP = b"\x1b[A"
LEFT = b"\x1b[D"
HELP = "type 101 or 1 0 1 to set the switches; arrow keys bring lines back; quit or Ctrl-D ends"


def test_blanks_between_the_switches() -> None:
    """`1 0 1` is 101."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.write(keys, b" 1 1 0 \n")
        assert "110  ->" in gate.until(r"110  ->.*switches\? ")
        os.write(keys, b"1 1\n")
        gate.until("'11' is no switch setting: type 3 of 0 and 1, such as 101")


def test_help() -> None:
    """`help` is answered by one line, and the prompt comes again."""
    with on_a_terminal() as (gate, keys):
        assert "and Enter; help says more" in gate.until(r"switches\? ")
        os.write(keys, b"help\n")
        assert HELP in gate.until(f"{HELP}.*\n.*switches\\? ")


@pytest.mark.parametrize("word", [b"quit\n", b"exit\n", b"q\n", b"\x04"])
def test_quit(word: bytes) -> None:
    """`quit` ends the run with 0, as Ctrl-D does, on a fresh line."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.write(keys, word)
        assert gate.process.wait(PATIENCE_S) == 0
        assert rest_of(keys).endswith("\n")


def test_arrow_keys() -> None:
    """The arrow keys bring back what was typed, and move in it."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.write(keys, b"111\n")
        gate.until(r"111  ->.*switches\? ")
        os.write(keys, b"001\n")
        gate.until(r"001  ->.*switches\? ")
        os.write(keys, UP + UP + b"\n")
        gate.until(r"111  ->.*switches\? ")
        os.write(keys, b"11" + LEFT + LEFT + b"0\n")
        gate.until(r"011  ->.*switches\? ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_terminal_is_as_it_was(number: int) -> None:
    """A signal that finds a person typing leaves the terminal as it was: it shows what is typed."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.write(keys, b"11")
        gate.until("11")
        assert not termios.tcgetattr(keys)[3] & termios.ECHO
        gate.process.send_signal(number)
        assert gate.process.wait(PATIENCE_S) == 0
        assert termios.tcgetattr(keys)[3] & termios.ECHO
        assert termios.tcgetattr(keys)[3] & termios.ICANON


def test_a_pipe_gets_a_line_each() -> None:
    """From a pipe only a switch setting is one: blanks, help and quit get the line that says so."""
    run = subprocess.run(
        SIMULATED,
        input="1 0 1\nhelp\nquit\n\n111\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(),
    )
    assert run.returncode == 0
    assert [line for line in run.stderr.splitlines() if "switch setting" in line] == [
        f"'{word}' is no switch setting: type 3 of 0 and 1, such as 101" for word in ("1 0 1", "help", "quit")
    ]
    assert len(run.stdout.splitlines()) == 2
