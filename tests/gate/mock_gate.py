"""A loop on mock pins, and hands on its switches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pigate.gate.loop import Loop
from pigate.gate.systemd import Systemd
from pigate.learning.network import Network
from pigate.learning.proof import Examined, examine
from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.pins.board import Board
from pigate.pins.simulated import SimulatedBoard
from pigate.report import Snapshot
from pigate.settings import BoardSettings

INPUTS = (17, 27, 22)
LED = 18
SETTLE_S, RESYNC_S = 0.02, 1.0

XOR = train(TruthTable.named("xor"))

#: a network that thinks nothing: each prediction is a half
BLANK = examine(Network([[[0.0]] * 3], 3), TruthTable({"000": "0"}), 0.1)


class Gate:
    """A loop on mock pins with a clock that stands still until it is moved; no thread."""

    def __init__(self, board: Board, trained: Examined = XOR, notifier: Systemd | None = None) -> None:
        self.now = 1000.0
        self.board = board
        self.received: list[tuple[Snapshot, bool]] = []
        self.loop = Loop(
            board,
            trained,
            notifier or Systemd({}),
            lambda snapshot, answered: self.received.append((snapshot, answered)),
            lambda: self.now,
        )

    def tick(self) -> float:
        """Make a pass, as the loop does when it wakes, and return in how many seconds the next is due."""
        for descriptor in self.board.descriptors:
            with suppress(BlockingIOError):  # there was no edge
                self.board.drain(descriptor)
        self.loop._take_messages()
        return self.loop.tick() - self.now

    def let_pass(self, seconds: float) -> None:
        """Make all passes that are due in so many seconds."""
        end = self.now + seconds
        while (due := self.now + self.tick()) <= end:
            self.now = due
        self.now = end

    def set(self, levels: str) -> None:
        """Move the switches; closed is low, for the pull is up."""
        for gpio, level in zip(INPUTS, levels, strict=True):
            pin = self.board.factory.pin(gpio)
            pin.drive_low() if level == "1" else pin.drive_high()

    @property
    def levels(self) -> str:
        """What the switch pins say."""
        return "".join("0" if self.board.factory.pin(gpio).state else "1" for gpio in INPUTS)

    @property
    def lit(self) -> bool:
        """What the LED pin says."""
        state: bool = self.board.factory.pin(LED).state
        return state

    @property
    def decision(self) -> tuple[str, ...] | None:
        """What the gate thinks."""
        return self.loop.snapshot.decision if self.loop.snapshot else None


def gated(levels: str, trained: Examined = XOR) -> bool:
    """Return what the table gives for the levels."""
    return trained.table.rows[levels] == "1"


@contextmanager
def a_gate(trained: Examined = XOR, notifier: Systemd | None = None, **settings: object) -> Iterator[Gate]:
    """Give a gate on a simulated board with these settings."""
    values = {"settle_s": SETTLE_S, "resync_s": RESYNC_S, **settings}
    board = SimulatedBoard(BoardSettings(inputs=INPUTS, outputs=(LED,), **values))  # type: ignore[arg-type]
    try:
        yield Gate(board, trained, notifier)
    finally:
        board.close()


def chatter(gate: Gate, gpio: int, seconds: float) -> None:
    """Move a switch every half settle time for so long, with a pass each time."""
    pin = gate.board.factory.pin(gpio)
    for _ in range(round(seconds / (SETTLE_S / 2))):
        pin.drive_low() if pin.state else pin.drive_high()
        gate.tick()
        gate.now += SETTLE_S / 2
