"""The state as JSON, written out from messages. In the page's process."""

from __future__ import annotations

from typing import Any

import msgspec

from ..learning.named import NAMED, named_for
from .messages import Array, Gate, News, Training
from .requests import PRESETS, limits


def pieces_of(news: News) -> dict[str, Any]:
    """Return what is new of the state, by its keys, ready for `msgspec.json.encode`."""
    pieces: dict[str, Any] = {}
    if news.board is not None:
        pieces["board"] = msgspec.to_builtins(news.board) | {"writable": news.board.kind == "simulated"}
        pieces["tables"] = named_for(len(news.board.inputs), len(news.board.outputs))
        # The page says the meaning in brackets, and needs none in it.
        pieces["meanings"] = {name: NAMED[name][0].partition(" (")[0] for name in pieces["tables"]}
        pieces["form"] = {"limits": limits(), "presets": PRESETS}
    if news.gate is not None:
        pieces["gate"] = _gate(news.gate)
    if news.training is not None:
        pieces["training"] = _training(news.training)
    if news.busy is not None:
        pieces["busy"] = news.busy
    if news.snapshot is not None:
        pieces["snapshot"] = news.snapshot
    return pieces


def _gate(gate: Gate) -> msgspec.Raw:
    known = {
        "table": gate.table,
        "rows": gate.rows,
        "inputs": gate.layers[0],
        "outputs": gate.layers[-1],
        "layers": gate.layers,
        "tolerance": gate.tolerance,
        "weights": [_nested(_values(matrix), matrix.shape) for matrix in gate.weights],
    }
    return msgspec.Raw(msgspec.json.encode(known))


def _training(training: Training) -> msgspec.Raw:
    layers = [(_values(layer), layer.shape[1:]) for layer in training.snapshots]
    count = training.snapshots[0].shape[0]
    snapshots = [[_nested(_part(values, k, count), shape) for values, shape in layers] for k in range(count)]
    losses = _nested(_values(training.losses), training.losses.shape)
    return msgspec.Raw(msgspec.json.encode(training.summary | {"losses": losses, "snapshots": snapshots}))


def _values(array: Array) -> memoryview[float]:
    return memoryview(array.data).cast("d")


def _part(values: memoryview[float], index: int, count: int) -> memoryview[float]:
    """Return one of `count` parts of the same length."""
    length = len(values) // count
    return values[index * length : (index + 1) * length]


def _nested(values: memoryview[float], shape: tuple[int, ...]) -> msgspec.Raw:
    """Return numbers as JSON, lists of lists as the shape says."""
    return msgspec.Raw(_text(values, shape).encode())


def _text(values: memoryview[float], shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return "[" + ",".join(map(repr, values)) + "]"
    return "[" + ",".join(_text(_part(values, k, shape[0]), shape[1:]) for k in range(shape[0])) + "]"
