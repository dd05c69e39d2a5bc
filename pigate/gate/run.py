"""The run: prove the table, take the pins, decide until told to stop."""

from __future__ import annotations

import errno
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from ..config import Task
from ..errors import PigateError, say
from ..learning.proof import Examined
from ..learning.tables import TruthTable
from ..pins.board import Board, open_board
from ..pins.leftovers import forget, remember
from ..pins.simulated import SimulatedBoard
from ..report import Snapshot
from ..settings import TrainingSettings
from ..teaching.key import key
from ..teaching.taught import Taught
from ..web.page import GateActions, Page, wanted
from .console import can_be_read, example, obey, terminal_as_it_was
from .learn import learn_at_start
from .loop import Loop
from .reload import Reload
from .signals import Signals
from .systemd import Systemd
from .teacher import Teacher
from .trainer import Trainer
from .writer import Form, Writer

if TYPE_CHECKING:
    from ..mqtt.link import Link

#: A log wears the SD card: a line about chatter is written at most once in this many seconds.
CHATTER_EVERY_S = 3600


@dataclass(frozen=True)
class RunOptions:
    """What `pigate run` was asked for."""

    task: Task
    simulated: bool
    as_json: bool
    #: open the live page in a browser
    open_page: bool
    #: reads the task again, for a reload; raises as `pigate.config.load`
    reread: Callable[[], Task]


def run(options: RunOptions, signals: Signals) -> None:
    """Run the gate until a signal, or the end of a simulated board's input. For the main thread.

    Raises:
        NotLearnedError: the table is not learned, or not by the given weights.
        BoardError: there is no board that can be used.
        OSError: the board failed, or standard output cannot be written.
    """
    with ExitStack() as stack:
        systemd = Systemd()
        stack.callback(systemd.close)
        taught = Taught(say)
        network = learn_at_start(options.task, taught, systemd)
        settings = options.task.settings.board
        board = SimulatedBoard(settings) if options.simulated else open_board(settings)
        stack.enter_context(_board_named())
        stack.callback(board.close)
        if not options.simulated:
            remember(settings.outputs)
        stack.callback(systemd.stopping)
        _Run(options, signals, systemd, board, network, taught).run()
        if not options.simulated:
            forget()


