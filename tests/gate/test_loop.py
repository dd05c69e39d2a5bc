from __future__ import annotations

import errno
import gc
import os
import queue
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from pigate.config import BoardSettings
from pigate.gate.loop import Loop, Snapshot
from pigate.gate.systemd import Notifier
from pigate.learning.network import Network
from pigate.learning.tables import TruthTable
from pigate.learning.training import Trained, examine, train
from pigate.pins.board import Board
from pigate.pins.simulated import MOST_STATES, SimulatedBoard

PATIENCE_S = 30
INPUTS = (17, 27, 22)
LED = 18
SETTLE_S, RESYNC_S = 0.02, 1.0

XOR = train(TruthTable.named("xor"))
PARITY = train(TruthTable.named("parity"))
#: a network that thinks nothing: each prediction is a half
BLANK = examine(Network([[[0.0]] * 3], 3), TruthTable({"000": "0"}), 0.1)


class Gate:
    """A loop on mock pins with a clock that stands still until it is moved; no thread."""

    def __init__(self, board: Board, trained: Trained = XOR, notifier: Notifier | None = None) -> None:
        self.now = 1000.0
        self.board = board
        self.received: list[tuple[Snapshot, bool]] = []
        self.loop = Loop(
            board,
            trained,
            notifier or Notifier({}),
            lambda snapshot, answered: self.received.append((snapshot, answered)),
            lambda: self.now,
        )

    def tick(self) -> float:
        """Make a pass, as the loop does when it wakes, and return in how many seconds the next is due."""
        for descriptor in self.board.descriptors:
            with suppress(BlockingIOError):  # there was no edge
                self.board.drain(descriptor)
        self.loop._take_messages()
        return self.loop.tick() - self.now

    def let_pass(self, seconds: float) -> None:
        """Make all passes that are due in so many seconds."""
        end = self.now + seconds
        while (due := self.now + self.tick()) <= end:
            self.now = due
        self.now = end

    def set(self, levels: str) -> None:
        """Move the switches; closed is low, for the pull is up."""
        for gpio, level in zip(INPUTS, levels, strict=True):
            pin = self.board.factory.pin(gpio)
            pin.drive_low() if level == "1" else pin.drive_high()

    @property
    def levels(self) -> str:
        """What the switch pins say."""
        return "".join("0" if self.board.factory.pin(gpio).state else "1" for gpio in INPUTS)

    @property
    def lit(self) -> bool:
        """What the LED pin says."""
        state: bool = self.board.factory.pin(LED).state
        return state

    @property
    def decision(self) -> tuple[str, ...] | None:
        """What the gate thinks."""
        return self.loop.snapshot.decision if self.loop.snapshot else None


def gated(levels: str, trained: Trained = XOR) -> bool:
    """Return what the table gives for the levels."""
    return trained.table.rows[levels] == "1"


@contextmanager
def a_gate(trained: Trained = XOR, notifier: Notifier | None = None, **settings: object) -> Iterator[Gate]:
    """Give a gate on a simulated board with these settings."""
    values = {"settle_s": SETTLE_S, "resync_s": RESYNC_S, **settings}
    board = SimulatedBoard(BoardSettings(inputs=INPUTS, outputs=(LED,), **values))  # type: ignore[arg-type]
    try:
        yield Gate(board, trained, notifier)
    finally:
        board.close()


