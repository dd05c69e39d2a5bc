"""Training anew beside the running loop, as a button, the live page or a command asks for it: one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from ..config import Task
from ..learning.advice import not_learned
from ..learning.proof import Examined
from .learn import learn
from .loop import Loop


class CancelledError(Exception):
    """A person ended the training. Raised by its progress callback."""


def _nothing(*_: object) -> None:
    """Do nothing."""


class Trainer:
    """Trains in a thread of its own; the loop decides by the new network once it is proved.

    Args:
        loop: the running one.
        began: called when a training begins.
        ended: called in the loop with what was trained, proved or not; None if cancelled.
    """

    def __init__(self, loop: Loop, began: Callable[[], None], ended: Callable[[Examined | None], None]) -> None:
        self._loop = loop
        self._began = began
        self._ended = ended
        #: held from the reading of what is to be learned until the loop has taken it up: no other training can begin
        #: on what is about to be replaced
        self.alone = threading.Lock()
        self._cancelled = False

    def begin(
        self,
        task: Callable[[], Task],
        keep: Callable[[Examined], None] = _nothing,
        done: Callable[[str], None] = _nothing,
    ) -> bool:
        """Begin a training; return False where one is running already. Any thread.

        Args:
            task: returns what is to be learned; called at once, when nothing else trains.
            keep: called with the proved network before the loop decides by it, in the training's thread. If it raises
                an OSError, the old network stays.
            done: called in the loop at the end, with the reason why the old network stays, or "".

        Raises:
            PigateError: whatever `task` raises.
        """
        if not self.alone.acquire(blocking=False):
            return False
        try:
            chosen = task()
            self._cancelled = False
            self._began()  # before it can have ended
            threading.Thread(target=self._train, args=[chosen, keep, done], name="training", daemon=True).start()
        except BaseException:
            self.alone.release()
            raise
        return True

    def take(self, proved: Examined) -> bool:
        """Have the loop decide by a network that is proved; return False where a training runs. Any thread."""
        if not self.alone.acquire(blocking=False):
            return False
        self._loop.post(partial(self._end, proved, "", _nothing))
        return True

    def cancel(self) -> None:
        """End the running training, if there is one. Any thread."""
        self._cancelled = True

    def _train(self, task: Task, keep: Callable[[Examined], None], done: Callable[[str], None]) -> None:
        network: Examined | None = None
        try:
            network = learn(task, self._check_cancelled)
            why = "" if network.learned else str(not_learned(network))
            if network.learned:
                keep(network)
        except CancelledError:
            why = "the training was cancelled"
        except OSError as exc:
            why = f"it cannot be saved: {exc.filename}: {exc.strerror}"
        self._loop.post(partial(self._end, network, why, done))

    def _end(self, network: Examined | None, why: str, done: Callable[[str], None]) -> None:
        """Take up what was learned, and let the next training begin. A message to the loop."""
        if network is not None and not why:
            self._loop.replace_network(network)
        self._ended(network)
        self.alone.release()
        done(why)

    def _check_cancelled(self, _epoch: int, _loss: float) -> None:
        if self._cancelled:
            raise CancelledError
