"""The gate's side of the live page: start its process, feed it, take its requests."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from subprocess import PIPE

from ..config import BoardSettings, TrainingSettings, WebSettings
from ..learning.proof import Examined
from ..learning.tables import TruthTable
from ..report import Snapshot
from .messages import (
    MAX_REQUEST,
    Board,
    Failed,
    News,
    Ready,
    SetSwitches,
    ToGate,
    Train,
    board_of,
    gate_of,
    packed,
    received,
    snapshot_of,
    training_of,
)

#: Between two feedings, in seconds: no screen shows more. The first after a rest goes at once.
MIN_PAUSE_S = 1 / 30

#: A page that died is started again after this many seconds.
RESTART_S = 5.0


@dataclass(frozen=True)
class Requests:
    """What a simulated board's page may have done. Each is called in a thread of the page's."""

    set_switches: Callable[[str], None]
    #: begins a training; returns False where one is running already
    train: Callable[[TruthTable, TrainingSettings], bool]
    #: ends the running training, if there is one
    cancel: Callable[[], None]


def wanted(settings: WebSettings, simulated: bool, open_page: bool, say: Callable[[str], None]) -> bool:
    """Return whether there is to be a page; say in one line why not, to somebody who asked for one.

    Args:
        settings: of the page.
        simulated: whether the board is; a real one's page has to be enabled.
        open_page: whether the command line asks for it.
        say: writes one line for a person.
    """
    if not (simulated if settings.enabled is None else settings.enabled):
        if open_page:
            say("no live page: on a real board it needs enabled = true under [web]")
        return False
    if find_spec("starlette") is None or find_spec("uvicorn") is None:  # asked without loading them
        if settings.enabled or open_page:
            say("no live page: it needs starlette and uvicorn: pip install 'pigate[web]'")
        return False
    return True


class Page:
    """The live page of a run.

    Args:
        settings: where to serve.
        board: the pins.
        simulated: whether the page may move switches and train again.
        examined: the network that decides at first.
        requests: what it may have done.
        say: writes one line for a person; called in a thread of the page's.
        open_page: open it in a browser.

    Any thread may call the methods; none of them blocks.
    """

    def __init__(
        self,
        settings: WebSettings,
        board: BoardSettings,
        simulated: bool,
        examined: Examined,
        requests: Requests,
        say: Callable[[str], None],
        open_page: bool,
    ) -> None:
        self._settings = settings
        self._board = board_of(board, simulated)
        self._requests = requests
        self._say = say
        self._open_page = open_page
        self._gate = examined
        self._training = examined
        self._busy = False
        self._snapshot: Snapshot | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._announced = False
        self._closed = False
        self._news = threading.Event()
        threading.Thread(target=self._run, name="live page", daemon=True).start()

    def publish(self, snapshot: Snapshot) -> None:
        """Show a decision, and its network if it is another than before."""
        if snapshot.examined is not self._gate:
            self._gate = self._training = snapshot.examined
        self._snapshot = snapshot
        self._news.set()

    def training_began(self) -> None:
        """Show that a training is running."""
        self._busy = True
        self._news.set()

    def training_ended(self, examined: Examined | None) -> None:
        """Show a training, whether it learned its table or not; None: it was cancelled."""
        self._busy = False
        self._training = examined or self._training
        self._news.set()

    def close(self) -> None:
        """End the page's process; may be called twice."""
        self._closed = True
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        """Keep a page's process, as long as it comes up."""
        while self._serve() and not self._closed:
            self._say(f"the live page has ended; it starts again in {RESTART_S:g} seconds")
            time.sleep(RESTART_S)

    def _serve(self) -> bool:
        """Start a page's process and do what it asks for until it ends; return whether it came up."""
        command = [sys.executable, "-m", "pigate.web", self._settings.host, str(self._settings.port)]
        self._process = process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE)  # noqa: S603 (ours)
        came_up = False
        # Closing its input flushes what it died before taking; that must not end the gate.
        with suppress(BrokenPipeError), process:
            if self._closed:  # before there was a process to end
                process.kill()
            gone = threading.Event()
            threading.Thread(target=self._feed, args=[process, gone], name="live page feed", daemon=True).start()
            if process.stdout is not None:
                for message in received(process.stdout, ToGate, MAX_REQUEST):
                    came_up = came_up or isinstance(message, Ready)
                    self._take(message)
            gone.set()
            self._news.set()
        return came_up

    def _take(self, message: ToGate) -> None:
        """Do what the page's process asks for."""
        if isinstance(message, Ready):
            if not self._announced:
                self._announce(message.address)
        elif isinstance(message, Failed):
            self._say(f"no live page: {message.reason}")
        elif self._board.kind != "simulated":
            return  # the page's process refuses it already
        elif isinstance(message, SetSwitches):
            self._requests.set_switches(message.levels)
        elif isinstance(message, Train):
            self._requests.train(TruthTable(message.rows, message.table), message.settings)

    def _announce(self, address: str) -> None:
        self._announced = True
        self._say(f"live page: {address}")
        if self._open_page:
            import webbrowser  # slow to load, and seldom needed

            webbrowser.open(address)

    def _feed(self, process: subprocess.Popen[bytes], gone: threading.Event) -> None:
        """Write what is new to the page's process, the latest of each, until it is gone."""
        before: _Shown | None = None
        try:
            while process.stdin is not None and not gone.is_set():
                self._news.clear()
                now = _Shown(self._gate, self._training, self._busy, self._snapshot)
                if now != before:
                    process.stdin.write(packed(_news(self._board, before, now)))
                    process.stdin.flush()
                before = now
                time.sleep(MIN_PAUSE_S)
                self._news.wait()
        except (OSError, ValueError):  # ValueError: its input is closed already
            return  # it has ended; the thread that waits for it says so


@dataclass(frozen=True)
class _Shown:
    """What the page shows at one moment."""

    gate: Examined
    training: Examined
    busy: bool
    snapshot: Snapshot | None


def _news(board: Board, before: _Shown | None, now: _Shown) -> News:
    """Return what is new since before; all of it if there is no before."""
    decided = now.snapshot if before is None or before.snapshot is not now.snapshot else None
    return News(
        board=None if before else board,
        gate=None if before and before.gate is now.gate else gate_of(now.gate),
        training=None if before and before.training is now.training else training_of(now.training),
        busy=None if before and before.busy is now.busy else now.busy,
        snapshot=snapshot_of(decided) if decided else None,
    )
