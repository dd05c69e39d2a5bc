"""The loop: the one thread that owns the pins and the network, from switches to LEDs."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue

from ..errors import one_line
from ..learning.decision import Decision
from ..learning.training import Trained
from ..pins.board import Board
from .debounce import Debouncer
from .systemd import Notifier

#: An undecided LED blinks twice a second: it changes every so many seconds.
BLINK_S = 0.25

Message = Callable[[], None]


@dataclass(frozen=True)
class Snapshot:
    """What the gate thought at one moment. Immutable; any thread may keep it."""

    trained: Trained
    levels: str
    prediction: tuple[float, ...]
    decision: tuple[Decision, ...]
    #: GPIO numbers of the inputs that keep the levels from resting
    chattering: tuple[int, ...] = ()

    @property
    def taught(self) -> bool:
        """Whether the table gives this row; else the prediction is the network's guess."""
        return self.levels in self.trained.table.rows

    @property
    def status(self) -> str:
        """One line for a person: table, levels and decision."""
        text = f"{one_line(self.trained.table.name)}: {self.levels} -> {' '.join(self.decision)}"
        if self.chattering:
            text += f", chattering: GPIO {', '.join(map(str, self.chattering))}"
        return text if self.taught else f"{text} (a guess: this row is not taught)"


class Loop:
    """Reads, debounces, predicts and shows, woken by edges, messages and its own deadlines.

    Only `post` may be called from other threads and from signal handlers.

    Args:
        board: to read and to show; the caller closes it.
        trained: the proved network that decides.
        notifier: is told the status of every decision, and that the loop is alive.
        receive: called with each new snapshot, in the loop's thread, and with whether it answers a
            question too; it must not block.
        clock: seconds of a steady clock.
    """

    def __init__(
        self,
        board: Board,
        trained: Trained,
        notifier: Notifier,
        receive: Callable[[Snapshot, bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.board = board
        self.trained = trained
        self.snapshot: Snapshot | None = None
        self._notifier = notifier
        self._receive = receive
        self._clock = clock
        self._debouncer = Debouncer(board.settings.settle_s)
        self._thoughts: dict[str, Snapshot] = {}
        self._questions: list[Callable[[Snapshot], None]] = []
        self._heard = clock()  # when systemd last heard of us
        self._stopping = False
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._mouth, self._ear = socket.socketpair()
        self._mouth.setblocking(False)

    def post(self, message: Message) -> None:
        """Have the loop call `message`. For any thread and any signal handler; never blocks."""
        self._messages.put(message)
        with suppress(BlockingIOError):  # it is full, so the loop will wake all the same
            self._mouth.send(b"\0")

    def stop(self) -> None:
        """End `run` after this pass. A message."""
        self._stopping = True

    def use(self, trained: Trained) -> None:
        """Decide by this proved network from now on. A message."""
        self.trained = trained
        self._thoughts.clear()
        self.snapshot = None

    def ask(self, answer: Callable[[Snapshot], None]) -> None:
        """Have `answer` called once with the decision for the levels, settled. A message."""
        self._questions.append(answer)

    def run(self) -> None:
        """Run until stopped.

        Raises:
            OSError: the board failed.
            Exception: whatever a message raises.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._ear, selectors.EVENT_READ)
            for descriptor in self.board.descriptors:
                selector.register(descriptor, selectors.EVENT_READ)
            while not self._stopping:
                deadline = self.tick()
                for key, _ in selector.select(max(0.0, deadline - self._clock())):
                    if key.fileobj is self._ear:
                        self._ear.recv(4096)
                    else:
                        self.board.drain(key.fd)
                self._take_messages()

    def tick(self) -> float:
        """Make one pass: read, debounce, decide, show. Return when the next is due."""
        now = self._clock()
        levels = self.board.read()
        self._debouncer.update(levels, now)
        if chattering := self._debouncer.chattering(now):
            gpios = tuple(self.board.settings.inputs[i] for i in chattering)
            self._publish(self._think(levels, gpios))
        elif self._debouncer.resting:
            self._publish(self._think(levels))
        deadlines = [now + self.board.settings.resync_s]
        if (settled := self._debouncer.deadline()) is not None:
            deadlines.append(settled)
        if self.board.poll_s is not None:
            deadlines.append(now + self.board.poll_s)
        if self._show(now):
            deadlines.append((now // BLINK_S + 1) * BLINK_S)
        if (watchdog_s := self._notifier.watchdog_s) is not None:
            if now >= self._heard + watchdog_s / 4:
                self._notifier.send("WATCHDOG=1")
                self._heard = now
            deadlines.append(self._heard + watchdog_s / 2)
        return min(deadlines)

    def _think(self, levels: str, chattering: tuple[int, ...] = ()) -> Snapshot:
        if not chattering:
            # The network is asked once for each levels: NumPy takes longer than all the rest of a pass.
            if levels not in self._thoughts:
                self._thoughts[levels] = Snapshot(self.trained, levels, *self.trained.decide(levels))
            return self._thoughts[levels]
        if self.snapshot is not None and self.snapshot.chattering == chattering:
            return self.snapshot  # it is news only when another input chatters
        prediction, decision = self.trained.decide(levels)
        undecided: tuple[Decision, ...] = tuple("undecided" for _ in decision)
        return Snapshot(self.trained, levels, prediction, undecided, chattering)

    def _publish(self, snapshot: Snapshot) -> None:
        questions, self._questions = self._questions, []
        if snapshot is not self.snapshot:
            self.snapshot = snapshot
            self._show(self._clock())  # first of all, the LED
            self._notifier.send(f"STATUS={snapshot.status}")
            self._receive(snapshot, bool(questions))
        for answer in questions:
            answer(snapshot)

    def _show(self, now: float) -> bool:
        """Show the decision on the LEDs; return whether one of them blinks."""
        if self.snapshot is None:
            return False
        decision: Sequence[Decision] = self.snapshot.decision
        blinking = "undecided" in decision and self.board.settings.undecided == "blink"
        lit = blinking and now // BLINK_S % 2 == 0
        self.board.show(tuple(d == "on" or (d == "undecided" and lit) for d in decision))
        return blinking

    def _take_messages(self) -> None:
        while not self._messages.empty():  # nobody else takes any
            self._messages.get_nowait()()
