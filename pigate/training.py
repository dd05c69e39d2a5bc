"""Training: many random starts side by side, fresh ones when all are stuck, and the proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from .backpropagation import Batch, plain, resilient
from .decision import Decision, decide, target_of
from .network import FloatArray, Network
from .tables import TruthTable

#: Called after each epoch with the number of epochs so far and the lowest loss of any start.
Progress = Callable[[int, float], None]

#: Epochs that a first draw of a table with three inputs is given before it counts as stuck.
PATIENCE = {"resilient": 200, "plain": 2000}

#: What the record of the weights may take, in numbers of eight bytes: 8 MB.
RECORD_SIZE = 1_000_000


@dataclass(frozen=True)
class Trained:
    """A training's outcome and its record. Immutable; any thread may read it."""

    table: TruthTable
    network: Network
    #: how near to 0 or 1 an output must be to be decided
    tolerance: float
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


def rows_as_arrays(table: TruthTable) -> tuple[FloatArray, FloatArray]:
    """Return the taught rows as levels ``(rows, inputs)`` and targets ``(rows, outputs)``."""
    x = np.array([[float(bit) for bit in levels] for levels in table.rows])
    y = np.array([[float(bit) for bit in targets] for targets in table.rows.values()])
    return x, y


def rows_not_learned(network: Network, table: TruthTable, tolerance: float) -> tuple[str, ...]:
    """Return the taught rows that the network does not decide as the table says: the proof.

    Rows are asked one by one, as the switches ask, so that what is proved is what will run.
    """
    wrong = []
    for levels, targets in table.rows.items():
        prediction = network.predict([int(bit) for bit in levels])
        if "".join(target_of(decide(p, tolerance)) for p in prediction.tolist()) != targets:
            wrong.append(levels)
    return tuple(wrong)


def mean_squared_error(network: Network, table: TruthTable) -> float:
    """Return the loss: the mean over taught rows and outputs of the squared error."""
    x, y = rows_as_arrays(table)
    return float(np.mean((y - network.predict(x)) ** 2))


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
    generator = np.random.default_rng(seed)
    widths = [table.inputs, *hidden, table.outputs]
    shapes = [(a + bias, b) for a, b in pairwise(widths)]
    patience = PATIENCE[rule] * max(1, table.inputs - 2)
    done = draws = 0
    while True:
        draws += 1
        # A batch can be stuck as a whole; a wider table or an unlucky one is given more each time.
        limit = min(patience * draws, epochs - done)
        first = [generator.standard_normal((starts, *shape)) for shape in shapes]
        draw = _run_draw(table, first, _rule(rule, learning_rate, first), limit, tolerance, done, progress)
        done += draw.epochs
        if not draw.wrong or done >= epochs:
            break
    snapshots = Batch.split(draw.weights, first)
    return Trained(
        table=table,
        network=draw.network,
        tolerance=tolerance,
        seed=seed,
        starts=starts,
        draws=draws,
        epochs=done,
        loss=mean_squared_error(draw.network, table),
        not_learned=draw.wrong,
        duration_s=time.perf_counter() - begin,
        losses=draw.losses,
        winner=draw.winner,
        snapshot_epochs=draw.kept,
        snapshots=tuple(snapshots),
    )


def examine(network: Network, table: TruthTable, tolerance: float) -> Trained:
    """Prove a network that was trained elsewhere: a training without starts or epochs."""
    begin = time.perf_counter()
    wrong = rows_not_learned(network, table, tolerance)
    return Trained(
        table=table,
        network=network,
        tolerance=tolerance,
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


def _rule(name: str, learning_rate: float, layers: list[FloatArray]) -> Callable[[FloatArray, FloatArray], None]:
    if name == "plain":
        return plain(learning_rate)
    starts = layers[0].shape[0]
    return resilient((starts, sum(w[0].size for w in layers)))


@dataclass(frozen=True)
class _Draw:
    network: Network
    wrong: tuple[str, ...]
    winner: int
    epochs: int
    losses: FloatArray
    kept: tuple[int, ...]
    weights: FloatArray  # (kept, weights in all) of the winner


def _run_draw(
    table: TruthTable,
    first: list[FloatArray],
    update: Callable[[FloatArray, FloatArray], None],
    limit: int,
    tolerance: float,
    before: int,
    progress: Progress | None,
) -> _Draw:
    """Train one batch for at most `limit` epochs, or until one of its networks is proved."""
    x, y = rows_as_arrays(table)
    batch = Batch(x, y, first)
    losses: list[FloatArray] = []
    kept: list[int] = []
    weights: list[FloatArray] = []
    most = max(2, min(256, RECORD_SIZE // batch.weights.size))
    stride = 1
    cells = y.size

    def network_of(start: int) -> Network:
        return Network(Batch.split(batch.weights[start], first), table.inputs)

    epoch = 0
    while True:
        batch.forward()
        worst = np.abs(batch.error).reshape(len(first[0]), -1).max(axis=1)
        for winner in np.flatnonzero(worst < tolerance).tolist():
            network = network_of(winner)
            if not (wrong := rows_not_learned(network, table, tolerance)):
                break
        else:
            wrong = ("",)
        if epoch % stride == 0:
            if len(kept) == most:  # thin the record out, so that its size stays bounded
                del kept[1::2], weights[1::2]
                stride *= 2
            if epoch % stride == 0:
                kept.append(epoch)
                weights.append(batch.weights.copy())
        if not wrong or epoch == limit:
            break
        flat = batch.error.reshape(len(worst), -1)
        losses.append(np.einsum("ij,ij->i", flat, flat) / cells)
        update(batch.weights, batch.backward())
        epoch += 1
        if progress is not None:
            progress(before + epoch, float(losses[-1].min()))
    if wrong:
        winner = int(worst.argmin())
        network = network_of(winner)
        wrong = rows_not_learned(network, table, tolerance)
    if kept[-1] != epoch:
        kept.append(epoch)
        weights.append(batch.weights.copy())
    record = np.array(losses) if losses else np.empty((0, len(worst)))
    return _Draw(network, wrong, winner, epoch, record, tuple(kept), np.stack([w[winner] for w in weights]))
