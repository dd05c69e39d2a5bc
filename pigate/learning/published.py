"""The three published programs that pigate grew out of, run as published.

All are full-batch networks of sigmoids without a bias, learning rate 1, trained by the plain rule of
`backpropagation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .backpropagation import Batch, plain, shapes_of
from .network import FloatArray, Network
from .proof import mean_squared_error, rows_as_arrays
from .tables import TruthTable, every_levels

#: The xor-gate article's own rule for reading its outputs: above 0.9 is 1, below 0.1 is 0.
TOLERANCE = 0.1

LEARNING_RATE = 1.0

#: How many starts are counted, each from a seed of its own.
STARTS = 200

Draw = Callable[[np.random.RandomState, tuple[int, int]], FloatArray]


def _uniform(generator: np.random.RandomState, shape: tuple[int, int]) -> FloatArray:
    return 2 * generator.random_sample(shape) - 1


def _normal(generator: np.random.RandomState, shape: tuple[int, int]) -> FloatArray:
    return generator.standard_normal(shape)


@dataclass(frozen=True)
class Program:
    """One published program: what it is taught, and how."""

    title: str
    table: TruthTable
    layers: tuple[int, ...]
    draw: Draw
    epochs: int
    #: row -> what the article prints for it
    printed: dict[str, str]
    #: the loss that the article prints, if it does
    printed_loss: str = ""
    #: whether the last pass also updates; False where the article prints the outputs from before its last update
    last_update: bool = True
    #: whether the article seeds its generator (with 1), so that its digits come out again; else they are one run's
    seeded: bool = True


PROGRAMS = {
    "multi-layer": Program(
        "How to build a multi-layered neural network in Python",
        TruthTable({"001": "0", "011": "1", "101": "1", "010": "1", "100": "1", "111": "0", "000": "0"}, "multi-layer"),
        (3, 4, 1),
        _uniform,
        60_000,
        {"110": "0.0078876"},
    ),
    "single-layer": Program(
        "How to build a neural network that can learn (two layers)",
        TruthTable({"001": "0", "011": "0", "101": "1", "111": "1"}, "single-layer"),
        (3, 1),
        _uniform,
        10_000,
        {"001": "0.00966449", "011": "0.00786506", "101": "0.99358898", "111": "0.99211957"},
        last_update=False,
    ),
    "xor-gate": Program(
        "How to Build a Simple Neural Network in Python (3-input XOR gate)",
        TruthTable.named("xor"),
        (3, 4, 1),
        _normal,
        1_000,
        {"001": "0.0442"},
        printed_loss="0.00205753",
        seeded=False,
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What a published program came to."""

    network: Network
    loss: float
    #: the loss before each update
    losses: list[float]

    def as_object(self, program: Program) -> dict[str, Any]:
        """Return the outcome as `reproduce --json` prints it, with a prediction for every row."""
        rows = list(every_levels(program.layers[0]))
        predicted = self.network.predict([[int(bit) for bit in levels] for levels in rows])
        return {
            "predictions": dict(zip(rows, predicted.tolist(), strict=True)),
            "loss": self.loss,
            "epochs": program.epochs,
        }

    def text(self, program: Program, found: Mapping[str, Any]) -> str:
        """Return the figures beside the printed ones, for a person."""
        lines = [f"{program.title}: {'-'.join(map(str, program.layers))}, {program.epochs:,} epochs"]
        lines.append(f"  {'row':<6} {'here':<14} in print")
        for levels, value in found["predictions"].items():
            if levels in program.table.rows or levels in program.printed:
                lines.append(f"  {levels:<6} {value[0]:<14.8f} {program.printed.get(levels, '')}".rstrip())
        lines.append(f"  {'loss':<6} {self.loss:<14.8f} {program.printed_loss}".rstrip())
        if not program.seeded:
            lines.append("  (the article's run is not seeded: its figures are those of one run of many)")
            lines.append(
                f"  inside its own rule, above 0.9 or below 0.1 in every row: "
                f"{found['starts_inside_rule']} of {found['starts']} starts"
            )
        return "\n".join(lines) + "\n"


def first_weights(program: Program, seed: int) -> list[FloatArray]:
    """Return the weights that a program starts from, one matrix ``(fan_in, fan_out)`` a layer, without a bias."""
    generator = np.random.RandomState(seed)
    return [program.draw(generator, shape) for shape in shapes_of(program.layers, bias=False)]


def reproduce(program: Program, seed: int = 1) -> Outcome:
    """Run a program once, with the generator that the articles used (NumPy's legacy one)."""
    networks, losses = _descend(program, [seed])
    return Outcome(networks[0], mean_squared_error(networks[0], program.table), losses[:, 0].tolist())


def starts_inside_rule(program: Program) -> int:
    """Count how many of `STARTS` starts end with every row inside the article's own rule."""
    networks, _ = _descend(program, list(range(1, STARTS + 1)))
    x, y = rows_as_arrays(program.table)
    return sum(bool((np.abs(y - network.predict(x)) < TOLERANCE).all()) for network in networks)


def _descend(program: Program, seeds: list[int]) -> tuple[list[Network], FloatArray]:
    """Run the program from each seed side by side; return the networks and (epochs, seeds) losses."""
    shapes = shapes_of(program.layers, bias=False)
    batch = Batch(*rows_as_arrays(program.table), shapes, len(seeds), cross_entropy=False)
    for start, seed in enumerate(seeds):
        batch.set_start(start, first_weights(program, seed))
    update = plain(LEARNING_RATE, batch.weights.shape)
    losses = np.empty((program.epochs, len(seeds)))
    for epoch in range(program.epochs):
        batch.forward()
        losses[epoch] = np.mean(batch.error**2, axis=(1, 2))
        if program.last_update or epoch < program.epochs - 1:
            update(batch.weights, batch.backward())
    return [Network(batch.layers(row), program.layers[0]) for row in batch.weights], losses
