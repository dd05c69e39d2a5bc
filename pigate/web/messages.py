"""What goes through the pipe between the gate's process and the page's: both directions, typed.

Arrays travel as their own bytes: to write the numbers out is work for the page's process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from .. import report
from ..child.pipe import Failed, Up
from ..learning.tables import every_levels
from ..settings import BoardSettings, TrainingSettings

if TYPE_CHECKING:
    from ..learning.network import FloatArray
    from ..learning.proof import Examined

#: A loss curve has at most this many points: no screen shows more.
MAX_POINTS = 256


class Array(Struct, frozen=True):
    """Numbers of eight bytes, in this machine's byte order, the last index counting fastest."""

    shape: tuple[int, ...]
    data: bytes


class Board(Struct, frozen=True):
    """The pins, by BCM number; a simulated board's page may move the switches and teach, others with a key."""

    kind: Literal["simulated", "gpio"]
    #: an input that is no pin is an MQTT topic
    inputs: tuple[int | str, ...]
    outputs: tuple[int, ...]
    #: whether who has the key may teach
    teach: bool = False


class Gate(Struct, frozen=True):
    """The network that decides: its table, its prediction for all levels, and for each layer its weights."""

    table: str
    rows: dict[str, str]
    #: whether a row that is not taught is decided by the network's guess; otherwise it is undecided
    guesses: bool
    layers: list[int]
    tolerance: float
    predictions: dict[str, list[float]]
    weights: list[Array]


class Training(Struct, frozen=True):
    """A training: `summary` as ``train --json`` prints it, and more.

    Losses are ``(points, starts)``; snapshots are, for each layer, ``(snapshots, ...)``.
    """

    summary: dict[str, Any]
    losses: Array
    snapshots: list[Array]


class News(Struct, frozen=True, tag=True, omit_defaults=True):
    """To the page: what has changed; None means unchanged. The first holds all but the snapshot."""

    board: Board | None = None
    gate: Gate | None = None
    training: Training | None = None
    #: whether a training asked for by the page is running
    busy: bool | None = None
    snapshot: dict[str, Any] | None = None


class Ready(Up, frozen=True, tag=True):
    """To the gate: people can look at this address. A page that is started again takes the same port."""

    address: str
    port: int


class SetSwitches(Struct, frozen=True, tag=True):
    """To the gate: set all switches, first input first."""

    levels: str


class Train(Struct, frozen=True, tag=True):
    """To the gate: train on this table; decide by the network once it is proved. It sends an `Answer`."""

    table: str
    rows: dict[str, str]
    settings: TrainingSettings
    number: int = 0


class Teach(Struct, frozen=True, tag=True):
    """To the gate: have one row taught, or with "-" not taught; save it. It sends an `Answer`."""

    levels: str
    outputs: str
    number: int = 0


class Use(Struct, frozen=True, tag=True):
    """To the gate: decide by these weights, once they are proved, until the next restart. It sends an `Answer`."""

    table: str
    rows: dict[str, str]
    weights: list[list[list[float]]]
    number: int = 0


class Cancel(Struct, frozen=True, tag=True):
    """To the gate: end the running training, if there is one."""


ToGate = Ready | Failed | SetSwitches | Train | Teach | Use | Cancel


class Answer(Struct, frozen=True, tag=True):
    """To the page: whether what was asked with this number is done, or its training has begun."""

    number: int
    taken: bool
    #: why it is not taken; empty where a training is running
    why: str = ""


ToPage = News | Answer


@dataclass(frozen=True)
class Shown:
    """What the page shows of the gate at one moment."""

    gate: Examined
    training: Examined
    busy: bool
    snapshot: report.Snapshot | None


def news_since(before: Shown | None, now: Shown, board: Board) -> News:
    """Return what is new since `before`; everything if that is None."""
    decided = now.snapshot if before is None or before.snapshot is not now.snapshot else None
    return News(
        board=None if before else board,
        gate=None if before and before.gate is now.gate else gate_of(now.gate),
        training=None if before and before.training is now.training else training_of(now.training),
        busy=None if before and before.busy is now.busy else now.busy,
        snapshot=snapshot_of(decided) if decided else None,
    )


def gate_of(examined: Examined) -> Gate:
    """Return the message about the network that decides."""
    return Gate(
        table=examined.table.name,
        rows=dict(examined.table.rows),
        guesses=examined.table.guesses,
        layers=examined.network.layers,
        tolerance=examined.tolerance,
        predictions={levels: list(examined.decide(levels)[0]) for levels in every_levels(examined.table.inputs)},
        weights=[_array(matrix) for matrix in examined.network.weights],
    )


def training_of(examined: Examined) -> Training:
    """Return the message about a training; given weights have no losses, and one snapshot."""
    record, weights = report.record_of(examined), examined.network.weights
    stride = max(1, -(-len(record.losses) // MAX_POINTS)) if record else 1
    summary = report.training_object(examined) | {
        "rows": dict(examined.table.rows),
        "tolerance": examined.tolerance,
        "rule": record.rule if record else "resilient",
        "learning_rate": record.learning_rate if record else 0.0,
        "bias": weights[0].shape[0] > examined.table.inputs,
        "winner": record.winner if record else 0,
        "loss_epochs": list(range(0, len(record.losses), stride)) if record else [],
        "snapshot_epochs": list(record.snapshot_epochs) if record else [0],
    }
    losses = _array(record.losses[::stride]) if record else Array((0, 0), b"")
    return Training(summary, losses, [_array(a) for a in (record.snapshots if record else [w[None] for w in weights])])


def snapshot_of(snapshot: report.Snapshot) -> dict[str, Any]:
    """Return a decision as ``run --json`` prints it, and the GPIO numbers that chatter."""
    decided = report.decision_object(snapshot.levels, snapshot.prediction, snapshot.decision, snapshot.taught)
    return decided | {"chattering": list(snapshot.chattering)}


def board_of(board: BoardSettings, simulated: bool, teach: bool = False) -> Board:
    """Return the message about the pins, and whether who has the key may teach."""
    return Board("simulated" if simulated else "gpio", board.inputs, board.outputs, teach)


def _array(values: FloatArray) -> Array:
    return Array(values.shape, values.tobytes())
