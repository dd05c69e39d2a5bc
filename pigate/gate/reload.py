"""Reload: take up a new table beside the running loop, or leave the old gate at work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from threading import Lock

from ..config import Task, check_width
from ..errors import PigateError, TableError
from ..learning.proof import Examined
from ..settings import Settings
from ..teaching.taught import Taught
from .learn import EXTEND_EVERY_S, EXTEND_S, train_for_service
from .loop import Loop
from .systemd import Systemd
from .teacher import Teacher


class Reload:
    """Reads, trains and proves in a thread of its own, and then has the loop decide by it.

    Args:
        loop: the running one.
        systemd: hears of each reload's begin and end.
        settings: those of the start.
        reread: reads the task again; raises as `pigate.config.load`.
        teacher: corrects the configured table, which a reload may change.
        taught: the corrections on disk.
        alone: held while anything trains.
        tell: writes one line for a person; must not block.
    """

    def __init__(
        self,
        loop: Loop,
        systemd: Systemd,
        settings: Settings,
        reread: Callable[[], Task],
        teacher: Teacher,
        taught: Taught,
        alone: Lock,
        tell: Callable[[str], None],
    ) -> None:
        self._loop = loop
        self._systemd = systemd
        self._settings = settings
        self._reread = reread
        self._teacher = teacher
        self._taught = taught
        self._alone = alone
        self._tell = tell
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
        post = self._loop.post
        while not self._alone.acquire(timeout=EXTEND_EVERY_S):  # what is being taught is part of what is read
            self._systemd.extend_timeout(EXTEND_S)
        try:
            configured = self._reread()
            note = _restart(self._settings, configured.settings)
            try:
                check_width(configured.table, self._settings.board)
            except TableError as exc:  # the table fits the file's own pins (`reread` checked), so the pins have changed
                raise TableError(note) from exc
            network = train_for_service(self._taught.task(configured), self._systemd)
        except (PigateError, OSError) as exc:
            post(partial(self._end, None, f"{exc}; the old gate goes on"))
        else:
            self._taught.set_aside(configured.table)
            post(partial(self._end, (configured, network), note))

    def _end(self, learned: tuple[Task, Examined] | None, note: str) -> None:
        """Take up what was learned, if anything was. A message to the loop."""
        if note:
            self._tell(f"reload: {note}")
        if learned is not None:
            self._teacher.configured, network = learned
            self._loop.replace_network(network)
        self._alone.release()
        snapshot = self._loop.snapshot  # None when a new network has yet to decide
        status = f"{self._loop.network.table.name}: reading the switches" if snapshot is None else snapshot.status
        self._systemd.note = f"reload: {note}" if note else ""  # until the next reload
        self._systemd.ready(status)
        self._running = False
        if self._again:
            self._again = False
            self.begin()


def _restart(before: Settings, now: Settings) -> str:
    """Return one line that names the changed sections that need a restart; empty if none do."""
    changed = {"pins": "[board]"} if now.board != before.board else {}
    changed |= {"the page": "[web]"} if now.web != before.web else {}
    changed |= {"MQTT": "[mqtt]"} if now.mqtt != before.mqtt else {}
    if not changed:
        return ""
    verb = "is" if len(changed) == 1 else "are"
    return f"restart to change {' and '.join(changed)}: {' and '.join(changed.values())} {verb} read at the start alone"
