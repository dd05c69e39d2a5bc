"""What the live page is told of a gate, as objects for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import report
from ..config import BoardSettings
from ..learning.tables import named_for

if TYPE_CHECKING:
    from ..gate.loop import Snapshot
    from ..learning.training import Trained

#: The loss curve has at the most about so many points.
MOST_POINTS = 256


def board_object(board: BoardSettings, simulated: bool) -> dict[str, Any]:
    """Return the pins, and whether the page may move the switches."""
    return {
        "kind": "simulated" if simulated else "gpio",
        "inputs": list(board.inputs),
        "outputs": list(board.outputs),
        "writable": simulated,
    }


def snapshot_object(snapshot: Snapshot) -> dict[str, Any]:
    """Return a decision as ``run --json`` prints it, and the GPIO numbers that chatter."""
    decided = report.decision_object(snapshot.levels, snapshot.prediction, snapshot.decision, snapshot.taught)
    return decided | {"chattering": list(snapshot.chattering)}


def gate_object(trained: Trained) -> dict[str, Any]:
    """Return the network that decides: its table and its weights."""
    return {
        "table": trained.table.name,
        "rows": dict(trained.table.rows),
        "inputs": trained.table.inputs,
        "outputs": trained.table.outputs,
        "layers": trained.network.layers,
        "tolerance": trained.tolerance,
        "weights": [matrix.tolist() for matrix in trained.network.weights],
    }


def training_object(trained: Trained) -> dict[str, Any]:
    """Return a training as ``train --json`` prints it, and its record, thinned out to what a screen can show."""
    stride = max(1, -(-len(trained.losses) // MOST_POINTS))
    first = trained.network.weights[0]
    return report.training_object(trained) | {
        "rows": dict(trained.table.rows),
        "tolerance": trained.tolerance,
        "rule": trained.rule,
        "learning_rate": trained.learning_rate,
        "bias": first.shape[0] > trained.table.inputs,
        "winner": trained.winner,
        "loss_epochs": list(range(0, len(trained.losses), stride)),
        "losses": trained.losses[::stride].tolist(),
        "snapshot_epochs": list(trained.snapshot_epochs),
        "snapshots": [[layer[k].tolist() for layer in trained.snapshots] for k in range(len(trained.snapshot_epochs))],
    }


def tables_for(board: BoardSettings) -> list[str]:
    """Return the names of the tables that fit the pins."""
    return named_for(len(board.inputs), len(board.outputs))
