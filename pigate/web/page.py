"""The gate's side of the live page: start its process, feed it, take its requests."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from queue import SimpleQueue
from typing import IO

from ..child.pipe import packed, received
from ..child.process import keep_up, started
from ..learning.proof import Examined
from ..learning.tables import TruthTable
from ..report import Snapshot
from ..settings import BoardSettings, TrainingSettings, WebSettings
from .browser import open_in_browser
from .messages import (
    MAX_REQUEST,
    Answer,
    Cancel,
    Failed,
    Ready,
    SetSwitches,
    Shown,
    ToGate,
    Train,
    board_of,
    news_since,
)

#: Where the settings name no port.
DEFAULT_PORT = 8000

#: Seconds between two writes to the page's process: no screen shows more. The first after a rest goes at once.
MIN_PAUSE_S = 1 / 30

#: A page that has closed its output is given this many seconds to end by itself.
END_S = 5.0


@dataclass(frozen=True)
class GateActions:
    """What the page of a simulated board may ask the gate to do. Each is called in one of `Page`'s threads."""

    set_switches: Callable[[str], None]
    #: begins a training; returns False where one is running already
    train: Callable[[TruthTable, TrainingSettings], bool]
    #: ends the running training, if there is one
    cancel: Callable[[], None]


def wanted(settings: WebSettings, simulated: bool, open_page: bool, say: Callable[[str], None]) -> bool:
    """Return whether to serve a page; if not, tell somebody who asked for one why, in one line.

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
            say("no live page: it needs starlette and uvicorn: pip install '.[web]'")
        return False
    return True


class Page:
    """The live page of a run. Whatever happens to it, the gate goes on.

    Args:
        settings: where to serve.
        board: the pins.
        simulated: whether the page may move switches and train again.
        examined: the network that decides at first.
        actions: what the page may ask the gate to do.
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
        actions: GateActions,
        say: Callable[[str], None],
        open_page: bool,
    ) -> None:
        self._settings = settings
        self._board = board_of(board, simulated)
        self._actions = actions
        self._say = say
        self._open_page = open_page
        self._gate = examined
        self._training = examined
        self._busy = False
        self._snapshot: Snapshot | None = None
        #: ports to try, in this order; 0 is a free one
        self._ports = [DEFAULT_PORT if settings.port is None else settings.port]
        if settings.port is None and simulated:
            self._ports.append(0)
        self._announced = False
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._news = threading.Event()
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        with self._failures_said():
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
        self._closing.set()
        if self._process is not None:
            self._process.kill()

    @contextmanager
    def _failures_said(self) -> Iterator[None]:
        """Say in one line what keeps the page from being served: it is no reason to end the gate."""
        try:
            yield
        except (OSError, ValueError, RuntimeError, MemoryError) as exc:  # RuntimeError: no thread can be started
            if not self._closing.is_set():
                self._say(f"no live page: {exc or type(exc).__name__}")

    def _run(self) -> None:
        """Run the page's process, and start it again when it ends, unless it never came up."""
        with self._failures_said():
            keep_up(self._serve, self._closing, self._say, "the live page")

    def _serve(self) -> bool:
        """Start a page's process and do what it asks for until it ends; return whether it came up.

        Raises:
            OSError, ValueError, RuntimeError, MemoryError: it cannot be started, or sends what is no message.
        """
        gone = threading.Event()
        kinds: set[type[ToGate]] = set()
        with started("pigate.web", self._settings.host, *map(str, self._ports)) as page:
            self._process = page.process
            self._answers = SimpleQueue()  # those for a page that died are not for this one
            try:
                if self._closing.is_set():  # before there was a process to end
                    return False
                threading.Thread(target=self._feed, args=[page.stdin, gone], name="live page feed", daemon=True).start()
                for message in received(page.stdout, ToGate, MAX_REQUEST):
                    kinds.add(type(message))
                    self._take(message)
                with suppress(subprocess.TimeoutExpired):
                    page.process.wait(END_S)
            finally:
                gone.set()
                self._news.set()
        if not kinds & {Ready, Failed} and not self._closing.is_set():
            self._say(f"no live page: its process ended with status {page.process.returncode}")
        return Ready in kinds

    def _take(self, message: ToGate) -> None:
        """Do what the page's process asks for."""
        if isinstance(message, Ready):
            self._ports = [message.port]  # of a page that is started again, too: browsers come back to it
            self._announce(message.address)
        elif isinstance(message, Failed):
            self._say(f"no live page: {message.reason}")
        elif self._board.kind != "simulated":
            return  # the page's process refuses it already
        elif isinstance(message, SetSwitches):
            self._actions.set_switches(message.levels)
        elif isinstance(message, Train):
            begun = self._actions.train(TruthTable(message.rows, message.table), message.settings)
            self._answers.put(Answer(message.number, begun))
            self._news.set()
        elif isinstance(message, Cancel):
            self._actions.cancel()

    def _announce(self, address: str) -> None:
        """Say where the page is, and open it if asked to; once."""
        if self._announced:
            return
        self._announced = True
        if self._settings.port is None and self._ports != [DEFAULT_PORT]:
            self._say(f"port {DEFAULT_PORT} is in use: the live page takes a free one")
        self._say(f"live page: {address}")
        if self._open_page:
            open_in_browser(address, self._say)

    def _feed(self, stdin: IO[bytes], gone: threading.Event) -> None:
        """Write what is new to the page's process, the latest of each, until it is gone."""
        before: Shown | None = None
        try:
            while not gone.is_set():
                self._news.clear()
                while not self._answers.empty():  # only this thread takes them
                    stdin.write(packed(self._answers.get_nowait()))
                now = Shown(self._gate, self._training, self._busy, self._snapshot)
                if now != before:
                    stdin.write(packed(news_since(before, now, self._board)))
                stdin.flush()
                before = now
                time.sleep(MIN_PAUSE_S)
                self._news.wait()
        except (OSError, ValueError):  # ValueError: its input is closed already
            return  # it has ended; the thread that waits for it says so
