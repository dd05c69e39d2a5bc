"""From a task to a network that is proved, or the reason why there is none; and what a person sees meanwhile."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..config import Task
from ..errors import NotLearnedError, say
from ..learning.advice import not_learned
from ..learning.backpropagation import shapes_of
from ..learning.network import Network
from ..learning.proof import Examined, examine
from ..learning.training import Progress, train
from ..report import record_of
from ..teaching.taught import Taught
from .systemd import Systemd

#: While it trains, a service asks for this many seconds more, this many seconds apart.
EXTEND_S = 60
EXTEND_EVERY_S = 10

#: What a gate says that begins as blank.
NOTHING_TAUGHT = "no row is taught: the LEDs are undecided until somebody teaches one"


def learn(task: Task, progress: Progress | None = None) -> Examined:
    """Train on the table, or take the given network; compare it with the table.

    A table without rows has a network that thinks nothing: each of its predictions is a half.
    """
    settings = task.settings.training
    if task.network is not None:
        return examine(task.network, task.table, settings.tolerance)
    shapes = shapes_of([task.table.inputs, *settings.hidden, task.table.outputs], settings.bias)
    if not task.table:
        thoughtless = Network([np.zeros(shape) for shape in shapes], task.table.inputs)
        return examine(thoughtless, task.table, settings.tolerance)
    initial = task.initial
    if initial is not None and [matrix.shape for matrix in initial.weights] != shapes:
        initial = None
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
        initial=initial,
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


def learn_at_start(configured: Task, taught: Taught, systemd: Systemd) -> Examined:
    """Return the proved network of the table as it was taught, and say how it was learned.

    Raises:
        NotLearnedError: the table is not learned.
    """
    task = taught.task(configured)
    try:
        with shown(task.settings.training.epochs) as progress:
            network = train_for_service(task, systemd, progress)
    except NotLearnedError as exc:
        hint = [] if task is configured else ["to drop what was taught: pigate forget"]
        raise NotLearnedError(exc, [*exc.hints, *hint]) from exc
    taught.set_aside(configured.table)
    record = record_of(network)
    how = f"in {record.epochs} epochs" if record else "by the given weights"
    say(f"{network.table.name} is learned {how}, every taught row is proved" if network.table else NOTHING_TAUGHT)
    return network


@contextmanager
def shown(epochs: int, delay_s: float = 1.0) -> Iterator[Progress]:
    """Give a callback for the training, which after a delay shows a bar on a terminal, and elsewhere says one line."""
    begin = time.monotonic()
    bar: Any = None
    told = False

    def progress(epoch: int, loss: float) -> None:
        nonlocal bar, told
        if bar is not None:
            bar.set_postfix_str(f"loss {loss:.3g}", refresh=False)
            bar.update(epoch - bar.n)
        elif not told and time.monotonic() >= begin + delay_s:
            told = True
            if sys.stderr.isatty():
                from tqdm import tqdm  # it takes longer to load than most trainings

                now = f"loss {loss:.3g}"
                bar = tqdm(total=epochs, initial=epoch, desc="training", unit=" epochs", leave=False, postfix=now)
            else:
                say(f"training takes longer: {epoch} of at most {epochs} epochs so far")

    try:
        yield progress
    finally:
        if bar is not None:
            bar.close()
