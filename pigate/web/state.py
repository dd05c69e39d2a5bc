"""The state as JSON, written out from messages. In the page's process."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from ..learning.named import NAMED, named_for
from .messages import Array, Gate, News, Training
from .packing import Packed
from .requests import PRESETS, hidden_limits, limits

#: How many starts of the program that has no seed `published` gives: those of the seeds from 1 on.
RACE = 10


def pieces_of(news: News) -> dict[str, Any]:
    """Return what is new of the state, by its keys: objects for JSON, and the training as `Packed` JSON."""
    pieces: dict[str, Any] = {}
    if news.board is not None:
        pieces["board"] = msgspec.to_builtins(news.board)
        pieces["tables"] = named_for(len(news.board.inputs), len(news.board.outputs))
        pieces["meanings"] = {name: NAMED[name].meaning for name in pieces["tables"]}
        pieces["output_names"] = {name: NAMED[name].outputs for name in pieces["tables"] if NAMED[name].outputs}
        pieces["form"] = {"limits": limits(), "presets": PRESETS, "hidden": hidden_limits()}
    if news.gate is not None:
        pieces["gate"] = _gate(news.gate)
    if news.training is not None:
        pieces["training"] = _training(news.training)
    if news.busy is not None:
        pieces["busy"] = news.busy
    if news.snapshot is not None:
        pieces["snapshot"] = news.snapshot
    return pieces


@cache
def published() -> bytes:
    """Return the three published programs as JSON, with the weights that they start from, not rounded.

    It loads NumPy, so any thread but the server's may call it, and only once somebody asks.
    """
    from ..learning.published import LEARNING_RATE, PROGRAMS, TOLERANCE, first_weights

    return msgspec.json.encode(
        {
            name: {
                "title": program.title,
                "table": program.table.name,
                "rows": program.table.rows,
                "layers": program.layers,
                "bias": False,
                "learning_rate": LEARNING_RATE,
                "epochs": program.epochs,
                "last_update": program.last_update,
                "tolerance": TOLERANCE,
                "printed": program.printed,
                "starts": {
                    str(seed): [matrix.tolist() for matrix in first_weights(program, seed)]
                    for seed in range(1, 2 if program.seeded else RACE + 1)
                },
            }
            for name, program in PROGRAMS.items()
        }
    )


def json_of(values: memoryview[float], shape: tuple[int, ...]) -> str:
    """Return numbers as JSON with five significant digits, as lists of lists of this shape.

    Five are more than a drawing shows. What is not finite is null.
    """
    if len(shape) == 1:
        text = ",".join(["%.5g"] * shape[0]) % tuple(values)
        if "n" in text:  # nan, inf
            text = ",".join("null" if "n" in number else number for number in text.split(","))
        return f"[{text}]"
    return "[" + ",".join(json_of(_part(values, k, shape[0]), shape[1:]) for k in range(shape[0])) + "]"


def _gate(gate: Gate) -> msgspec.Raw:
    known = {
        "table": gate.table,
        "rows": gate.rows,
        "guesses": gate.guesses,
        "inputs": gate.layers[0],
        "outputs": gate.layers[-1],
        "layers": gate.layers,
        "tolerance": gate.tolerance,
        "predictions": gate.predictions,
        "weights": [_raw(matrix) for matrix in gate.weights],
    }
    return msgspec.Raw(msgspec.json.encode(known))


def _training(training: Training) -> Packed:
    layers = [(_values(layer), layer.shape[1:]) for layer in training.snapshots]
    count = training.snapshots[0].shape[0]
    moments = (",".join(json_of(_part(values, k, count), shape) for values, shape in layers) for k in range(count))
    snapshots = msgspec.Raw(f"[[{'],['.join(moments)}]]".encode())
    whole = training.summary | {"losses": _raw(training.losses), "snapshots": snapshots}
    packed = Packed(msgspec.json.encode(whole))
    packed.deflated  # noqa: B018 (here, where it delays no reader)
    return packed


def _raw(array: Array) -> msgspec.Raw:
    return msgspec.Raw(json_of(_values(array), array.shape).encode())


def _values(array: Array) -> memoryview[float]:
    return memoryview(array.data).cast("d")


def _part(values: memoryview[float], index: int, count: int) -> memoryview[float]:
    """Return one of `count` parts of the same length."""
    length = len(values) // count
    return values[index * length : (index + 1) * length]
