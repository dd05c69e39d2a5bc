"""Training anew beside the running loop, as the live page asks for it: one training at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import msgspec

from ..config import Task
from ..learning.proof import Examined
from ..learning.tables import TruthTable
from ..settings import Settings, TrainingSettings
from .learn import learn
from .loop import Loop


class CancelledError(Exception):
    """A person ended the training. Raised by its progress callback."""


class Trainer:
    """Trains in a thread of its own; the loop decides by the new network once it is proved.

    Args:
        loop: the running one.
        settings: of the run.
        began: called when a training begins.
        ended: called from the training's thread with what was trained, proved or not; None if cancelled.
    """

    def __init__(
        self,
        loop: Loop,
        settings: Settings,
        began: Callable[[], None],
        ended: Callable[[Examined | None], None],
    ) -> None:
        self._loop = loop
        self._began = began
        self._settings = settings
        self._ended = ended
        self._running = threading.Lock()
        self._cancelled = False

    def begin(self, table: TruthTable, training: TrainingSettings) -> bool:
        """Begin a training; return False where one is running already. Any thread."""
        if not self._running.acquire(blocking=False):
            return False
        self._cancelled = False
        self._began()  # before it can have ended
        task = Task(msgspec.structs.replace(self._settings, training=training), table)
        threading.Thread(target=self._train, args=[task], name="training", daemon=True).start()
        return True

    def cancel(self) -> None:
        """End the running training, if there is one. Any thread."""
        self._cancelled = True

    def _train(self, task: Task) -> None:
        network: Examined | None = None
        try:
            network = learn(task, self._check_cancelled)
        except CancelledError:
            return  # the gate keeps the network that it has
        else:
            if network.learned:
                self._loop.post(partial(self._loop.replace_network, network))
        finally:
            self._ended(network)  # before the next can begin
            self._running.release()

    def _check_cancelled(self, _epoch: int, _loss: float) -> None:
        if self._cancelled:
            raise CancelledError
