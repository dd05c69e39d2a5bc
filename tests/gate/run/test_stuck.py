"""A reader who has stopped reading, as Ctrl-S does, stops neither the loop nor standard input."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from .hands import on_pins
from .manager import Manager
from .process import (
    PATIENCE_S,
    PIGATE,
    SIMULATED,
    Gate,
    config,
    decided,
    environment,
    fill,
    pipe_of_a_page,
    started,
    wait_for,
    waiting,
)
from .test_terminal import on_a_terminal

SLOW_TO_SETTLE = '[board]\nundecided = "off"\nsettle_s = 0.3\n'  # chatter stays chatter on a busy machine


def test_a_stopped_terminal_stops_no_led(tmp_path: Path) -> None:
    """With a line about chatter waiting for a terminal's Ctrl-Q, flips go on to move the LED; then all is told."""
    mine, theirs = pty.openpty()
    ear, mouth = os.pipe()
    with started(
        command=on_pins(tmp_path, SLOW_TO_SETTLE), stdout=theirs, stderr=theirs, pass_fds=(mouth,), LED=str(mouth)
    ) as gate:
        screen, led = Gate(gate.process, mine), Gate(gate.process, ear)
        screen.until(r"000  ->.*on [\d.]+")
        led.until("1$")
        termios.tcflow(theirs, termios.TCOOFF)
        gate.flip("17 chatter")
        led.until("0$")  # undecided; and the line is told now
        for _ in range(2):
            gate.flip("17 off")
            led.until("1$")
            gate.flip("17 on")
            led.until("0$")
        termios.tcflow(theirs, termios.TCOON)
        screen.until("GPIO 17 does not come to rest")
        screen.until(r"100  ->.*off [\d.]+")
        gate.process.send_signal(signal.SIGTERM)
        assert gate.end()[0] == 0
    for descriptor in (mine, theirs, ear, mouth):
        os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_terminal_at_the_prompt_keeps_no_run_from_ending(number: signal.Signals) -> None:
    """With a prompt, and what was typed at it, waiting for Ctrl-Q, a signal ends the run with 0."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        theirs = os.open(f"/proc/{gate.process.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
        termios.tcflow(theirs, termios.TCOOFF)
        os.write(keys, b"111\n110\n")
        gate.process.send_signal(number)
        assert gate.process.wait(PATIENCE_S) == 0
        os.close(theirs)


def test_a_full_pipe_of_standard_error_stops_no_watchdog(manager: Manager, tmp_path: Path) -> None:
    """While nobody reads why a reload was refused, the service is ready again, alive, decides and can be stopped."""
    path = config(tmp_path, "")
    ear, mouth = pipe_of_a_page()
    with started(
        "--json", "--config", path, stderr=mouth, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="2000000"
    ) as gate:
        assert gate.line() == decided("000")
        fill(mouth)
        config(tmp_path, "nonsense")
        gate.process.send_signal(signal.SIGHUP)
        while not manager.hears().startswith("RELOADING=1"):
            pass
        assert manager.hears().startswith("READY=1\nSTATUS=xor: 000 -> on (reload: ")
        for _ in range(5):
            while manager.hears(True) != "WATCHDOG=1":
                pass
        gate.process.send_signal(signal.SIGTERM)
        assert manager.hears().startswith("STOPPING=1")
        assert gate.end()[0] == 0
    os.close(ear)
    os.close(mouth)


#: Runs the command, with room for three decisions that wait; lines of $HAND move the switches, too.
FLIPPED = """
import os, sys, threading
import pigate.gate.run
import pigate.gate.writer
from pigate.cli import main

pigate.gate.writer.MAX_WAITING = 3

class Flipped(pigate.gate.run.SimulatedBoard):
    def __init__(self, settings):
        super().__init__(settings)
        threading.Thread(target=self.flip, daemon=True).start()

    def flip(self):
        for line in open(int(os.environ["HAND"])):
            self.set_switches(line.strip())

pigate.gate.run.SimulatedBoard = Flipped
sys.exit(main(sys.argv[1:]))
"""


def test_an_answer_that_is_left_out_does_not_stop_standard_input(manager: Manager) -> None:
    """When more waits than is kept, a typed line's answer is dropped, the next line is read, and the end is an end."""
    ear, mouth = pipe_of_a_page()
    hand, fingers = os.pipe()
    command = [sys.executable, "-c", FLIPPED, *SIMULATED[len(PIGATE) :]]
    with started(
        "--json", command=command, stdout=mouth, pass_fds=(hand,), HAND=str(hand), NOTIFY_SOCKET=manager.address
    ) as gate:
        assert Gate(gate.process, ear).line() == decided("000")
        fill(mouth)
        for levels in ("111", "110", "101", "100", "011", "010"):
            os.write(fingers, f"{levels}\n".encode())
            while not manager.hears().startswith(f"STATUS=xor: {levels}"):
                pass
        for levels in ("001", "111"):
            gate.flip(levels)
            assert manager.hears().startswith(f"STATUS=xor: {levels}")
        assert gate.process.stdin is not None
        gate.process.stdin.close()
        assert gate.end()[0] == 0
    for descriptor in (ear, mouth, hand, fingers):
        os.close(descriptor)


def test_standard_output_that_does_not_block_is_waited_for() -> None:
    """A pipe that another program made non-blocking gets every decision, however late its reader comes."""
    ear, mouth = pipe_of_a_page()
    os.set_blocking(mouth, False)
    with started("--json", stdout=mouth) as gate:
        os.close(mouth)
        assert gate.process.stdin is not None
        gate.process.stdin.write(b"111\n000\n" * 100)
        gate.process.stdin.close()
        wait_for(lambda: waiting(ear) > 3900)
        with pytest.raises(subprocess.TimeoutExpired):  # it waits now; as it would not where a full pipe is an error
            gate.process.wait(0.5)
        reader = Gate(gate.process, ear)
        found = [reader.line() for _ in range(201)]
        assert found == [decided("000"), *[decided("111"), decided("000")] * 100]
        assert gate.end()[0] == 0
    os.close(ear)


def test_standard_input_that_does_not_block_is_waited_for() -> None:
    """Standard input that another program made non-blocking is no end, and no input that cannot be read."""
    ear, mouth = os.pipe()
    os.set_blocking(ear, False)
    with subprocess.Popen(
        [*SIMULATED, "--json"], stdin=ear, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        gate = Gate(process, process.stdout.fileno())
        try:
            assert gate.line() == decided("000")
            for levels in ("110", "111"):
                os.write(mouth, f"{levels}\n".encode())
                assert gate.line() == decided(levels)
            os.close(mouth)
            assert gate.end()[0] == 0
        finally:
            process.kill()
    os.close(ear)
