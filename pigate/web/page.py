"""The gate's side of the live page: start its process, feed it, take its requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from queue import SimpleQueue

from ..child.pipe import packed
from ..child.process import Child
from ..errors import TableError
from ..learning.proof import Examined
from ..learning.tables import TruthTable
from ..report import Snapshot
from ..settings import DEFAULT_PORT, BoardSettings, TrainingSettings, WebSettings
from .browser import open_in_browser
from .messages import Answer, Cancel, News, Ready, SetSwitches, Shown, Teach, ToGate, Train, Use, board_of, news_since


@dataclass(frozen=True)
class GateActions:
    """What the page may ask the gate to do. Each is called in one of `Page`'s threads."""

    set_switches: Callable[[str], None]
    #: begins a training; returns False where one is running already
    train: Callable[[TruthTable, TrainingSettings], bool]
    #: ends the running training, if there is one
    cancel: Callable[[], None]
    #: has a row of these levels taught these outputs; returns False where a training is running
    teach: Callable[[str, str], bool]
    #: decides by these weights for this table; returns "", or why not, or None where a training is running
    use: Callable[[TruthTable, list[list[list[float]]]], str | None]


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
        self._board = board_of(board, simulated, settings.teach)
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
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._child = Child("live page", "pigate.web", self._arguments, ToGate, self._feed, self._take, say)

    def publish(self, snapshot: Snapshot) -> None:
        """Show a decision, and its network if it is another than before."""
        if snapshot.examined is not self._gate:
            self._gate = self._training = snapshot.examined
        self._snapshot = snapshot
        self._child.wake()

    def training_began(self) -> None:
        """Show that a training is running."""
        self._busy = True
        self._child.wake()

    def training_ended(self, examined: Examined | None) -> None:
        """Show a training, whether it learned its table or not; None: it was cancelled."""
        self._busy = False
        self._training = examined or self._training
        self._child.wake()

    def close(self) -> None:
        """End the page's process; may be called twice."""
        self._child.close()

    def _arguments(self) -> list[str]:
        return [self._settings.host, *map(str, self._ports)]

    def _take(self, message: ToGate) -> None:
        """Do what the page's process asks for."""
        if isinstance(message, Ready):
            self._ports = [message.port]  # of a page that is started again, too: browsers come back to it
            self._announce(message.address)
        elif self._board.kind != "simulated" and not (self._board.teach and isinstance(message, Teach | Use)):
            return  # the page's process refuses it already
        elif isinstance(message, SetSwitches):
            self._actions.set_switches(message.levels)
        elif isinstance(message, Train):
            begun = self._actions.train(TruthTable(message.rows, message.table), message.settings)
            self._answers.put(Answer(message.number, begun))
            self._child.wake()
        elif isinstance(message, Teach | Use):
            self._answers.put(self._taught(message))
            self._child.wake()
        elif isinstance(message, Cancel):
            self._actions.cancel()

    def _taught(self, message: Teach | Use) -> Answer:
        why: str | None
        try:
            if isinstance(message, Teach):
                why = "" if self._actions.teach(message.levels, message.outputs) else None
            else:
                why = self._actions.use(TruthTable(message.rows, message.table), message.weights)
        except TableError as exc:  # the table is another one meanwhile
            why = str(exc)
        return Answer(message.number, why == "", why or "")

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

    def _feed(self) -> Callable[[], bytes]:
        """Return a function that returns what is new to a process: all answers, and the latest of the rest."""
        self._answers = SimpleQueue()  # those for a page that died are not for this one
        before: Shown | None = None

        def whats_new() -> bytes:
            nonlocal before
            messages: list[Answer | News] = []
            while not self._answers.empty():  # only the feeding thread takes them
                messages.append(self._answers.get_nowait())
            now = Shown(self._gate, self._training, self._busy, self._snapshot)
            if now != before:
                messages.append(news_since(before, now, self._board))
            before = now
            return b"".join(map(packed, messages))

        return whats_new
