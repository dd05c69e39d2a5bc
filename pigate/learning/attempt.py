"""One attempt: a batch of random starts, trained until one of them is proved or their epochs are used up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from random import Random

import numpy as np

from .backpropagation import Batch, Update
from .network import FloatArray, Network
from .proof import rows_as_arrays, rows_not_learned
from .tables import TruthTable

#: How many numbers of eight bytes the record of the weights may hold: 8 MB.
MAX_RECORD_SIZE = 1_000_000

#: How many snapshots the record may hold; they are evenly spaced.
MAX_SNAPSHOTS = 256

#: First weights are even between minus and plus this. Of 1 to 4, and the normal distribution, this
#: and 4 took the fewest epochs, with either rule, over all three-input tables and wide parities.
SPREAD = 3.0


@dataclass(frozen=True)
class Attempt:
    """The outcome of one batch of starts."""

    #: the start that was proved, or the one that came nearest
    winner: int
    network: Network
    #: taught rows that it does not decide rightly
    wrong: tuple[str, ...]
    #: (epochs, starts): mean squared error of every start before each update
    losses: FloatArray
    #: epochs of the snapshots, and the winner's weights then: for each layer (snapshots, rows, columns)
    snapshot_epochs: tuple[int, ...]
    snapshots: tuple[FloatArray, ...]


def first_weights(generator: Random, starts: int, shapes: Sequence[tuple[int, int]]) -> list[FloatArray]:
    """Return random weights, for each layer ``(starts, rows, columns)``.

    Python's generator: numpy.random costs 6 MB and, on a Pi Zero, a third of a second to load.
    """
    layers = []
    for shape in shapes:
        whole = (starts, *shape)
        numbers = np.array([generator.random() for _ in range(prod(whole))])
        layers.append((SPREAD * (2.0 * numbers - 1.0)).reshape(whole))
    return layers


def attempt(
    table: TruthTable,
    first: Sequence[FloatArray],
    update: Update,
    limit: int,
    tolerance: float,
    progress: Callable[[int, float], None] | None,
) -> Attempt:
    """Train the starts for at most `limit` epochs, or until one of their networks is proved.

    Args:
        table: what to learn.
        first: the first weights, for each layer ``(starts, rows, columns)``.
        update: changes the weights by the gradient.
        limit: epochs.
        tolerance: of a decision.
        progress: called, if given, after each epoch with its number in this attempt and the lowest loss.
    """
    x, y = rows_as_arrays(table)
    batch = Batch(x, y, first)
    starts = len(first[0])
    losses: list[FloatArray] = []
    record = _Record(batch.weights)
    epoch = 0
    while True:
        batch.forward()
        errors = batch.error.reshape(starts, -1)
        worst = np.abs(errors).max(axis=1)
        winner = int(worst.argmin())
        if worst[winner] < tolerance or epoch == limit:  # only then ask row by row
            network = Network(Batch.split(batch.weights[winner], first), table.inputs)
            wrong = rows_not_learned(network, table, tolerance)
            if not wrong or epoch == limit:
                break
        record.take(epoch)
        losses.append(np.einsum("ij,ij->i", errors, errors) / y.size)
        update(batch.weights, batch.backward())
        epoch += 1
        if progress is not None:
            progress(epoch, float(losses[-1].min()))
    record.take(epoch, last=True)
    return Attempt(
        winner=winner,
        network=network,
        wrong=wrong,
        losses=np.array(losses).reshape(-1, starts),
        snapshot_epochs=tuple(record.epochs),
        snapshots=tuple(Batch.split(np.stack([w[winner] for w in record.weights]), first)),
    )


class _Record:
    """The weights of all starts at evenly spaced epochs; when it is full, every second one goes."""

    def __init__(self, weights: FloatArray) -> None:
        self._source = weights
        self._max = max(2, min(MAX_SNAPSHOTS, MAX_RECORD_SIZE // weights.size))
        self._stride = 1
        self.epochs: list[int] = []
        self.weights: list[FloatArray] = []

    def take(self, epoch: int, *, last: bool = False) -> None:
        """Keep this epoch's weights if it is one of every `stride`, or the last."""
        if epoch % self._stride and not last:
            return
        if len(self.epochs) == self._max:
            del self.epochs[1::2], self.weights[1::2]
            self._stride *= 2
        if epoch % self._stride == 0 or last:
            self.epochs.append(epoch)
            self.weights.append(self._source.copy())
