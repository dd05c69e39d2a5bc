"""Training: many random starts side by side, fresh ones when all are stuck, and the proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import prod
from random import Random
from typing import Literal

import numpy as np

from .attempt import first_weights, run_draw
from .backpropagation import plain, resilient
from .decision import Decision, decide
from .network import FloatArray, Network
from .proof import mean_squared_error, rows_not_learned
from .tables import TruthTable

#: Called after each epoch with the number of epochs so far and the lowest loss of any start.
Progress = Callable[[int, float], None]

#: Epochs that a first draw of a table with three inputs is given before it counts as stuck.
PATIENCE = {"resilient": 200, "plain": 2000}


@dataclass(frozen=True)
class Trained:
    """A training's outcome and its record. Immutable; any thread may read it."""

    table: TruthTable
    network: Network
    #: how near to 0 or 1 an output must be to be decided
    tolerance: float
    #: the rule that trained it, and the plain rule's rate
    rule: Literal["resilient", "plain"]
    learning_rate: float
    seed: int
    #: random initialisations side by side, and how often a whole batch of them was drawn
    starts: int
    draws: int
    #: weight updates, those of earlier draws included
    epochs: int
    #: mean squared error of the network
    loss: float
    #: taught rows that are not decided rightly; empty when the table is learned
    not_learned: tuple[str, ...]
    duration_s: float
    #: (epochs of the last draw, starts): mean squared error of every start before each update
    losses: FloatArray
    #: which start became the network
    winner: int
    #: the winner's weights over the last draw: epochs (K,), and for each layer (K, fan_in, fan_out)
    snapshot_epochs: tuple[int, ...]
    snapshots: tuple[FloatArray, ...]

    @property
    def learned(self) -> bool:
        """Whether every taught row is decided rightly."""
        return not self.not_learned

    def decide(self, levels: str) -> tuple[tuple[float, ...], tuple[Decision, ...]]:
        """Return the network's prediction for the levels, and the decision of each output."""
        prediction = self.network.predict([int(bit) for bit in levels]).tolist()
        return tuple(prediction), tuple(decide(p, self.tolerance) for p in prediction)


def train(
    table: TruthTable,
    *,
    hidden: Sequence[int] = (4,),
    bias: bool = True,
    rule: Literal["resilient", "plain"] = "resilient",
    learning_rate: float = 1.0,
    starts: int = 16,
    epochs: int = 10_000,
    tolerance: float = 0.1,
    seed: int = 1,
    progress: Progress | None = None,
) -> Trained:
    """Train networks on the table until one decides every taught row rightly.

    Args:
        table: what to learn.
        hidden: neurons of each hidden layer; empty for a single layer.
        bias: whether each neuron has a bias.
        rule: ``resilient`` (iRprop-, needs no learning rate) or ``plain``.
        learning_rate: of the plain rule.
        starts: random initialisations trained side by side; the first that is proved wins.
        epochs: updates after which to give up, over all draws.
        tolerance: how near to 0 or 1 an output must be, above 0 and below 0.5.
        seed: of the random initialisations; the same seed gives the same network, bit for bit, on
            one machine.
        progress: called after each epoch, in the caller's thread.

    Returns:
        the training, also when the table was not learned: see `Trained.learned`.

    Any thread may call; nothing is shared between calls.
    """
    begin = time.perf_counter()
    generator = Random(seed)  # noqa: S311 (it guards nothing)
    shapes = [(rows + bias, columns) for rows, columns in pairwise([table.inputs, *hidden, table.outputs])]
    patience = PATIENCE[rule] * max(1, table.inputs - 2)
    done = draws = 0

    while True:
        draws += 1
        first = first_weights(generator, starts, shapes)
        update = plain(learning_rate) if rule == "plain" else resilient((starts, sum(map(prod, shapes))))
        # A batch can be stuck as a whole; a wider table or an unlucky one is given more each time.
        limit = min(patience * draws, epochs - done)
        tell = None if progress is None else partial(_tell, progress, done)
        draw = run_draw(table, first, update, limit, tolerance, tell)
        done += len(draw.losses)
        if not draw.wrong or done >= epochs:
            break
    return Trained(
        table=table,
        network=draw.network,
        tolerance=tolerance,
        rule=rule,
        learning_rate=learning_rate,
        seed=seed,
        starts=starts,
        draws=draws,
        epochs=done,
        loss=mean_squared_error(draw.network, table),
        not_learned=draw.wrong,
        duration_s=time.perf_counter() - begin,
        losses=draw.losses,
        winner=draw.winner,
        snapshot_epochs=draw.snapshot_epochs,
        snapshots=draw.snapshots,
    )


def _tell(progress: Progress, before: int, epoch: int, loss: float) -> None:
    progress(before + epoch, loss)


def examine(network: Network, table: TruthTable, tolerance: float) -> Trained:
    """Prove a network that was trained elsewhere: a training without starts or epochs."""
    begin = time.perf_counter()
    wrong = rows_not_learned(network, table, tolerance)
    return Trained(
        table=table,
        network=network,
        tolerance=tolerance,
        rule="resilient",
        learning_rate=0.0,
        seed=0,
        starts=0,
        draws=0,
        epochs=0,
        loss=mean_squared_error(network, table),
        not_learned=wrong,
        duration_s=time.perf_counter() - begin,
        losses=np.empty((0, 0)),
        winner=0,
        snapshot_epochs=(0,),
        snapshots=tuple(w[np.newaxis] for w in network.weights),
    )
