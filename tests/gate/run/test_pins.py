"""A run on pins, as `--board gpio` does, but mock ones."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from .manager import Manager
from .process import config, decided, started

#: Runs the command on mock pins in place of the real ones; lines of standard input are the hands on
#: its switches: "17 on", "17 off", "17 chatter" until the next line.
HANDS = """
import sys, threading, time
import pigate.gate.run
from gpiozero.pins.mock import MockFactory
from pigate.pins.board import Board
from pigate.cli import main
from pigate.pins.simulated import SimulatedPin

def open_board(settings):
    board = Board(settings, MockFactory(pin_class=SimulatedPin))
    threading.Thread(target=move, args=[board.factory], daemon=True).start()
    return board

def chatter(pin, ended):
    while not ended.is_set():
        pin.drive_low()
        pin.drive_high()
        time.sleep(0.002)
        pin.drive_low()
        time.sleep(0.002)

def move(factory):
    ended = hand = None
    for line in sys.stdin:
        gpio, what = line.split()
        pin = factory.pin(int(gpio))
        if hand is not None:
            ended.set()
            hand.join()
            hand = None
        if what == "chatter":
            ended = threading.Event()
            hand = threading.Thread(target=chatter, args=[pin, ended], daemon=True)
            hand.start()
        else:
            pin.drive_low() if what == "on" else pin.drive_high()

pigate.gate.run.open_board = open_board
sys.exit(main(sys.argv[1:]))
"""


def on_pins(tmp_path: Path) -> list[str]:
    """Return the command that runs on mock pins."""
    path = config(tmp_path, "")
    return [sys.executable, "-c", HANDS, "run", "--board", "gpio", "--config", path]


def test_on_pins_each_settled_change_is_a_decision_and_chatter_is_told_once(tmp_path: Path) -> None:
    """One decision at the start and one for each change; chatter is undecided, named in one line, and heals."""
    with started("--json", command=on_pins(tmp_path)) as gate:
        assert gate.line() == decided("000")
        gate.flip("17 on")
        assert gate.line() == decided("100")
        gate.flip("17 on")  # no change, no decision
        gate.flip("27 on")
        assert gate.line() == decided("110")
        for _ in range(2):  # the second time within the hour is not told again
            gate.flip("17 chatter")
            while "undecided" not in gate.line():
                pass
            gate.flip("17 on")
            while gate.line() != decided("110"):
                pass
        code, err = gate.end(signal.SIGTERM)
        assert code == 0
        assert [line for line in err.splitlines() if "rest" in line] == [
            "GPIO 17 does not come to rest: undecided until it does (look for a loose wire)"
        ]


def test_a_service_on_pins_writes_nothing_for_a_flip_and_names_its_outputs_while_it_has_them(
    manager: Manager, tmp_path: Path
) -> None:
    """Without --json a flip changes the status alone; the outputs are named for `pigate off` until they are off."""
    named = tmp_path / "outputs.json"
    with started(command=on_pins(tmp_path), NOTIFY_SOCKET=manager.address, RUNTIME_DIRECTORY=str(tmp_path)) as gate:
        while manager.hears() != "STATUS=xor: 000 -> on":
            pass
        assert json.loads(named.read_text()) == [18]
        gate.flip("17 on")
        assert manager.hears() == "STATUS=xor: 100 -> off"
        gate.process.send_signal(signal.SIGTERM)
        assert manager.hears().startswith("STOPPING=1")
        code, err = gate.end()
        assert code == 0
        assert len(err.splitlines()) == 2
        assert gate.process.stdout is not None
        assert gate.process.stdout.read() == b""
        assert not named.exists()
