"""A gate on mock pins that can be taught: a loop, a trainer and a teacher, on a clock that stands still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from pigate.config import Task
from pigate.gate.learn import learn, prove
from pigate.gate.teacher import Teacher
from pigate.gate.trainer import Trainer
from pigate.learning.tables import TruthTable
from pigate.pins.simulated import SimulatedBoard
from pigate.settings import BoardSettings, Settings
from pigate.teaching.taught import Taught

from .mock_gate import Gate

BUTTON = 23
PATIENCE_S = 60

BOARD = BoardSettings(teach=BUTTON)


def task_of(table: TruthTable, board: BoardSettings = BOARD) -> Task:
    """Return what a configuration of this table says."""
    return Task(Settings(board=board), table)


class TaughtGate(Gate):
    """A gate that has learned what is on disk, as a run does at its start.

    Args:
        board: with its teach buttons.
        folder: the state directory.
        configured: what the configuration says.
    """

    def __init__(self, board: SimulatedBoard, folder: Path, configured: Task) -> None:
        self.said: list[str] = []
        self.shown: list[tuple[float, bool]] = []  # each change of the LED, and when
        self.taught = Taught(self.said.append, folder)
        network = prove(learn(self.taught.task(configured)))
        self.taught.set_aside(configured.table)
        super().__init__(board, network)
        self.trainer = Trainer(self.loop, lambda: None, lambda _network: None)
        self.teacher = Teacher(self.loop, self.trainer, self.taught, configured, self.said.append)
        self.loop.on_button = self.teacher.on_button

    @property
    def rows(self) -> dict[str, str]:
        """The table that decides."""
        return dict(self.loop.network.table)

    def tick(self) -> float:
        """Make a pass, and note what the LED does."""
        due = super().tick()
        if not self.shown or self.shown[-1][1] is not self.lit:
            self.shown.append((self.now, self.lit))
        return due

    def button(self, closed: bool, gpio: int = BUTTON) -> None:
        """Close or open a teach button."""
        pin = self.board.factory.pin(gpio)
        pin.drive_low() if closed else pin.drive_high()

    def press(self, seconds: float = 0.2, gpio: int = BUTTON) -> None:
        """Press a button for so long, and let it rest."""
        self.button(True, gpio)
        self.let_pass(seconds)
        self.button(False, gpio)
        self.let_pass(0.1)

    def wait(self) -> None:
        """Wait until nothing trains, and let the loop take up what was learned."""
        end = time.monotonic() + PATIENCE_S
        while self.trainer.alone.locked():
            assert time.monotonic() < end
            self.tick()
            time.sleep(0.0002)
        self.tick()

    def answered(self) -> list[float]:
        """Return for how long the LED was lit in each blink of the answer that begins now, and let it pass."""
        self.let_pass(0.01)
        self.shown.clear()
        self.let_pass(3)
        changes = [*self.shown, (self.now, self.lit)]
        return [round(after - at, 2) for (at, lit), (after, _) in pairwise(changes) if lit]

    def teach(self, levels: str, presses: int = 1) -> None:
        """Set the switches, and press as often as that."""
        self.set(levels)
        self.let_pass(0.1)
        for _ in range(presses):
            self.press()
            self.wait()
            self.let_pass(1)


@contextmanager
def a_taught_gate(folder: Path, configured: Task) -> Iterator[TaughtGate]:
    """Give such a gate, and take its pins away."""
    board = SimulatedBoard(configured.settings.board)
    try:
        gate = TaughtGate(board, folder, configured)
        gate.let_pass(1)
        yield gate
        gate.wait()
        gate.loop.close()
    finally:
        board.close()
