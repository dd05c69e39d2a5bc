"""One attempt: a batch of random starts, trained until one of them is proved or their epochs are used up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np

from .backpropagation import Batch, Update
from .network import FloatArray, Network
from .proof import Examined, examine
from .tables import TruthTable

#: How many numbers of eight bytes the record of the weights may hold: 8 MB.
MAX_RECORD_SIZE = 1_000_000

#: How many snapshots the record may hold; they are evenly spaced.
MAX_SNAPSHOTS = 256

#: First weights are even between minus and plus this, in the unit of W. Of 2 to 6 it took the fewest
#: epochs over tables of 3 to 8 inputs, by either rule, with a bias and without.
SPREAD = 4.0


@dataclass(frozen=True)
class Attempt:
    """The outcome of one batch of starts."""

    #: the start that was proved, or the one that came nearest
    winner: int
    #: its network, held against the table
    examined: Examined
    #: (epochs, starts): mean squared error of every start before each update
    losses: FloatArray
    #: epochs of the snapshots, and the winner's weights then: for each layer (snapshots, rows, columns)
    snapshot_epochs: tuple[int, ...]
    snapshots: tuple[FloatArray, ...]


def draw(batch: Batch, generator: Random) -> None:
    """Give all starts random weights.

    By Python's generator: numpy.random costs 6 MB and, on a Pi Zero, a third of a second to load.
    """
    number = batch.weights.size
    bits = np.frombuffer(generator.getrandbits(32 * number).to_bytes(4 * number, "little"), "<u4")
    np.multiply(bits.reshape(batch.weights.shape), SPREAD * batch.unit / 2**31, out=batch.weights)
    batch.weights -= SPREAD * batch.unit


def attempt(
    batch: Batch,
    update: Update,
    table: TruthTable,
    limit: int,
    tolerance: float,
    progress: Callable[[int, float], None] | None,
) -> Attempt:
    """Train the starts for at most `limit` epochs, or until one of their networks is proved.

    Args:
        batch: the starts, with their first weights, and the table's rows.
        update: changes the weights by the gradient.
        table: what to learn.
        limit: epochs.
        tolerance: of a decision.
        progress: called, if given, after each epoch with its number in this attempt and the lowest loss.
    """
    starts = len(batch.weights)
    squares = np.empty((limit + 1, starts))
    # Where every error is below the tolerance, the mean of their squares is below its square.
    enough = tolerance * tolerance / batch.mean
    record = _Record(batch.weights)
    epoch = 0
    while True:
        batch.forward()
        now = squares[epoch]
        batch.squares(now)
        lowest = now[now.argmin()]
        if epoch == limit or lowest < enough:
            winner, error = batch.nearest()
            if epoch == limit or error < tolerance:
                network = Network(batch.layers(batch.weights[winner]), table.inputs)
                examined = examine(network, table, tolerance)
                if examined.learned or epoch == limit:
                    break
        record.take(epoch)
        update(batch.weights, batch.backward())
        epoch += 1
        if progress is not None:
            progress(epoch, float(lowest) * batch.mean)
    record.take(epoch, last=True)
    return Attempt(
        winner=winner,
        examined=examined,
        losses=squares[:epoch] * batch.mean,
        snapshot_epochs=tuple(record.epochs),
        snapshots=tuple(batch.layers(record.of(winner).copy())),
    )


class _Record:
    """The weights of all starts at evenly spaced epochs; when it is full, every second one goes."""

    def __init__(self, weights: FloatArray) -> None:
        self._source = weights
        most = max(2, min(MAX_SNAPSHOTS, MAX_RECORD_SIZE // weights.size))
        self._weights = np.empty((most, *weights.shape))
        self._stride = 1
        self.epochs: list[int] = []

    def take(self, epoch: int, *, last: bool = False) -> None:
        """Keep this epoch's weights if it is one of every `stride`, or the last."""
        if epoch % self._stride and not last:
            return
        if len(self.epochs) == len(self._weights):
            del self.epochs[1::2]
            self._weights[: len(self.epochs)] = self._weights[::2]
            self._stride *= 2
        if epoch % self._stride == 0 or last:
            self._weights[len(self.epochs)] = self._source
            self.epochs.append(epoch)

    def of(self, start: int) -> FloatArray:
        """Return one start's weights, ``(snapshots, weights in all)``."""
        return self._weights[: len(self.epochs), start]
