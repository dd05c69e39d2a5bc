"""From a task to a network that is proved, or the reason why there is none."""

from __future__ import annotations

import time

from ..config import Task
from ..learning.advice import not_learned
from ..learning.proof import Examined, examine
from ..learning.training import Progress, train
from .systemd import Systemd

#: While it trains, a service asks for this many seconds more, this many seconds apart.
EXTEND_S = 60
EXTEND_EVERY_S = 10


def learn(task: Task, progress: Progress | None = None) -> Examined:
    """Train on the table, or take the given network; compare it with the table."""
    settings = task.settings.training
    if task.network is not None:
        return examine(task.network, task.table, settings.tolerance)
    return train(
        task.table,
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


def prove(examined: Examined) -> Examined:
    """Return the network when every taught row is learned.

    Raises:
        NotLearnedError: the message names the rows that are not.
    """
    if examined.learned:
        return examined
    raise not_learned(examined)


def train_for_service(task: Task, systemd: Systemd, progress: Progress | None = None) -> Examined:
    """Learn and prove; meanwhile ask the service manager for the time that this takes, and tell a person.

    Raises:
        NotLearnedError: as `prove`.
    """
    asked = time.monotonic()
    systemd.extend_timeout(EXTEND_S, f"training on {task.table.name}")

    def ask_for_time(epoch: int, loss: float) -> None:
        nonlocal asked
        if progress is not None:
            progress(epoch, loss)
        if time.monotonic() >= asked + EXTEND_EVERY_S:
            asked = time.monotonic()
            systemd.extend_timeout(EXTEND_S)

    return prove(learn(task, ask_for_time))
