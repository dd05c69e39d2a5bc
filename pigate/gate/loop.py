"""The loop: the one thread that owns the pins and the network, from switches to LEDs."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from math import inf
from queue import SimpleQueue

from ..learning.proof import Decision, Examined
from ..learning.tables import UNKNOWN
from ..pins.board import Board
from ..report import Snapshot
from ..teaching.answer import shown
from ..teaching.button import Button, Event
from .debounce import Debouncer
from .systemd import Systemd

#: An undecided LED changes after this many seconds: it blinks twice a second.
BLINK_S = 0.25

Message = Callable[[], None]


class Loop:
    """Reads, debounces, decides, shows and publishes; woken by edges, messages and its own deadlines.

    Only `post` may be called from other threads and from signal handlers.

    Args:
        board: read from and shown on; the caller closes it.
        network: the proved network that decides.
        systemd: receives the status of every decision, and the sign that the loop is alive.
        receive: called with each new snapshot, in the loop's thread, and with whether the snapshot also
            answers an `on_next_decision`; it must not block.
        clock: seconds of a steady clock.
    """

    def __init__(
        self,
        board: Board,
        network: Examined,
        systemd: Systemd,
        receive: Callable[[Snapshot, bool], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.board = board
        self.network = network
        self.snapshot: Snapshot | None = None
        self._systemd = systemd
        self._receive = receive
        self._clock = clock
        self._debouncer = Debouncer(board.settings.settle_s)
        self._topics = UNKNOWN * len(board.settings.topics)
        #: called in the loop's thread with what a teach button tells, and whose it is, counted from 0
        self.on_button: Callable[[int, Event], None] = lambda _output, _event: None
        #: the last decision while the inputs rest; None while they move
        self.resting: Snapshot | None = None
        self._buttons = [Button() for _ in board.settings.buttons]
        self._shown_answers: dict[int, tuple[tuple[float, ...], float]] = {}  # by output: which, and since when
        self._cache: dict[str, Snapshot] = {}
        self._answers: list[Callable[[Snapshot], None]] = []
        self._last_watchdog = clock()
        self._stopping = False
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._wake_w, self._wake_r = socket.socketpair()
        self._wake_w.setblocking(False)
        self._selector = selectors.DefaultSelector()
        for descriptor in (self._wake_r.fileno(), *board.descriptors):
            self._selector.register(descriptor, selectors.EVENT_READ)

    def post(self, message: Message) -> None:
        """Have the loop call `message`. For any thread and any signal handler; never blocks."""
        self._messages.put(message)
        with suppress(OSError):  # the pipe is full, so the loop wakes anyway; or the loop is closed
            self._wake_w.send(b"\0")

    def stop(self) -> None:
        """End `run` after this pass. A message."""
        self._stopping = True

    def replace_network(self, network: Examined) -> None:
        """Decide by this proved network from now on. A message."""
        self.network = network
        self._cache.clear()
        self.snapshot = None

    def set_topics(self, levels: str) -> None:
        """Take in the levels of the inputs that are MQTT topics, in their order; "?" is unknown. A message."""
        self._topics = levels

    def answer(self, output: int, answer: tuple[float, ...]) -> None:
        """Have an LED answer who taught: see `pigate.teaching.answer`. A message."""
        self._shown_answers[output] = answer, self._clock()

    def on_next_decision(self, answer: Callable[[Snapshot], None]) -> None:
        """Call `answer` once, with the decision for the levels when they have settled. A message."""
        self._answers.append(answer)

    def run(self) -> None:
        """Run until stopped.

        Raises:
            OSError: the board failed.
            Exception: whatever a message raises.
        """
        while not self._stopping:
            deadline = self.tick()
            for key, _ in self._selector.select(max(0.0, deadline - self._clock())):
                if key.fd == self._wake_r.fileno():
                    self._wake_r.recv(4096)
                else:
                    self.board.drain(key.fd)
            self._take_messages()

    def close(self) -> None:
        """Release the loop's own descriptors; the board's are the board's."""
        self._selector.close()
        self._wake_w.close()
        self._wake_r.close()

    def tick(self) -> float:
        """Make one pass: read, debounce, decide, show, publish. Return the time of the next."""
        now = self._clock()
        pins = self.board.read()
        self._debouncer.update(pins, now)  # topics do not bounce
        decided = self._decide(self.board.settings.merged(pins, self._topics), now)
        is_new = decided is not None and decided is not self.snapshot
        if decided is not None:
            self.snapshot = decided
        deadlines = [now + self.board.settings.resync_s, self._show(now)]  # the LED comes first
        if decided is not None:
            self._publish(decided, is_new)
        if self._buttons:
            self.resting = None if decided is None or decided.chattering else decided
            deadlines += self._look_at_buttons(now)
        if (settled := self._debouncer.deadline()) is not None:
            deadlines.append(settled)
        if self.board.poll_s is not None:
            deadlines.append(now + self.board.poll_s)
        if (watchdog_s := self._systemd.watchdog_s) is not None:
            if now >= self._last_watchdog + watchdog_s / 4:
                self._systemd.watchdog()
                self._last_watchdog = now
            deadlines.append(self._last_watchdog + watchdog_s / 3)
        return min(deadlines)

    def _take_messages(self) -> None:
        while not self._messages.empty():  # only this thread takes them
            self._messages.get_nowait()()

    def _decide(self, levels: str, now: float) -> Snapshot | None:
        """Return what the gate makes of the levels; None while the pins have yet to settle."""
        if chattering := self._debouncer.chattering(now):
            return self._undecided(levels, tuple(self.board.settings.pins[i] for i in chattering))
        if not self._debouncer.resting:
            return None
        # The network is asked once for each levels: NumPy takes longer than the rest of a pass.
        if levels not in self._cache:
            self._cache[levels] = Snapshot(self.network, levels, *self.network.decide(levels))
        return self._cache[levels]

    def _undecided(self, levels: str, chattering: tuple[int, ...]) -> Snapshot:
        if self.snapshot is not None and self.snapshot.chattering == chattering:
            return self.snapshot  # it is new only when another input chatters
        prediction, decision = self.network.decide(levels)
        undecided: tuple[Decision, ...] = tuple("undecided" for _ in decision)
        return Snapshot(self.network, levels, prediction, undecided, chattering)

    def _look_at_buttons(self, now: float) -> Iterator[float]:
        """Hand on what the teach buttons tell; yield when each may tell more."""
        for output, (button, closed) in enumerate(zip(self._buttons, self.board.pressed(), strict=True)):
            if (event := button.update(closed, now)) is not None:
                self.on_button(output, event)
            if (due := button.deadline()) is not None:
                yield due

    def _show(self, now: float) -> float:
        """Show the decision on the LEDs, or an answer; return when they look otherwise, at the latest."""
        if self.snapshot is None:
            return inf
        decision: Sequence[Decision] = self.snapshot.decision
        blinking = "undecided" in decision and self.board.settings.undecided == "blink"
        lit = blinking and now // BLINK_S % 2 == 0
        leds = tuple(d == "on" or (d == "undecided" and lit) for d in decision)
        due = (now // BLINK_S + 1) * BLINK_S if blinking else inf
        if self._shown_answers:
            leds, due = self._with_answers(leds, due, now)
        self.board.show(leds)
        return due

    def _with_answers(self, leds: tuple[bool, ...], due: float, now: float) -> tuple[tuple[bool, ...], float]:
        """Return the LEDs with the answers on them, and when they look otherwise."""
        answered = list(leds)
        for output, (answer, since) in list(self._shown_answers.items()):
            if (now_shown := shown(answer, now - since)) is None:
                del self._shown_answers[output]
            else:
                answered[output] = now_shown[0]
                due = min(due, now + now_shown[1])
        return tuple(answered), due

    def _publish(self, snapshot: Snapshot, is_new: bool) -> None:
        answers, self._answers = self._answers, []
        if is_new:
            self._systemd.status(snapshot.status)
            self._receive(snapshot, bool(answers))
        for answer in answers:
            answer(snapshot)
