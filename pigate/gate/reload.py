"""Reload: take up a new table beside the running loop, or leave the old gate at work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from ..config import Task, check_width
from ..errors import PigateError, TableError, say
from ..learning.proof import Examined
from .learn import train_for_service
from .loop import Loop
from .systemd import Systemd

RESTART = "restart to change pins: [board] is read at the start alone"


class Reload:
    """Reads, trains and proves in a thread of its own, and then has the loop decide by it.

    Args:
        loop: the running one.
        systemd: hears of each reload's begin and end.
        reread: reads the task again; raises as `pigate.config.load`.
    """

    def __init__(self, loop: Loop, systemd: Systemd, reread: Callable[[], Task]) -> None:
        self._loop = loop
        self._systemd = systemd
        self._reread = reread
        self._running = False
        self._again = False

    def begin(self) -> None:
        """Begin, or begin again when the running one has ended. A message to the loop."""
        if self._running:
            self._again = True
            return
        self._running = True
        self._systemd.reloading()
        threading.Thread(target=self._relearn, name="reload", daemon=True).start()

    def _relearn(self) -> None:
        post, board = self._loop.post, self._loop.board.settings
        try:
            task = self._reread()
            try:
                check_width(task.table, board)
            except TableError as exc:  # the file's own pins fit: `reread` saw to that
                raise TableError(RESTART) from exc
            network = train_for_service(task, self._systemd)
        except (PigateError, OSError) as exc:
            post(partial(self._end, None, f"{exc}; the old gate goes on"))
        else:
            post(partial(self._end, network, "" if task.settings.board == board else RESTART))

    def _end(self, network: Examined | None, note: str) -> None:
        """Take up what was learned, if anything was. A message to the loop."""
        if note:
            say(f"reload: {note}")
        if network is not None:
            self._loop.replace_network(network)
        snapshot = self._loop.snapshot  # None when a new network has yet to decide
        status = f"{self._loop.network.table.name}: reading the switches" if snapshot is None else snapshot.status
        self._systemd.ready(f"{status} (reload: {note})" if note else status)
        self._running = False
        if self._again:
            self._again = False
            self.begin()
