"""The gate's side of the live page: start its process, feed it, take its requests."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

from ..config import BoardSettings, WebSettings
from .messages import board_object, gate_object, snapshot_object, tables_for, training_object

if TYPE_CHECKING:
    from ..gate.loop import Snapshot
    from ..learning.training import Trained

#: Between two feedings, in seconds: no screen shows more. The first after a rest goes at once.
SHORTEST_S = 1 / 30

#: A page that died is started again after so many seconds.
RESTART_S = 5.0

Say = Callable[[str], None]


def available() -> bool:
    """Say whether the extra `web` is installed, without loading it."""
    return find_spec("starlette") is not None and find_spec("uvicorn") is not None


class Page:
    """The live page of a run.

    Args:
        settings: where to serve.
        board: the pins.
        simulated: whether the page may move switches and train again.
        trained: the network that decides at first.
        obey: called with each request of a simulated board's page, in a thread of the page's.
        say: tells a person one line; from a thread of the page's.
        ready: called once with the page's address, likewise.

    `publish` and `show_training` may be called from any thread and never block.
    """

    def __init__(
        self,
        settings: WebSettings,
        board: BoardSettings,
        simulated: bool,
        trained: Trained,
        obey: Callable[[dict[str, Any]], None],
        say: Say,
        ready: Callable[[str], None],
    ) -> None:
        self._arguments = [settings.host, str(settings.port)]
        self._constant: dict[str, Any] = {"board": board_object(board, simulated), "tables": tables_for(board)}
        self._obey = obey
        self._say = say
        self._ready = ready
        self._snapshot: Snapshot | None = None
        self._gate = trained
        self._training = trained
        self._busy = False
        self._version = 0  # of all but the snapshot
        self._process: subprocess.Popen[str] | None = None
        self._closed = False
        self._news = threading.Event()
        threading.Thread(target=self._run, name="live page", daemon=True).start()

    def publish(self, snapshot: Snapshot) -> None:
        """Show a decision, and its network if it is another than before."""
        if snapshot.trained is not self._gate:
            self._gate = self._training = snapshot.trained
            self._version += 1
        self._snapshot = snapshot
        self._news.set()

    def show_training(self, trained: Trained | None) -> None:
        """Show a training that has ended, or None for one that has begun."""
        self._busy = trained is None
        if trained is not None:
            self._training = trained
        self._version += 1
        self._news.set()

    def close(self) -> None:
        """End the page's process; may be called twice, from any thread."""
        self._closed = True
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        """Keep a page's process, as long as it comes up."""
        announced = False
        while True:
            command = [sys.executable, "-m", "pigate.web", *self._arguments]
            self._process = process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True)  # noqa: S603 (ours)
            came_up = False
            # Closing its input flushes what it died before taking; that must not end the gate.
            with suppress(BrokenPipeError), process:
                if self._closed:  # before there was a process to end
                    process.kill()
                gone = threading.Event()
                threading.Thread(target=self._feed, args=[process, gone], name="live page feed", daemon=True).start()
                for line in process.stdout or ():
                    if not line.endswith("\n"):
                        break  # killed halfway
                    message = json.loads(line)
                    if "ready" in message:
                        came_up = True
                        if not announced:
                            self._ready(message["ready"])
                        announced = True
                    elif "failed" in message:
                        self._say(f"no live page: {message['failed']}")
                    elif self._constant["board"]["writable"]:
                        self._obey(message)
                gone.set()
                self._news.set()
            if self._closed or not came_up:
                return
            self._say(f"the live page has ended; it starts again in {RESTART_S:g} seconds")
            time.sleep(RESTART_S)

    def _feed(self, process: subprocess.Popen[str], gone: threading.Event) -> None:
        """Write what is new to the page's process, the latest of each, until it is gone."""
        fed_version, fed_snapshot = -1, None
        try:
            while not gone.is_set():
                self._news.clear()
                version, snapshot = self._version, self._snapshot
                if version != fed_version:
                    fed_version = version
                    self._write(process, {"state": self._state(snapshot)})
                elif snapshot is not fed_snapshot and snapshot is not None:
                    self._write(process, {"snapshot": snapshot_object(snapshot)})
                fed_snapshot = snapshot
                time.sleep(SHORTEST_S)
                self._news.wait()
        except (OSError, ValueError):  # ValueError: its input is closed already
            return  # it has ended; whoever waits for it says so

    def _state(self, snapshot: Snapshot | None) -> dict[str, Any]:
        return {
            **self._constant,
            "snapshot": snapshot and snapshot_object(snapshot),
            "gate": gate_object(self._gate),
            "training": training_object(self._training),
            "busy": self._busy,
        }

    @staticmethod
    def _write(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
        if process.stdin is not None:
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
