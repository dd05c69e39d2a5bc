"""Training: many random starts side by side, fresh ones when all are stuck, and the proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from ..errors import ArgumentError, TableError, shortened
from .attempt import Attempt, attempt, draw
from .backpropagation import Batch, Shape, plain, resilient, shapes_of
from .limits import Rule, check
from .network import FloatArray, Network
from .proof import Examined, rows_as_arrays
from .tables import TruthTable

#: Called after each epoch with the number of epochs so far and the lowest loss of any start.
Progress = Callable[[int, float], None]

#: The most work of one training: starts x weights x rows x epochs. For the largest network and table of
#: the settings that is about 20 s on one x86-64 core; a network of a few neurons a layer, whose time goes
#: to tanh, takes up to 5 minutes for it. Counted, never timed: a seed gives the same network on any day.
MAX_WORK = 7 * 10**10

#: The most numbers of 8 bytes that the starts of an attempt hold: 80 MB. If more starts are asked for
#: than fit, those that fit are trained, and the next attempt draws others.
MAX_NUMBERS = 10_000_000

#: The most losses that an attempt records: 32 MB.
MAX_LOSSES = 4_000_000


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
    #: random initialisations side by side, and how many attempts were made with fresh ones
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
    000       1        0.9...    learned
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
    starts: int = 4,
    epochs: int = 10_000,
    tolerance: float = 0.1,
    seed: int = 1,
    initial: Network | None = None,
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
        starts: random initialisations trained side by side; the first that is proved wins. Only those
            that fit in `MAX_NUMBERS` are trained: `Record.starts` says how many.
        epochs: updates after which to give up, over all attempts; earlier if `MAX_WORK` is done.
        tolerance: how near to 0 or 1 an output must be, above 0 and below 0.5.
        seed: of the random initialisations; the same seed gives the same network, bit for bit, on
            one machine.
        initial: a network that takes the place of the first attempt's first start, such as that of a
            table which differs in a row: it learns the rest in fewer epochs than a fresh start.
        progress: called after each epoch, in the caller's thread.

    Returns:
        the training, also when the table was not learned: see `Trained.learned`.

    Raises:
        ArgumentError: a setting is out of its limits, or `initial` has not the shape that is trained here.
        TableError: the table is no `TruthTable`, or has no rows.

    Any thread may call; nothing is shared between calls.
    """
    if not isinstance(table, TruthTable):
        raise TableError(f'train takes a TruthTable, such as TruthTable.named("xor"), not {shortened(table)}')
    if not table:
        raise TableError(f"the table {table.name} has no rows: there is nothing to learn")
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
    x, y = rows_as_arrays(table)
    widths = [table.inputs, *hidden, table.outputs]
    shapes = shapes_of(widths, bias)
    if initial is not None and [matrix.shape for matrix in initial.weights] != shapes:
        raise ArgumentError(
            f"initial must be a {'-'.join(map(str, widths))} network {'with' if bias else 'without'} biases, "
            "as this training makes them"
        )
    starts = _side_by_side(starts, shapes, len(x))
    batch = Batch(x, y, shapes, starts, cross_entropy=rule == "resilient")
    epochs = min(epochs, MAX_WORK // (batch.weights.size * len(x)))
    generator = Random(seed)  # noqa: S311 (it guards nothing)
    done = attempts = 0
    tried: Attempt | None = None
    while tried is None or (not tried.examined.learned and done < epochs):
        attempts += 1
        draw(batch, generator)
        if initial is not None and attempts == 1:
            batch.set_start(0, initial.weights)
        shape = batch.weights.shape
        update = plain(learning_rate, shape) if rule == "plain" else resilient(shape, batch.unit)
        # A batch can be stuck as a whole; an unlucky table is given more each time.
        limit = min(patience(rule, bias, table.inputs) * attempts, epochs - done, MAX_LOSSES // starts)
        tried = attempt(batch, update, table, limit, tolerance, progress and partial(_add, progress, done))
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
    proved = tried.examined
    return Trained(table, proved.network, tolerance, proved.not_learned, proved.loss, record)


def _side_by_side(starts: int, shapes: Sequence[Shape], rows: int) -> int:
    """Return how many of the starts fit in `MAX_NUMBERS`."""
    # Of each weight: itself, its slope, six numbers of the resilient rule and two snapshots; of each
    # row and layer: what it is fed, what it gives, and its part of the slope.
    each = sum(10 * fan_in * fan_out + rows * (fan_in + 2 * fan_out) for fan_in, fan_out in shapes)
    return max(1, min(starts, MAX_NUMBERS // each))


def patience(rule: Rule, bias: bool, inputs: int) -> int:
    """Return the epochs that a first attempt is given before it counts as stuck.

    By the resilient rule, what learns a table of three inputs at all has learned it in about 20 epochs, and
    256 random rows of 8 outputs, the slowest table measured, take 440 of the 960 given here.
    """
    if rule == "plain":
        return 2000 * max(1, inputs - 2)
    return (30 if bias else 60) << max(0, inputs - 3)


def _add(progress: Progress, before: int, epoch: int, loss: float) -> None:
    progress(before + epoch, loss)
