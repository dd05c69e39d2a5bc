"""Training: many random starts side by side, fresh ones when all are stuck, and the proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import prod
from random import Random

from ..errors import TableError, shortened
from .attempt import Attempt, attempt, first_weights
from .backpropagation import plain, resilient
from .limits import Rule, check
from .network import FloatArray
from .proof import Examined, mean_squared_error
from .tables import TruthTable

#: Called after each epoch with the number of epochs so far and the lowest loss of any start.
Progress = Callable[[int, float], None]

#: Epochs that a first attempt at a table with three inputs is given before it counts as stuck.
PATIENCE = {"resilient": 200, "plain": 2000}


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """How a network was trained.

    >>> from pigate import TruthTable, train
    >>> record = train(TruthTable.named("xor")).record
    >>> record.losses.shape == (record.epochs, record.starts)
    True
    """

    #: the update rule, and the plain rule's rate
    rule: Rule
    learning_rate: float
    seed: int
    #: random initialisations side by side, and how many batches of them were tried
    starts: int
    attempts: int
    #: weight updates, those of earlier attempts included
    epochs: int
    duration_s: float
    #: (epochs of the last attempt, starts): mean squared error of every start before each update
    losses: FloatArray
    #: which start became the network
    winner: int
    #: the winner's weights over the last attempt: epochs (K,), and for each layer (K, fan_in, fan_out)
    snapshot_epochs: tuple[int, ...]
    snapshots: tuple[FloatArray, ...]

    def __str__(self) -> str:
        """Return how long it took and from what it began, in words for a person."""
        starts = f"{self.starts} start{'s' * (self.starts > 1)}, attempt {self.attempts}"
        return f"in {self.epochs} epochs ({starts}, {self.duration_s * 1e3:.1f} ms, seed {self.seed})"

    def __repr__(self) -> str:
        return f"<Record {self.rule} rule, {self}>"


@dataclass(frozen=True, eq=False, repr=False)
class Trained(Examined):
    """A network that was trained here, held against its table, and the record of its training.

    Printed, it is a table of the rows with their predictions. Immutable; any thread may use it.

    >>> from pigate import TruthTable, train
    >>> trained = train(TruthTable.named("xor"))
    >>> trained.learned, trained.not_learned, trained.network
    (True, (), <Network 3-4-1 with biases>)
    >>> trained.decide("101")[1]
    ('off',)
    >>> print(trained)  # doctest: +ELLIPSIS
    row       target   prediction verdict
    000       1        0.9...   learned
    ...
    xor: learned by a 3-4-1 network in ... epochs (...
    """

    record: Record

    @property
    def how(self) -> str:
        """How the network came to its weights, in words for a person."""
        return str(self.record)

    @property
    def epochs(self) -> int:
        """Weight updates that the training took, those of earlier attempts included."""
        return self.record.epochs


def train(
    table: TruthTable,
    *,
    hidden: Sequence[int] = (4,),
    bias: bool = True,
    rule: Rule = "resilient",
    learning_rate: float = 1.0,
    starts: int = 16,
    epochs: int = 10_000,
    tolerance: float = 0.1,
    seed: int = 1,
    progress: Progress | None = None,
) -> Trained:
    """Train networks on the table until one decides every taught row rightly.

    >>> from pigate import TruthTable, train
    >>> trained = train(TruthTable.from_function(lambda a, b, c: a and not b or c), hidden=[4], seed=7)
    >>> trained.learned
    True
    >>> trained.network.predict([1, 0, 1]).round().tolist()
    [1.0]

    Args:
        table: what to learn.
        hidden: neurons of each hidden layer; empty for a single layer.
        bias: whether each neuron has a bias.
        rule: ``resilient`` (iRprop-, needs no learning rate) or ``plain``.
        learning_rate: of the plain rule.
        starts: random initialisations trained side by side; the first that is proved wins.
        epochs: updates after which to give up, over all attempts.
        tolerance: how near to 0 or 1 an output must be, above 0 and below 0.5.
        seed: of the random initialisations; the same seed gives the same network, bit for bit, on
            one machine.
        progress: called after each epoch, in the caller's thread.

    Returns:
        the training, also when the table was not learned: see `Trained.learned`.

    Raises:
        ArgumentError: a setting is out of its limits.
        TableError: the table is no `TruthTable`.

    Any thread may call; nothing is shared between calls.
    """
    if not isinstance(table, TruthTable):
        raise TableError(f'train takes a TruthTable, such as TruthTable.named("xor"), not {shortened(table)}')
    check(
        hidden=hidden,
        bias=bias,
        rule=rule,
        learning_rate=learning_rate,
        starts=starts,
        epochs=epochs,
        tolerance=tolerance,
        seed=seed,
    )
    starts, epochs, seed = int(starts), int(epochs), int(seed)  # NumPy's, in a notebook
    begin = time.perf_counter()
    generator = Random(seed)  # noqa: S311 (it guards nothing)
    shapes = [(rows + bias, columns) for rows, columns in pairwise([table.inputs, *hidden, table.outputs])]
    patience = PATIENCE[rule] * max(1, table.inputs - 2)
    done = attempts = 0
    tried: Attempt | None = None
    while tried is None or (tried.wrong and done < epochs):
        attempts += 1
        first = first_weights(generator, starts, shapes)
        update = plain(learning_rate) if rule == "plain" else resilient((starts, sum(map(prod, shapes))))
        # A batch can be stuck as a whole; a wider table or an unlucky one is given more each time.
        limit = min(patience * attempts, epochs - done)
        tried = attempt(table, first, update, limit, tolerance, progress and partial(_add, progress, done))
        done += len(tried.losses)
    record = Record(
        rule=rule,
        learning_rate=learning_rate,
        seed=seed,
        starts=starts,
        attempts=attempts,
        epochs=done,
        duration_s=time.perf_counter() - begin,
        losses=tried.losses,
        winner=tried.winner,
        snapshot_epochs=tried.snapshot_epochs,
        snapshots=tried.snapshots,
    )
    loss = mean_squared_error(tried.network, table)
    return Trained(table, tried.network, tolerance, tried.wrong, loss, record)


def _add(progress: Progress, before: int, epoch: int, loss: float) -> None:
    progress(before + epoch, loss)
