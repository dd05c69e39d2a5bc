"""The loop as it runs, in a thread, with real descriptors and the real clock."""

from __future__ import annotations

import gc
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from gpiozero.pins.mock import MockFactory

from pigate.gate.loop import Loop
from pigate.gate.systemd import Systemd
from pigate.pins.board import Board
from pigate.pins.simulated import SimulatedBoard
from pigate.report import Snapshot
from pigate.settings import BoardSettings

from .mock_gate import INPUTS, LED, XOR, a_gate, gated

PATIENCE_S = 30


class Running:
    """A loop that runs in a thread of its own."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.snapshots: queue.Queue[Snapshot] = queue.Queue()
        self.failure: BaseException | None = None
        self.loop = Loop(board, XOR, Systemd({}), lambda snapshot, _answered: self.snapshots.put(snapshot))
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
            gate.loop.post(lambda: gate.loop.on_next_decision(answers.put))
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
