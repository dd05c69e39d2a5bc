"""The run: prove the table, take the pins, decide until told to stop; reload in between."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from .board import Board, open_board
from .config import Settings, check_width
from .console import Writer, can_be_read, obey
from .errors import PigateError
from .gate import learn, prove
from .loop import Loop, Snapshot
from .notify import Notifier
from .outputs import forget, remember
from .signals import Signals
from .simulated import SimulatedBoard
from .tables import TruthTable
from .training import Trained

#: While it trains, a service asks for so many seconds more, this many seconds apart.
EXTEND_S = 60
EXTEND_EVERY_S = 10

#: Chatter is told of at most once in so many seconds: a log wears the SD card.
TELL_AGAIN_S = 3600


def say(text: str) -> None:
    """Tell a person one line, on standard error."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Request:
    """What `pigate run` was asked for."""

    settings: Settings
    table: TruthTable
    simulated: bool
    as_json: bool
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
        trained = _proved(request.table, request.settings, notifier.send)
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


def _proved(table: TruthTable, settings: Settings, send: Callable[..., None]) -> Trained:
    """Train and prove, asking the service manager for time while it lasts."""
    asked = time.monotonic()
    more = f"EXTEND_TIMEOUT_USEC={EXTEND_S * 1_000_000}"
    send(f"STATUS=training on {table.name}", more)

    def ask_for_time(_epoch: int, _loss: float) -> None:
        nonlocal asked
        if time.monotonic() >= asked + EXTEND_EVERY_S:
            asked = time.monotonic()
            send(more)

    return prove(learn(table, settings.training, ask_for_time))


class _Run:
    """A run from the first decision to the last: the loop, and those who talk with it."""

    def __init__(self, request: Request, signals: Signals, notifier: Notifier, board: Board, trained: Trained) -> None:
        self._request = request
        self._signals = signals
        self._notifier = notifier
        self._board = board
        self._loop = Loop(board, trained, notifier, self._receive)
        self._told = -float(TELL_AGAIN_S)
        self._reloading = False
        self._reload_again = False
        self._writer: Writer | None = None
        if request.as_json or request.simulated or sys.stdout.isatty():
            self._writer = Writer(request.as_json, request.simulated, partial(self._loop.post, self._loop.stop))

    def run(self) -> None:
        threading.excepthook = self._thread_failed
        self._signals.receive = self._on_signal
        self._notifier.send("READY=1", f"STATUS={self._loop.trained.table.name}: reading the switches")
        if isinstance(self._board, SimulatedBoard) and can_be_read(sys.stdin.fileno()):
            # The first decision is for the levels at start, whatever the first line will say.
            started = threading.Event()
            self._loop.ask(partial(self._answer, written=started.set))
            threading.Thread(target=self._obey, args=[self._board, started], name="standard input", daemon=True).start()
        try:
            self._loop.run()
        except OSError as exc:
            raise OSError(exc.errno, exc.strerror, "the board") from exc
        self._board.close()
        if self._writer is not None:
            self._writer.finish()
            if self._writer.failure is not None:
                raise self._writer.failure

    def _receive(self, snapshot: Snapshot, answered: bool) -> None:
        """Pass a new snapshot on. In the loop's thread."""
        if self._writer is not None and not answered:
            self._writer.put(snapshot)
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
            self._loop.post(partial(board.set_switches, levels))
            self._loop.post(partial(self._loop.ask, partial(self._answer, written=written)))

        started.wait()
        if obey(sys.stdin.fileno(), len(board.settings.inputs), flip):
            self._loop.post(self._loop.stop)

    def _on_signal(self, number: int) -> None:
        reload = number == signal.SIGHUP and self._notifier.listening
        self._loop.post(self._reload if reload else self._loop.stop)

    def _thread_failed(self, args: threading.ExceptHookArgs) -> None:
        """End the whole run when any thread fails: half a gate is worse than none."""
        threading.__excepthook__(args)

        def fail() -> None:
            raise RuntimeError(f"the thread {args.thread.name if args.thread else '?'} failed") from args.exc_value

        self._loop.post(fail)

    def _reload(self) -> None:
        """Begin to read, train and prove beside the loop. In the loop's thread."""
        if self._reloading:
            self._reload_again = True
            return
        self._reloading = True
        self._notifier.send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        threading.Thread(target=self._relearn, name="reload", daemon=True).start()

    def _relearn(self) -> None:
        """Read, train and prove. A thread of its own."""
        post = self._loop.post
        board = self._request.settings.board
        try:
            settings, table = self._request.reread()
            check_width(table, board)
            trained = _proved(table, settings, lambda *lines: post(partial(self._notifier.send, *lines)))
        except PigateError as exc:
            post(partial(self._reloaded, None, f"{exc}; the old gate goes on"))
        else:
            note = "" if settings.board == board else "restart to change pins: [board] is read at the start alone"
            post(partial(self._reloaded, trained, note))

    def _reloaded(self, trained: Trained | None, note: str) -> None:
        """End a reload. In the loop's thread."""
        if note:
            say(f"reload: {note}")
        if trained is not None:
            self._loop.use(trained)
        status = f"reloaded {trained.table.name}" if trained else f"reload failed: {note}"
        self._notifier.send("READY=1", f"STATUS={status}")
        self._reloading = False
        if self._reload_again:
            self._reload_again = False
            self._reload()
