"""From the settings to a network that is proved, or the reason why there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ..config import TrainingSettings
from ..errors import NotLearnedError, WeightsError
from ..learning import weight_files
from ..learning.tables import TruthTable
from ..learning.training import Progress, Trained, examine, train

#: While it trains, a service asks for so many seconds more, this many seconds apart.
EXTEND_S = 60
EXTEND_EVERY_S = 10


def learn(table: TruthTable, settings: TrainingSettings, progress: Progress | None = None) -> Trained:
    """Train on the table, or read the weights that the settings name; say how well it is learned.

    Raises:
        WeightsError: the weights cannot be read, or do not fit the table.
    """
    if settings.weights is not None:
        network = weight_files.read(Path(settings.weights), table.inputs)
        if network.layers[-1] != table.outputs:
            raise WeightsError(
                f"{settings.weights}: the last layer has {network.layers[-1]} outputs, "
                f"the table {table.name} has {table.outputs}"
            )
        return examine(network, table, settings.tolerance)
    return train(
        table,
        hidden=settings.hidden,
        bias=settings.bias,
        rule=settings.rule,
        learning_rate=settings.learning_rate,
        starts=settings.starts,
        epochs=settings.epochs,
        tolerance=settings.tolerance,
        seed=settings.seed,
        progress=progress,
    )


def prove(trained: Trained) -> Trained:
    """Return the training when every taught row is learned.

    Raises:
        NotLearnedError: the message names the rows that are not.
    """
    if trained.learned:
        return trained
    rows = trained.not_learned
    named = ", ".join(rows[:8]) + (f" and {len(rows) - 8} more" if len(rows) > 8 else "")
    told = f"after {trained.epochs} epochs" if trained.starts else "by the given weights"
    raise NotLearnedError(f"the table {trained.table.name} is not learned {told}: {named}")


def prove_by(table: TruthTable, settings: TrainingSettings, send: Callable[..., None]) -> Trained:
    """Learn and prove for a service, telling its manager by `send` that this takes time.

    Raises:
        NotLearnedError, WeightsError: as `prove` and `learn`.
    """
    asked = time.monotonic()
    more = f"EXTEND_TIMEOUT_USEC={EXTEND_S * 1_000_000}"
    send(f"STATUS=training on {table.name}", more)

    def ask_for_time(_epoch: int, _loss: float) -> None:
        nonlocal asked
        if time.monotonic() >= asked + EXTEND_EVERY_S:
            asked = time.monotonic()
            send(more)

    return prove(learn(table, settings, ask_for_time))
