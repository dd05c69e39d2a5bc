"""What a browser may ask of a simulated board's page, validated before the gate receives it; and the gate's answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct

from ..errors import TableError
from ..learning.limits import MAX_LAYERS, MAX_NEURONS
from ..learning.tables import TruthTable, every_levels
from ..settings import TrainingSettings
from .messages import Answer, Board, Gate, Teach, Train, Use

#: The gate answers at once, unless the machine is very busy or the gate is stopped.
ANSWER_S = 10.0

#: The most weights in a request: it goes through the pipe as one message.
MAX_WEIGHTS = 400

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


class TeachRow(Struct, frozen=True, forbid_unknown_fields=True):
    """Teach one row these outputs, or with "-" leave it untaught."""

    levels: Annotated[str, Meta(pattern="^[01]{1,8}$")]
    outputs: Annotated[str, Meta(pattern="^([01]{1,8}|-)$")]


class UseWeights(Struct, frozen=True, forbid_unknown_fields=True):
    """Decide by these weights, once they are proved: one matrix a layer, as `/api/state` shows them."""

    table: str
    weights: Annotated[list[list[list[float]]], Meta(min_length=1, max_length=MAX_LAYERS + 1)]


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


def hidden_limits() -> dict[str, int]:
    """Return how many hidden layers a page may choose at most, and how many neurons in each."""
    return {"layers": MAX_LAYERS, "min": 1, "max": MAX_NEURONS}


def train_again(wanted: TrainAgain, board: Board, gate: Gate) -> Train:
    """Return the training that a page asks for.

    Raises:
        ValueError: a setting is out of range, or the table does not exist or does not fit the pins; one line.
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
    table = _table(wanted.table, board, gate)
    return Train(table.name, table.rows, settings)


def use(wanted: UseWeights, board: Board, gate: Gate) -> Use:
    """Return the weights that a page wants used.

    Raises:
        ValueError: they are too many, or the table does not exist or does not fit the pins; one line.
    """
    if sum(len(row) for layer in wanted.weights for row in layer) > MAX_WEIGHTS:
        raise ValueError(f"weights: at most {MAX_WEIGHTS} numbers")
    table = _table(wanted.table, board, gate)
    return Use(table.name, table.rows, wanted.weights)


def teach(wanted: TeachRow, board: Board, gate: Gate) -> Teach:
    """Return the row that a page wants taught.

    Raises:
        ValueError: it does not fit the pins; one line.
    """
    inputs, outputs = len(board.inputs), len(board.outputs)
    if len(wanted.levels) != inputs or (wanted.outputs != "-" and len(wanted.outputs) != outputs):
        raise ValueError(f"give {inputs} levels and {outputs} outputs, or - for not taught")
    return Teach(wanted.levels, wanted.outputs)


def _table(name: str, board: Board, gate: Gate) -> TruthTable:
    """Return the gate's own table, or another that fits the pins.

    Raises:
        TableError: there is no such table, it has no rows, or it does not fit the pins.
    """
    if name == gate.table:
        return TruthTable(gate.rows, name)
    inputs, outputs = len(board.inputs), len(board.outputs)
    table = _written(name, inputs)
    if (table.inputs, table.outputs) != (inputs, outputs):
        raise TableError(
            f"{table.name} has {table.inputs} inputs and {table.outputs} outputs, the board {inputs} and {outputs}"
        )
    return table


def _written(text: str, inputs: int) -> TruthTable:
    """Return the table of a name, or of bits in counting order with - for a row that is not taught.

    Raises:
        TableError: there is no such table, or no row is taught.
    """
    if set(text) - {"0", "1", "-"}:
        return TruthTable.named(text, inputs)
    if len(text) != 2**inputs:
        raise TableError(f"the table has {len(text)} rows, {inputs} inputs need {2**inputs}")
    rows = zip(every_levels(inputs), text, strict=True)
    return TruthTable({levels: bit for levels, bit in rows if bit != "-"}, text)


class Asker:
    """Asks the gate. For the server's event loop alone.

    Args:
        tell: sends the gate one message.
    """

    def __init__(self, tell: Callable[[msgspec.Struct], None]) -> None:
        self.tell = tell
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}

    async def ask(self, request: Train | Teach | Use) -> Answer:
        """Ask the gate, and return its answer.

        Raises:
            TimeoutError: there is no answer.
        """
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self.tell(msgspec.structs.replace(request, number=number))
        try:
            return await asyncio.wait_for(answer, ANSWER_S)
        finally:
            del self._waiting[number]

    def take(self, answer: Answer) -> None:
        """Take in an answer of the gate's; a late one is ignored."""
        waiting = self._waiting.get(answer.number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
