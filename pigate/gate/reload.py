"""Reload: take up a new table beside the running loop, or leave the old gate at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from ..config import Settings, check_width
from ..errors import ConfigError, PigateError, say
from ..learning.tables import TruthTable
from ..learning.training import Trained
from .learn import prove_by
from .loop import Loop
from .systemd import Notifier

RESTART = "restart to change pins: [board] is read at the start alone"


class Reload:
    """Reads, trains and proves in a thread of its own, and then has the loop decide by it.

    Args:
        loop: the running one.
        notifier: is told of each reload's begin and end, in the loop's thread.
        reread: reads the settings and the table again; raises as `pigate.config.load`.
    """

    def __init__(self, loop: Loop, notifier: Notifier, reread: Callable[[], tuple[Settings, TruthTable]]) -> None:
        self._loop = loop
        self._notifier = notifier
        self._reread = reread
        self._running = False
        self._again = False

    def begin(self) -> None:
        """Begin, or begin again when the running one has ended. A message to the loop."""
        if self._running:
            self._again = True
            return
        self._running = True
        self._notifier.send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        threading.Thread(target=self._relearn, name="reload", daemon=True).start()

    def _relearn(self) -> None:
        post, board = self._loop.post, self._loop.board.settings
        try:
            settings, table = self._reread()
            try:
                check_width(table, board)
            except ConfigError as exc:  # the file's own pins fit: `reread` saw to that
                raise ConfigError(RESTART) from exc
            trained = prove_by(table, settings.training, lambda *lines: post(partial(self._notifier.send, *lines)))
        except (PigateError, OSError) as exc:
            post(partial(self._end, None, f"{exc}; the old gate goes on"))
        else:
            note = "" if settings.board == board else RESTART
            post(partial(self._end, trained, note))

    def _end(self, trained: Trained | None, note: str) -> None:
        """Take up what was learned, if anything was. A message to the loop."""
        if note:
            say(f"reload: {note}")
        if trained is not None:
            self._loop.use(trained)
        snapshot = self._loop.snapshot  # None when a new network has yet to decide
        status = f"{self._loop.trained.table.name}: reading the switches" if snapshot is None else snapshot.status
        self._notifier.send("READY=1", f"STATUS={status} (reload: {note})" if note else f"STATUS={status}")
        self._running = False
        if self._again:
            self._again = False
            self.begin()
