"""A run on mock pins in place of the real ones, and hands on its switches."""

from __future__ import annotations

import sys
from pathlib import Path

from .process import config

#: Runs the command on mock pins in place of the real ones; lines of standard input are the hands on
#: its switches: "17 on", "17 off", "17 chatter" until the next line. What the LED does is written to
#: the descriptor $LED, a digit a change.
HANDS = """
import os, sys, threading, time
import pigate.gate.run
from gpiozero.pins.mock import MockFactory
from pigate.pins.board import Board
from pigate.cli import main
from pigate.pins.simulated import SimulatedPin

class Pin(SimulatedPin):
    def _change_state(self, value):
        changed = super()._change_state(value)
        if changed and self.info.name == "GPIO18" and "LED" in os.environ:
            os.write(int(os.environ["LED"]), b"01"[value:value + 1])
        return changed

def open_board(settings):
    board = Board(settings, MockFactory(pin_class=Pin))
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


def on_pins(tmp_path: Path, text: str = "") -> list[str]:
    """Return the command that runs on mock pins by a configuration."""
    path = config(tmp_path, text)
    return [sys.executable, "-c", HANDS, "run", "--board", "gpio", "--config", path]
