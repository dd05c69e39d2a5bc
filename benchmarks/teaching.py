"""What teaching costs: from a press to proved and saved, and an edge to the LED while the gate trains."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from pigate import TruthTable, train
from pigate.config import Task
from pigate.files import write_text
from pigate.gate.loop import Loop
from pigate.gate.systemd import Systemd
from pigate.gate.teacher import Teacher
from pigate.gate.trainer import Trainer
from pigate.pins.simulated import SimulatedBoard
from pigate.settings import BoardSettings, Settings
from pigate.teaching.taught import Taught

from .edge import FLIPS, PAUSE_S, flip_gate, instant_board
from .figure import Figure

PRESSES = 40
XOR = TruthTable.named("xor")

#: 256 rows take a network of this hidden layer some seconds to learn, if it learns them at all.
RANDOM = TruthTable.parse(f"{Random(8).getrandbits(256):0256b}", "random")
HIDDEN = 16

BOARD = BoardSettings(settle_s=0.0)


def figures() -> Iterator[Figure]:
    """Teach a row of xor and back, in turn with a training and a save alone; then flip a switch while it trains."""
    ours, theirs = _presses()
    yield Figure("press to proved and saved", "ms", ours, "a training and an fsync", theirs, 3)
    resting, training = _edges()
    yield Figure("switch edge to LED while it trains 8 inputs", "ms", training, "the same at rest", resting, 1.5)


def _presses() -> tuple[list[float], list[float]]:
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        board = SimulatedBoard(BOARD)
        loop = Loop(board, train(XOR), Systemd({}), lambda _snapshot, _answered: None)
        trainer = Trainer(loop, lambda: None, lambda _network: None)
        teacher = Teacher(loop, trainer, Taught(print, Path(folder)), Task(Settings(board=BOARD), XOR), print)
        thread = threading.Thread(target=loop.run)
        thread.start()
        try:
            for number in range(PRESSES):
                levels = f"{1 + number % 6:03b}"  # each becomes 1; the last presses make them 0 again
                before = time.perf_counter()
                answered = threading.Event()
                targets = "1" if number % 12 < 6 else "0"
                teacher.teach(levels, targets, lambda _why, answered=answered: answered.set())  # type: ignore[misc]
                answered.wait()
                ours.append((time.perf_counter() - before) * 1e3)
                text = "x" * 700  # as long as the file of what is taught
                before = time.perf_counter()
                train(loop.network.table, seed=number)
                write_text(Path(folder, "alone"), text)
                theirs.append((time.perf_counter() - before) * 1e3)
        finally:
            loop.post(loop.stop)
            thread.join()
            loop.close()
            board.close()
    return ours, theirs


def _edges() -> tuple[list[float], list[float]]:
    stop = threading.Event()
    thread = threading.Thread(target=_train_on, args=[stop])
    resting = _flips()
    thread.start()
    try:
        training = _flips()
    finally:
        stop.set()
        thread.join()
    return resting, training


def _flips() -> list[float]:
    board = instant_board()
    try:
        return flip_gate(board, train(XOR), lambda _snapshot: None, FLIPS, PAUSE_S)
    finally:
        board.close()


class _StoppedError(Exception):
    """Ends a training."""


def _train_on(stop: threading.Event) -> None:
    def check(_epoch: int, _loss: float) -> None:
        if stop.is_set():
            raise _StoppedError

    seed = 0
    while not stop.is_set():
        seed += 1
        try:
            train(RANDOM, hidden=[HIDDEN], seed=seed, progress=check)
        except _StoppedError:
            return
