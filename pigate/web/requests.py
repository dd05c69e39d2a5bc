"""What a browser may ask of a simulated board's page, validated before the gate receives it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from ..config import TrainingSettings, Width
from ..errors import TableError
from ..learning.tables import TruthTable, is_bits
from .messages import Board, Gate, Train


class Switches(Struct, frozen=True, forbid_unknown_fields=True):
    """Set all switches, first input first."""

    levels: Annotated[str, Meta(pattern="^[01]{1,8}$")]


class TrainAgain(Struct, frozen=True, forbid_unknown_fields=True):
    """Train anew; the gate takes the network over if it is proved. As `[training]`, within a page's means."""

    table: str = "xor"
    rule: Literal["resilient", "plain"] = "resilient"
    learning_rate: Annotated[float, Meta(gt=0, le=100)] = 1.0
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 1
    starts: Annotated[int, Meta(ge=1, le=64)] = 16
    bias: bool = True
    epochs: Annotated[int, Meta(ge=1, le=20_000)] = 10_000
    hidden: Annotated[tuple[Width, ...], Meta(max_length=4)] | None = None


def train_again(wanted: TrainAgain, board: Board, gate: Gate) -> Train:
    """Return the training to be done: what is not asked for is as the gate has it.

    Raises:
        TableError: the table is none, or does not fit the pins.
    """
    asked = {name: value for name, value in msgspec.to_builtins(wanted).items() if value is not None}
    del asked["table"]
    known = {"hidden": gate.layers[1:-1], "tolerance": gate.tolerance}
    settings = msgspec.convert(known | asked, TrainingSettings)
    if wanted.table == gate.table:
        return Train(gate.table, gate.rows, settings)
    inputs, outputs = len(board.inputs), len(board.outputs)
    table = TruthTable.parse(wanted.table) if is_bits(wanted.table) else TruthTable.named(wanted.table, inputs)
    if (table.inputs, table.outputs) != (inputs, outputs):
        raise TableError(
            f"{table.name} has {table.inputs} inputs and {table.outputs} outputs, the board {inputs} and {outputs}"
        )
    return Train(table.name, dict(table.rows), settings)