class _Run:
    """A run from the first decision to the last: the loop, and those who talk with it."""

    def __init__(
        self,
        options: RunOptions,
        signals: Signals,
        systemd: Systemd,
        board: Board,
        network: Examined,
        taught: Taught,
    ) -> None:
        self._options = options
        self._signals = signals
        self._systemd = systemd
        self._board = board
        self._loop = Loop(board, network, systemd, self._receive)
        self._last_chatter = -float(CHATTER_EVERY_S)
        form = _form(options)
        self._has_prompt = form == "prompt"
        if self._has_prompt:
            say(f"type the switches, such as {example(len(board.settings.pins))}, and Enter; help says more")
        self._writer = Writer(form, partial(self._loop.post, self._loop.stop))
        tell = taught.say = self._writer.tell
        self._trainer = Trainer(self._loop, self._training_began, self._training_ended)
        self._teacher = Teacher(self._loop, self._trainer, taught, options.task, tell)
        self._loop.on_button = self._teacher.on_button
        self._reload = Reload(
            self._loop, systemd, options.task.settings, options.reread, self._teacher, taught, self._trainer.alone, tell
        )
        self._page: Page | None = None
        self._link: Link | None = None
        self._failure: Exception | None = None  # the error of a thread that failed

    def run(self) -> None:
        """Run until a signal or the end of input."""
        threading.excepthook = self._thread_failed
        self._signals.receive = self._on_signal
        self._systemd.ready(f"{self._loop.network.table.name}: reading the switches")
        task, simulated, open_page = self._options.task, self._options.simulated, self._options.open_page
        if task.settings.web.teach:
            self._have_a_key()
        if wanted(task.settings.web, simulated, open_page, self._writer.tell):
            teacher, trainer = self._teacher, self._trainer
            actions = GateActions(self._set_switches, self._train, trainer.cancel, teacher.teach, teacher.use)
            network = self._loop.network
            self._page = Page(
                task.settings.web, self._board.settings, simulated, network, actions, self._writer.tell, open_page
            )
        if task.settings.mqtt.host is not None:
            from ..mqtt.link import link  # nothing of it is loaded where no broker is named

            self._link = link(task.settings.mqtt, self._board.settings, self._set_topics, self._writer.tell)
        if isinstance(self._board, SimulatedBoard) and can_be_read(sys.stdin.fileno()):
            # The first decision is for the levels at start, whatever the first line will say.
            started = threading.Event()
            self._loop.on_next_decision(partial(self._writer.put, written=started.set))
            threading.Thread(target=self._obey, args=[self._board, started], name="standard input", daemon=True).start()
        with ExitStack() as stack:  # each is closed, whatever the others raise; the last one first
            stack.callback(self._writer.finish)
            if self._has_prompt:
                stack.enter_context(terminal_as_it_was(sys.stdin.fileno()))
            stack.callback(self._board.close)
            stack.callback(self._loop.close)
            for watcher in (self._page, self._link):
                if watcher is not None:
                    stack.callback(watcher.close)
            self._loop.run()
        if (failure := self._failure or self._writer.failure) is not None:
            raise failure

    def _set_switches(self, levels: str) -> None:
        if isinstance(self._board, SimulatedBoard):
            self._loop.post(partial(self._board.set_switches, levels))

    def _set_topics(self, levels: str) -> None:
        self._loop.post(partial(self._loop.set_topics, levels))

    def _have_a_key(self) -> None:
        try:
            key()
        except (PigateError, OSError) as exc:
            self._writer.tell(f"nobody can teach on the live page: {exc}")

    def _train(self, table: TruthTable, training: TrainingSettings) -> bool:
        settings = msgspec.structs.replace(self._options.task.settings, training=training)
        now = self._loop.network.table  # it also knows what it makes of a row that is not taught
        same = table == now and table.name == now.name
        return self._trainer.begin(lambda: Task(settings, now if same else table))

    def _training_began(self) -> None:
        if self._page is not None:
            self._page.training_began()

    def _training_ended(self, network: Examined | None) -> None:
        if self._page is not None:
            self._page.training_ended(network)

    def _receive(self, snapshot: Snapshot, answers: bool) -> None:
        """Pass a new snapshot on. In the loop's thread."""
        if not answers:
            self._writer.put(snapshot)
        if self._page is not None:
            self._page.publish(snapshot)
        if self._link is not None:
            self._link.publish(snapshot)
        if snapshot.chattering and time.monotonic() >= self._last_chatter + CHATTER_EVERY_S:
            self._last_chatter = time.monotonic()
            gpios = ", ".join(map(str, snapshot.chattering))
            self._writer.tell(f"GPIO {gpios} does not come to rest: undecided until it does (look for a loose wire)")

    def _obey(self, board: SimulatedBoard, started: threading.Event) -> None:
        """Take switch settings from standard input until its end. A thread of its own."""

        def flip(levels: str, written: Callable[[], None]) -> None:
            def set_and_ask() -> None:  # one message: between two, the loop could decide before the answer is asked for
                board.set_switches(levels)
                self._loop.on_next_decision(partial(self._writer.put, written=written))

            self._loop.post(set_and_ask)

        started.wait()
        prompt = self._writer.prompt if self._has_prompt else None
        if obey(sys.stdin.fileno(), len(board.settings.pins), flip, self._writer.tell, prompt):
            self._loop.post(self._loop.stop)

    def _on_signal(self, number: int) -> None:
        reload = number == signal.SIGHUP and self._systemd.listening
        self._loop.post(self._reload.begin if reload else self._loop.stop)

    def _thread_failed(self, args: threading.ExceptHookArgs) -> None:
        """End the whole run when any thread fails: half a gate is worse than none."""
        self._failure = RuntimeError(f"the thread {args.thread.name if args.thread else '?'} failed")
        self._failure.__cause__ = args.exc_value
        self._loop.post(self._loop.stop)


@contextmanager
def _board_named() -> Iterator[None]:
    """Name the board in an OSError that names no file, unless descriptors ran out."""
    try:
        yield
    except OSError as exc:
        if exc.filename is not None or exc.errno in (errno.EMFILE, errno.ENFILE) or isinstance(exc, PigateError):
            raise
        raise OSError(exc.errno, exc.strerror or str(exc), "the board") from exc


def _form(options: RunOptions) -> Form:
    """Return how decisions are written; real pins write only to a terminal, or as JSON if asked."""
    if options.as_json:
        return "json"
    if not sys.stdout.isatty():
        return "words" if options.simulated else None
    return "prompt" if options.simulated and sys.stdin.isatty() else "drawing"
