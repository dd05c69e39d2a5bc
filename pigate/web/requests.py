"""What a simulated board's page may ask for, validated before the gate hears of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ..config import Width
from ..errors import TableError
from ..learning.tables import TruthTable, is_bits


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


def train_again(wanted: TrainAgain, state: dict[str, Any]) -> dict[str, Any]:
    """Return the training to be done, as the gate takes it: a table's name and rows, and settings.

    Raises:
        TableError: the table is none, or does not fit the pins.
    """
    settings = {
        key: value for key, value in msgspec.to_builtins(wanted).items() if key != "table" and value is not None
    }
    gate = state["gate"]
    if wanted.table == gate["table"]:
        return {"table": gate["table"], "rows": gate["rows"], "settings": settings}
    inputs, outputs = len(state["board"]["inputs"]), len(state["board"]["outputs"])
    table = TruthTable.parse(wanted.table) if is_bits(wanted.table) else TruthTable.named(wanted.table, inputs)
    if (table.inputs, table.outputs) != (inputs, outputs):
        raise TableError(
            f"{table.name} has {table.inputs} inputs and {table.outputs} outputs, the board {inputs} and {outputs}"
        )
    return {"table": table.name, "rows": table.rows, "settings": settings}
