"""The run: prove the table, take the pins, decide until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from ..config import Settings
from ..errors import say
from ..learning.tables import TruthTable
from ..learning.training import Trained
from ..pins.board import Board, open_board
from ..pins.leftovers import forget, remember
from ..pins.simulated import SimulatedBoard
from ..web.live import Live
from .console import Writer, can_be_read, obey
from .learn import prove_by
from .loop import Loop, Snapshot
from .reload import Reload
from .signals import Signals
from .systemd import Notifier

#: Chatter is told of at most once in so many seconds: a log wears the SD card.
TELL_AGAIN_S = 3600


@dataclass(frozen=True)
class Request:
    """What `pigate run` was asked for."""

    settings: Settings
    table: TruthTable
    simulated: bool
    as_json: bool
    #: open the live page in a browser
    open_page: bool
    #: reads the settings and the table again, for a reload; raises as `pigate.config.load`
    reread: Callable[[], tuple[Settings, TruthTable]]


def run(request: Request, signals: Signals) -> None:
    """Run the gate until a signal, or the end of a simulated board's input. For the main thread.

    Raises:
        NotLearnedError, WeightsError: the table is not learned, or not by the given weights.
        BoardError: no board to be had.
        OSError: the board failed, or standard output cannot be written.
    """
    with ExitStack() as stack:
        notifier = Notifier()
        stack.callback(notifier.close)
        trained = prove_by(request.table, request.settings.training, notifier.send)
        learned = f"in {trained.epochs} epochs" if trained.starts else "by the given weights"
        say(f"{trained.table.name} is learned {learned}, every taught row is proved")
        board = SimulatedBoard(request.settings.board) if request.simulated else open_board(request.settings.board)
        stack.callback(board.close)
        if not request.simulated:
            remember(board.settings.outputs)
        stack.callback(notifier.send, "STOPPING=1", "STATUS=stopping, LEDs off")
        _Run(request, signals, notifier, board, trained).run()
        if not request.simulated:
            forget()


class _Run:
    """A run from the first decision to the last: the loop, and those who talk with it."""

    def __init__(self, request: Request, signals: Signals, notifier: Notifier, board: Board, trained: Trained) -> None:
        self._request = request
        self._signals = signals
        self._notifier = notifier
        self._board = board
        self._loop = Loop(board, trained, notifier, self._receive)
        self._told = -float(TELL_AGAIN_S)
        self._reload = Reload(self._loop, notifier, request.reread)
        self._writer: Writer | None = None
        prompt = request.simulated and sys.stdin.isatty() and sys.stdout.isatty() and not request.as_json
        if prompt:
            example = "10101010"[: len(board.settings.inputs)]
            say(f"type the switches, such as {example}, and Enter; Ctrl-D ends")
        if request.as_json or request.simulated or sys.stdout.isatty():
            self._writer = Writer(request.as_json, prompt, partial(self._loop.post, self._loop.stop))
        self._live: Live | None = None

    def run(self) -> None:
        """Run until a signal or the end of input."""
        threading.excepthook = self._thread_failed
        self._signals.receive = self._on_signal
        self._notifier.send("READY=1", f"STATUS={self._loop.trained.table.name}: reading the switches")
        self._live = Live(self._request.settings, self._loop, self._request.open_page, self._tell)
        if isinstance(self._board, SimulatedBoard) and can_be_read(sys.stdin.fileno()):
            # The first decision is for the levels at start, whatever the first line will say.
            started = threading.Event()
            self._loop.ask(partial(self._answer, written=started.set))
            threading.Thread(target=self._obey, args=[self._board, started], name="standard input", daemon=True).start()
        try:
            self._loop.run()
        except OSError as exc:
            raise OSError(exc.errno, exc.strerror, "the board") from exc
        finally:
            if self._live is not None:
                self._live.close()
        self._board.close()
        if self._writer is not None:
            self._writer.finish()
            if self._writer.failure is not None:
                raise self._writer.failure

    def _receive(self, snapshot: Snapshot, answered: bool) -> None:
        """Pass a new snapshot on. In the loop's thread."""
        if self._writer is not None and not answered:
            self._writer.put(snapshot)
        if self._live is not None:
            self._live.publish(snapshot)
        if snapshot.chattering and time.monotonic() >= self._told + TELL_AGAIN_S:
            self._told = time.monotonic()
            gpios = ", ".join(map(str, snapshot.chattering))
            say(f"GPIO {gpios} does not come to rest: undecided until it does (look for a loose wire)")

    def _answer(self, snapshot: Snapshot, written: Callable[[], None]) -> None:
        """Have the decision written that a line of standard input asked for. In the loop's thread."""
        if self._writer is not None:
            self._writer.put(snapshot, written)

    def _obey(self, board: SimulatedBoard, started: threading.Event) -> None:
        """Take switch settings from standard input until its end. A thread of its own."""

        def flip(levels: str, written: Callable[[], None]) -> None:
            def set_and_ask() -> None:  # in one message: a pass between two would decide unasked
                board.set_switches(levels)
                self._loop.ask(partial(self._answer, written=written))

            self._loop.post(set_and_ask)

        started.wait()
        if obey(sys.stdin.fileno(), len(board.settings.inputs), flip, self._tell):
            self._loop.post(self._loop.stop)

    def _tell(self, text: str, written: Callable[[], None] = lambda: None) -> None:
        """Tell a person one line, around the prompt if there is one. Any thread."""
        if self._writer is not None:
            self._writer.tell(text, written)
        elif text:
            say(text)

    def _on_signal(self, number: int) -> None:
        reload = number == signal.SIGHUP and self._notifier.listening
        self._loop.post(self._reload.begin if reload else self._loop.stop)

    def _thread_failed(self, args: threading.ExceptHookArgs) -> None:
        """End the whole run when any thread fails: half a gate is worse than none."""
        threading.__excepthook__(args)

        def fail() -> None:
            raise RuntimeError(f"the thread {args.thread.name if args.thread else '?'} failed") from args.exc_value

        self._loop.post(fail)
