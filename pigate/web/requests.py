"""What a browser may ask of a simulated board's page, validated before the gate receives it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct

from ..config import TrainingSettings
from ..errors import TableError
from ..learning.tables import TruthTable, is_bits
from .messages import Board, Gate, Train

#: A page's own limits, inside those of `[training]`: a browser's numbers are exact up to 2**53.
NARROWER: dict[str, dict[str, float]] = {
    "learning_rate": {"min": 0.001},
    "seed": {"max": 2**53 - 1},
    "starts": {"max": 64},
    "epochs": {"max": 20_000},
}

#: Ways to train that the page has buttons for; the first is that of an empty configuration.
PRESETS: dict[str, dict[str, Any]] = {
    "pigate": {
        name: getattr(TrainingSettings(), name) for name in ("rule", "learning_rate", "starts", "bias", "epochs")
    },
    "published": {"rule": "plain", "learning_rate": 1.0, "starts": 1, "bias": False, "epochs": 1000},
}


class Switches(Struct, frozen=True, forbid_unknown_fields=True):
    """Set all switches, first input first."""

    levels: Annotated[str, Meta(pattern="^[01]{1,8}$")]


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """A request that says all by its path: an empty object."""


class TrainAgain(Struct, frozen=True, forbid_unknown_fields=True):
    """Train anew. What is left out is as in an empty configuration; the network's size is as the gate has it."""

    table: str = "xor"
    rule: Any = UNSET  # these are validated together, as settings
    learning_rate: Any = UNSET
    seed: Any = UNSET
    starts: Any = UNSET
    bias: Any = UNSET
    epochs: Any = UNSET
    hidden: Any = UNSET


def limits() -> dict[str, dict[str, float]]:
    """Return the least and the largest value of each number that a page may choose."""
    (model,) = msgspec.json.schema(TrainingSettings)["$defs"].values()
    allowed = {name: model["properties"][name] for name in NARROWER}
    return {
        name: {"min": allowed[name].get("minimum"), "max": allowed[name]["maximum"]} | NARROWER[name]
        for name in allowed
    }


def train_again(wanted: TrainAgain, board: Board, gate: Gate) -> Train:
    """Return the training that a page asks for.

    Raises:
        ValueError: a setting is out of range, or the table is none or does not fit the pins; one line.
    """
    _, *choices = TrainAgain.__struct_fields__
    asked = {choice: value for choice in choices if (value := getattr(wanted, choice)) is not UNSET}
    known = {"hidden": gate.layers[1:-1], "tolerance": gate.tolerance}
    try:
        settings = msgspec.convert(known | asked, TrainingSettings)
    except msgspec.ValidationError as exc:
        raise ValueError(str(exc)) from exc
    for key, allowed in limits().items():
        if not allowed["min"] <= getattr(settings, key) <= allowed["max"]:
            raise ValueError(f"{key}: from {allowed['min']:,} to {allowed['max']:,}")
    if wanted.table == gate.table:
        return Train(gate.table, gate.rows, settings)
    inputs, outputs = len(board.inputs), len(board.outputs)
    table = TruthTable.parse(wanted.table) if is_bits(wanted.table) else TruthTable.named(wanted.table, inputs)
    if (table.inputs, table.outputs) != (inputs, outputs):
        raise TableError(
            f"{table.name} has {table.inputs} inputs and {table.outputs} outputs, the board {inputs} and {outputs}"
        )
    return Train(table.name, dict(table.rows), settings)
