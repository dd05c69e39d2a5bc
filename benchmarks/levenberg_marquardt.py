"""A Levenberg-Marquardt training of a few starts side by side: the quickest way known for networks so small.

Hagan and Menhaj 1994, "Training feedforward networks with the Marquardt algorithm", IEEE Transactions on
Neural Networks 5. With the errors e and their slopes J by the weights w, a step solves

    (J.T @ J + damping * I) @ step = J.T @ e

and is taken, with a tenth of the damping from then on, if it lessens the squared error; else the damping
is ten times more. The networks are those of `pigate.learning.backpropagation`: tanh on -1..1, folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from pigate.learning.backpropagation import fold, shapes_of, split
from pigate.learning.network import FloatArray, Network
from pigate.learning.proof import examine, rows_as_arrays
from pigate.learning.tables import TruthTable

STARTS = 4
TOLERANCE = 0.1

#: First weights are normal, times this; the damping begins with that, and stays between these.
SPREAD = 0.75
DAMPING = 1.0
LEAST, MOST = 1e-12, 1e12

#: Steps after which all starts are drawn afresh, and how often.
PATIENCE = 100
ATTEMPTS = 10


def train(table: TruthTable, hidden: Sequence[int], seed: int) -> bool:
    """Train until a network decides every row rightly; return whether one does."""
    x, y = rows_as_arrays(table)
    x, y = 2 * x - 1, 2 * y - 1
    shapes = shapes_of([table.inputs, *hidden, table.outputs], bias=True)
    generator = np.random.default_rng(seed)
    for _ in range(ATTEMPTS):
        weights = SPREAD * generator.standard_normal((STARTS, sum(map(prod, shapes))))
        damping = np.full((STARTS, 1, 1), DAMPING)
        layers = forward(x, weights, shapes)
        errors = (y - layers[-1]).reshape(STARTS, -1)
        for _ in range(PATIENCE):
            winner = int(np.abs(errors).max(axis=1).argmin())
            if np.abs(errors[winner]).max() < 2 * TOLERANCE:
                network = Network([fold(v) for v in split(weights[winner], shapes)], table.inputs)
                if examine(network, table, TOLERANCE).learned:
                    return True
            moved = weights + steps(slopes(layers, weights, shapes), errors, damping)
            moved_layers = forward(x, moved, shapes)
            moved_errors = (y - moved_layers[-1]).reshape(STARTS, -1)
            better = (moved_errors**2).sum(axis=1) < (errors**2).sum(axis=1)
            damping = np.clip(np.where(better[:, np.newaxis, np.newaxis], 0.1, 10.0) * damping, LEAST, MOST)
            weights[better], errors[better] = moved[better], moved_errors[better]
            for layer, moved_layer in zip(layers[1:], moved_layers[1:], strict=True):
                layer[better] = moved_layer[better]
    return False


def forward(x: FloatArray, weights: FloatArray, shapes: Sequence[tuple[int, int]]) -> list[FloatArray]:
    """Return what each layer is fed, with a column of ones, ``(starts, rows, width + 1)``, and the outputs."""
    starts, rows = len(weights), len(x)
    ones = np.ones((starts, rows, 1))
    layers = [np.concatenate([np.broadcast_to(x, (starts, *x.shape)), ones], axis=2)]
    matrices = split(weights, shapes)
    for number, matrix in enumerate(matrices, 1):
        h = np.tanh(layers[-1] @ matrix)
        layers.append(h if number == len(matrices) else np.concatenate([h, ones], axis=2))
    return layers


def slopes(layers: Sequence[FloatArray], weights: FloatArray, shapes: Sequence[tuple[int, int]]) -> FloatArray:
    """Return J: of each output of each row by each weight, ``(starts, rows x outputs, weights in all)``."""
    matrices = split(weights, shapes)
    starts, rows, outputs = layers[-1].shape
    # d is the slope of each output by the sums that a layer's neurons take: (starts, rows, outputs, width).
    d = np.eye(outputs) * (1 - layers[-1] ** 2)[..., np.newaxis, :]
    parts = []
    for number in range(len(shapes) - 1, -1, -1):
        fed = layers[number]
        part = fed[:, :, np.newaxis, :, np.newaxis] * d[:, :, :, np.newaxis, :]
        parts.append(part.reshape(starts, rows * outputs, -1))
        if number:
            width = shapes[number][0] - 1
            below = matrices[number][:, np.newaxis, :width].swapaxes(2, 3)
            d = (d @ below) * (1 - fed[:, :, np.newaxis, :width] ** 2)
    return np.concatenate(parts[::-1], axis=2)


def steps(j: FloatArray, errors: FloatArray, damping: FloatArray) -> FloatArray:
    """Solve for each start's step, ``(starts, weights in all)``, on the side where the matrix is smaller."""
    turned, e = j.swapaxes(1, 2), errors[..., np.newaxis]
    residuals, weights = j.shape[1:]
    if residuals < weights:  # J.T @ (J @ J.T + damping * I)^-1 is the same matrix
        return np.asarray(turned @ np.linalg.solve(j @ turned + damping * np.eye(residuals), e))[..., 0]
    return np.asarray(np.linalg.solve(turned @ j + damping * np.eye(weights), turned @ e))[..., 0]