# What happens to the switches: after some seconds, this switch moves so often, and whether its edge is lost.
happenings = st.lists(
    st.tuples(
        st.floats(0, 0.08) | st.floats(0, 2),
        st.integers(0, 2),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=25,
)


@given(happenings, st.floats(0, 3), st.sampled_from([0.0, 0.005, SETTLE_S, 0.3]), st.booleans())
def test_once_the_switches_rest_the_led_is_the_gate_of_the_switches(
    story: list[tuple[float, int, int, bool]], delay: float, settle_s: float, polled: bool
) -> None:
    """After any flips, bounces, lost edges and late wake-ups the LED pin is the gate of the switch pins.

    That is so settle + resync, and the delays of the two wake-ups that this takes, after the last movement.
    """
    board_settings = BoardSettings(inputs=INPUTS, outputs=(LED,), settle_s=settle_s, resync_s=RESYNC_S)
    board = Board(board_settings, MockFactory()) if polled else SimulatedBoard(board_settings)
    try:
        gate = Gate(board)
        wake = gate.now

        def pass_until(end: float) -> None:
            nonlocal wake
            while wake <= end:
                gate.now = wake
                # A poll that is due in no time at all would never let the story go on.
                wake = gate.now + max(gate.tick(), 1e-4) + delay
            gate.now = end

        for pause, switch, moves, lost in story:
            pass_until(gate.now + pause)
            pin = board.factory.pin(INPUTS[switch])
            for _ in range(moves):
                pin.drive_low() if pin.state else pin.drive_high()
            if not lost and not polled:
                wake = min(wake, gate.now + delay)
        pass_until(gate.now + settle_s + RESYNC_S + 2 * delay + 1e-3)
        assert gate.lit is gated(gate.levels)
        assert gate.decision == (("on",) if gate.lit else ("off",))
    finally:
        board.close()


@given(st.lists(st.sampled_from(["000", "111", "110", "101"]), max_size=20))
def test_the_led_never_shows_what_has_not_rested(story: list[str]) -> None:
    """Switches that move again before they have rested for the settle time change neither LED nor decision."""
    with a_gate() as gate:
        gate.let_pass(1)
        for levels in story:  # at most 20 times 10 ms: less than a second, so no chatter either
            gate.set(levels if levels != gate.levels else "010")
            gate.tick()
            gate.now += SETTLE_S / 2
            assert gate.lit is gated("000")
            assert gate.decision == ("on",)
        gate.let_pass(SETTLE_S + 0.001)
        assert gate.lit is gated(gate.levels)


def test_before_the_first_rest_the_led_is_off() -> None:
    """Off is safe: nothing is shown, decided or handed on before the switches have rested for the settle time."""
    with a_gate() as gate:
        gate.tick()
        gate.now += SETTLE_S * 0.9
        gate.tick()
        assert not gate.lit
        assert gate.received == []
        gate.now += SETTLE_S * 0.2
        gate.tick()
        assert gate.lit
        assert [(snapshot.levels, answered) for snapshot, answered in gate.received] == [("000", False)]


def test_a_decision_is_news_once() -> None:
    """A snapshot is handed on when the levels change, not at every pass, and after the LED shows it."""
    with a_gate() as gate:
        shown: list[bool] = []
        gate.loop._receive = lambda *_: shown.append(gate.lit)
        gate.let_pass(5)
        gate.set("110")
        gate.let_pass(5)
        gate.set("110")
        gate.let_pass(5)
        assert shown == [True, False]


def test_it_sleeps_until_something_is_due() -> None:
    """At rest the next pass is due after resync_s; with moving switches, when they will have settled."""
    with a_gate(settle_s=0.05, resync_s=7.0) as gate:
        assert gate.tick() == pytest.approx(0.05)
        gate.now += 0.05
        assert gate.tick() == pytest.approx(7)
        gate.now += 3
        gate.set("100")
        assert gate.tick() == pytest.approx(0.05)
        gate.now += 0.03
        assert gate.tick() == pytest.approx(0.02)


def test_an_idle_hour_takes_a_pass_per_resync() -> None:
    """Nothing but the resync wakes the loop while the switches rest."""
    with a_gate() as gate:
        gate.let_pass(1)
        passes = 0
        end = gate.now + 3600
        while gate.now < end:
            gate.now += gate.tick()
            passes += 1
        assert passes <= 3601


def test_a_board_without_edges_is_polled() -> None:
    """On a factory without watch(), such as lgpio's, a pass is due every settle_s / 2 and each flip is found."""
    settings = BoardSettings(inputs=INPUTS, outputs=(LED,), settle_s=0.04, resync_s=60)
    board = Board(settings, MockFactory())
    try:
        gate = Gate(board)
        assert not board.descriptors
        assert gate.tick() == pytest.approx(0.02)
        for levels in ("111", "110", "010", "000"):
            gate.set(levels)
            gate.let_pass(0.04 + 0.02 + 0.001)
            assert gate.lit is gated(levels)
    finally:
        board.close()


def test_undecided_blinks_twice_a_second() -> None:
    """An undecided LED is lit for a quarter of a second and dark for the next."""
    with a_gate(BLANK) as gate:
        gate.let_pass(1)
        changes = []
        lit = gate.lit
        for _ in range(10_000):  # of 2 ms: 20 seconds
            gate.let_pass(0.002)
            if gate.lit is not lit:
                lit = gate.lit
                changes.append(gate.now)
        assert gate.decision == ("undecided",)
        assert len(changes) in (79, 80, 81)
        assert all(b - a == pytest.approx(0.25, abs=0.005) for a, b in pairwise(changes))


def test_a_blinking_gate_wakes_only_to_blink() -> None:
    """Blinking costs four passes a second, not a busy loop."""
    with a_gate(BLANK) as gate:
        gate.let_pass(1)
        end, passes = gate.now + 100, 0
        while gate.now < end:
            due = gate.tick()
            assert due > 0
            gate.now += due
            passes += 1
        assert passes <= 402


def test_undecided_can_be_dark() -> None:
    """With undecided = "off" the LED stays off, and nothing wakes the loop for it."""
    with a_gate(BLANK, undecided="off") as gate:
        gate.let_pass(1)
        assert gate.decision == ("undecided",)
        for _ in range(100):
            assert gate.tick() == pytest.approx(RESYNC_S)
            gate.now += 0.1
            assert not gate.lit


def chatter(gate: Gate, gpio: int, seconds: float) -> None:
    """Move a switch every half settle time for so long, with a pass each time."""
    pin = gate.board.factory.pin(gpio)
    for _ in range(round(seconds / (SETTLE_S / 2))):
        pin.drive_low() if pin.state else pin.drive_high()
        gate.tick()
        gate.now += SETTLE_S / 2


def test_chatter_of_more_than_a_second_is_undecided_names_the_gpio_and_heals() -> None:
    """A switch that does not rest makes the decision undecided, once; when it rests the gate is right again."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 27, 0.95)
        assert [snapshot.decision for snapshot, _ in gate.received] == [("on",)]
        chatter(gate, 27, 30)
        snapshot = gate.loop.snapshot
        assert snapshot is not None
        assert snapshot.decision == ("undecided",)
        assert snapshot.chattering == (27,)
        assert "chattering: GPIO 27" in snapshot.status
        assert len(gate.received) == 2, "chatter is news once, not at each of its edges"
        gate.set("110")
        gate.let_pass(SETTLE_S + 0.001)
        assert gate.decision == ("off",)
        assert gate.lit is gated("110")
        assert gate.loop.snapshot is not None
        assert gate.loop.snapshot.chattering == ()
        assert "chattering" not in gate.loop.snapshot.status


def test_chatter_blinks_the_led() -> None:
    """While a switch chatters the LED blinks."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 17, 1.5)
        seen = set()
        for _ in range(20):
            chatter(gate, 17, 0.05)
            seen.add(gate.lit)
        assert seen == {True, False}


def test_two_loose_wires_are_both_named() -> None:
    """Each input that moves during the unrest is named, in the order of the inputs."""
    with a_gate() as gate:
        gate.let_pass(1)
        chatter(gate, 22, 1.5)
        chatter(gate, 17, 0.5)
        assert gate.loop.snapshot is not None
        assert gate.loop.snapshot.chattering == (17, 22)


def test_chatter_from_the_start_is_told_too() -> None:
    """A gate that never saw its switches rest says so, rather than nothing."""
    with a_gate() as gate:
        chatter(gate, 17, 1.5)
        assert gate.decision == ("undecided",)


def test_a_long_settle_time_is_no_chatter() -> None:
    """One flip under a settle time of three seconds is a flip that settles, and no loose wire."""
    with a_gate(settle_s=3.0, resync_s=0.3) as gate:
        gate.let_pass(5)
        gate.set("100")
        gate.let_pass(5)
        assert [(snapshot.levels, snapshot.chattering) for snapshot, _ in gate.received] == [("000", ()), ("100", ())]


def test_a_storm_of_edges_changes_nothing_and_fills_no_memory() -> None:
    """After 100,000 edges, with and without passes between, the LED is right and memory is what it was."""
    with a_gate() as gate:
        gate.let_pass(1)
        gate.set("111")
        gate.let_pass(1)
        pins = [gate.board.factory.pin(gpio) for gpio in INPUTS]

        def storm(edges: int, passes: int) -> None:
            for number in range(edges):
                pin = pins[number % 3]
                pin.drive_low() if pin.state else pin.drive_high()
                if passes and number % passes == 0:
                    gate.now += 0.001
                    gate.tick()

        storm(3000, 10)  # what is remembered of the past is full now
        gate.received.clear()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        storm(50_000, 0)
        storm(50_000, 50)
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert after - before < 500_000
        assert all(len(pin.states) <= MOST_STATES for pin in pins)
        gate.set("110")
        gate.let_pass(SETTLE_S + RESYNC_S)
        assert gate.levels == "110"
        assert gate.lit is gated("110")


def test_a_question_is_answered_once_with_what_has_settled() -> None:
    """An answer comes when the levels rest, one for each question, also when nothing changed."""
    with a_gate() as gate:
        answers: list[str] = []
        gate.loop.post(lambda: gate.loop.ask(lambda snapshot: answers.append(snapshot.levels)))
        gate.tick()
        assert answers == []
        gate.let_pass(1)
        assert answers == ["000"]
        assert [answered for _, answered in gate.received] == [True]
        gate.set("101")
        gate.loop.ask(lambda snapshot: answers.append(snapshot.levels))
        gate.tick()
        assert answers == ["000"]
        gate.let_pass(1)
        gate.loop.ask(lambda snapshot: answers.append(snapshot.levels))
        gate.let_pass(1)
        assert answers == ["000", "101", "101"]
        assert len(gate.received) == 2


def test_a_question_during_chatter_is_answered_undecided() -> None:
    """Whoever asks while a switch chatters is told so after a second, and does not wait for ever."""
    with a_gate() as gate:
        gate.let_pass(1)
        answers: list[Snapshot] = []
        chatter(gate, 17, 0.5)
        gate.loop.ask(answers.append)
        chatter(gate, 17, 0.7)
        assert [(snapshot.decision, snapshot.chattering) for snapshot in answers] == [(("undecided",), (17,))]


def test_another_network_is_used_at_once() -> None:
    """After `use` the LED follows the new table at the next pass, and the new decision is handed on."""
    with a_gate() as gate:
        gate.set("110")
        gate.let_pass(1)
        gate.loop.post(lambda: gate.loop.use(train(TruthTable.named("or"))))
        gate.tick()
        assert gate.lit
        assert gate.received[-1][0].trained.table.name == "or"
        assert [snapshot.decision for snapshot, _ in gate.received] == [("off",), ("on",)]


def test_the_status_tells_a_guess_from_a_taught_row() -> None:
    """A row that the table does not give is called a guess."""
    half = train(TruthTable({"000": "0", "111": "1"}, "half"))
    taught, guess = (Snapshot(half, levels, *half.decide(levels)) for levels in ("111", "110"))
    assert taught.taught
    assert taught.status == "half: 111 -> on"
    assert not guess.taught
    assert guess.status.endswith("(a guess: this row is not taught)")


def test_a_status_is_one_line_whatever_the_table_is_called() -> None:
    """A table file with a newline in its name cannot forge a message to systemd."""
    named = train(TruthTable({"0": "1"}, "a\nREADY=1"))
    assert len(Snapshot(named, "0", *named.decide("0")).status.splitlines()) == 1


# --- the watchdog


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[tuple[socket.socket, Notifier]]:
    """Play systemd with a watchdog of four seconds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.setblocking(False)
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"})
        yield server, notifier
        notifier.close()


def heard(server: socket.socket) -> list[str]:
    """Return the messages that have come."""
    messages = []
    while True:
        try:
            messages.append(server.recv(4096).decode())
        except BlockingIOError:
            return messages


@pytest.mark.parametrize("resync_s", [0.1, 60.0])
def test_systemd_hears_of_a_loop_that_passes(manager: tuple[socket.socket, Notifier], resync_s: float) -> None:
    """Whatever the resync, WATCHDOG=1 comes at least every half watchdog time, and not at every pass."""
    server, notifier = manager
    with a_gate(XOR, notifier, resync_s=resync_s) as gate:
        gate.let_pass(1)
        heard(server)
        times = [gate.now]
        end = gate.now + 100
        while gate.now < end:
            gate.now += gate.tick()
            times += [gate.now for message in heard(server) if message == "WATCHDOG=1"]
        assert 40 <= len(times) <= 110
        assert max(b - a for a, b in pairwise(times)) <= 2.2


def test_a_pass_that_does_not_finish_is_not_told_as_one(
    manager: tuple[socket.socket, Notifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the board cannot be read or shown, systemd hears nothing, so that it can act."""
    server, notifier = manager

    def refuse(*_: object) -> str:
        raise OSError(errno.EIO, "Input/output error")

    with a_gate(XOR, notifier) as gate:
        gate.let_pass(1)
        heard(server)
        gate.now += 3
        with monkeypatch.context() as patch:
            patch.setattr(gate.board, "read", refuse)
            with pytest.raises(OSError, match="Input"):
                gate.tick()
        assert heard(server) == []
        gate.set("110")
        gate.tick()
        heard(server)
        gate.now += 3
        with monkeypatch.context() as patch:
            patch.setattr(gate.board, "show", refuse)
            with pytest.raises(OSError, match="Input"):
                gate.tick()
        assert heard(server) == []
        gate.tick()
        assert heard(server)[-1] == "WATCHDOG=1"


def test_each_decision_is_told_as_a_status(manager: tuple[socket.socket, Notifier]) -> None:
    """`systemctl status` shows table, levels and decision, and is told only what is new."""
    server, notifier = manager
    with a_gate(XOR, notifier) as gate:
        for levels in ("000", "110", "110", "111"):
            gate.set(levels)
            gate.let_pass(0.5)
        told = [message for message in heard(server) if message != "WATCHDOG=1"]
        assert told == ["STATUS=xor: 000 -> on", "STATUS=xor: 110 -> off", "STATUS=xor: 111 -> on"]


# --- the loop as it runs, in a thread, with real descriptors and the real clock


class Running:
    """A loop that runs in a thread of its own."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.snapshots: queue.Queue[Snapshot] = queue.Queue()
        self.failure: BaseException | None = None
        self.loop = Loop(board, XOR, Notifier({}), lambda snapshot, _answered: self.snapshots.put(snapshot))
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.loop.run()
        except Exception as exc:
            self.failure = exc

    def until(self, levels: str) -> Snapshot:
        """Wait for the decision for these levels."""
        while (snapshot := self.snapshots.get(timeout=PATIENCE_S)).levels != levels or snapshot.chattering:
            pass
        return snapshot

    def end(self) -> None:
        """Stop the loop, and see that it ended well."""
        self.loop.post(self.loop.stop)
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


@contextmanager
def running(settle_s: float = 0.001, resync_s: float = 60.0, polled: bool = False) -> Iterator[Running]:
    """Run a loop on mock pins; with so long a resync, edges alone tell it of a flip."""
    settings = BoardSettings(inputs=INPUTS, outputs=(LED,), settle_s=settle_s, resync_s=resync_s)
    board = Board(settings, MockFactory()) if polled else SimulatedBoard(settings)
    gate = Running(board)
    try:
        yield gate
    finally:
        gate.end()
        board.close()


@pytest.mark.parametrize("polled", [False, True])
def test_a_flip_wakes_the_loop(polled: bool) -> None:
    """An edge from another thread, or the poll where there are none, brings the decision long before any resync."""
    with running(polled=polled) as gate:
        gate.until("000")
        for levels in ("100", "110", "111", "011", "001", "000"):
            for gpio, level in zip(INPUTS, levels, strict=True):
                pin = gate.board.factory.pin(gpio)
                pin.drive_low() if level == "1" else pin.drive_high()
            gate.until(levels)
            assert gate.board.factory.pin(LED).state is gated(levels)


def test_a_storm_while_it_runs_leaves_it_right() -> None:
    """100,000 edges against the running loop, and then the LED is the gate of the switches."""
    with running(settle_s=0.002, resync_s=0.05) as gate:
        gate.until("000")
        pins = [gate.board.factory.pin(gpio) for gpio in INPUTS]
        for number in range(100_000):
            pin = pins[number % 3]
            pin.drive_low() if pin.state else pin.drive_high()
        for pin in pins:
            pin.drive_low()
        answers: queue.Queue[Snapshot] = queue.Queue()
        while True:
            gate.loop.post(lambda: gate.loop.ask(answers.put))
            snapshot = answers.get(timeout=PATIENCE_S)
            if not snapshot.chattering:
                break
        assert snapshot.levels == "111"
        assert gate.board.factory.pin(LED).state is gated("111")


def test_messages_from_many_threads_all_arrive_in_each_ones_order() -> None:
    """Nothing posted is lost, however full the pipe; what one thread posts is done in its order."""
    done: dict[int, list[int]] = {number: [] for number in range(4)}
    with running() as gate:

        def post(who: int) -> None:
            for number in range(5000):
                gate.loop.post(Append(done[who], number))

        threads = [threading.Thread(target=post, args=[who]) for who in done]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(numbers == list(range(5000)) for numbers in done.values())


class Append:
    """A message that appends a number to a list."""

    def __init__(self, to: list[int], number: int) -> None:
        self.to, self.number = to, number

    def __call__(self) -> None:
        self.to.append(self.number)


def test_posting_never_blocks_and_nothing_posted_before_the_run_is_lost() -> None:
    """A loop that does not run yet takes 50,000 messages, more than its pipe holds, and does them when it does."""
    with a_gate() as gate:
        done: list[int] = []
        for number in range(50_000):
            gate.loop.post(Append(done, number))
        gate.loop.post(gate.loop.stop)
        gate.loop.run()
        assert done == list(range(50_000))


def test_a_message_that_raises_ends_the_run() -> None:
    """Half a gate is worse than none: what a message raises comes out of `run`."""

    def fail() -> None:
        raise RuntimeError("on purpose")

    with a_gate() as gate:
        gate.loop.post(fail)
        with pytest.raises(RuntimeError, match="on purpose"):
            gate.loop.run()


def test_a_run_leaves_no_descriptor_behind() -> None:
    """When loop and board are gone, so are their pipes and sockets."""

    def open_now() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    before = open_now()
    for _ in range(10):
        with running() as gate:
            gate.until("000")
        del gate
    assert open_now() <= before
