"""From the edge of a switch to the LED while the gate's broker works, has been killed, or is frozen."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from pigate import TruthTable, train
from pigate.mqtt.link import Link
from pigate.report import Snapshot
from pigate.settings import MqttSettings

from .circuit import MOSQUITTO, children, mosquitto, own_mb
from .edge import flip_gate, instant_board
from .figure import Figure

FLIPS = 10_000
PAUSE_S = 0.001

#: What happens to the broker once the gate has joined it. Killed, it also refuses its port from then on.
TROUBLE: dict[str, Callable[[int], None]] = {
    "on a broker": lambda _broker: None,
    "its broker killed": lambda broker: os.kill(broker, signal.SIGKILL),
    "its broker frozen": lambda broker: os.kill(broker, signal.SIGSTOP),
}


def figures() -> Iterator[Figure]:
    """Measure on Mosquittos of our own; nothing where there is none."""
    if MOSQUITTO is None:
        return
    for what, trouble in TROUBLE.items():
        with mosquitto() as (port, broker):
            try:
                ours, grown = _flips(port, broker, trouble)
            finally:
                os.kill(broker, signal.SIGCONT)
        alone = _alone()
        note = f"{grown:+.1f} MB after {FLIPS} flips"
        yield Figure(f"switch edge to LED, {what}", "ms", ours, "the same without MQTT", alone, 1.5, ours_note=note)


def _alone() -> list[float]:
    """Return the time from a switch's edge to the LED without MQTT, in milliseconds."""
    board = instant_board()
    try:
        return flip_gate(board, train(TruthTable.named("xor")), lambda _snapshot: None, FLIPS, PAUSE_S)
    finally:
        board.close()


def _flips(port: int, broker: int, trouble: Callable[[int], None]) -> tuple[list[float], float]:
    """Return the same times with MQTT, and what this process and its child of MQTT grew by, in MB."""
    board, trained = instant_board(), train(TruthTable.named("xor"))
    said: SimpleQueue[str] = SimpleQueue()
    link = Link(MqttSettings(host="127.0.0.1", port=port, id="edge"), board.settings, lambda _levels: None, said.put)
    before: list[float] = []

    def memory() -> float:
        ours = [os.getpid(), *(child for child in children(os.getpid()) if child != broker)]
        return sum(map(own_mb, ours))

    def receive(snapshot: Snapshot) -> None:
        link.publish(snapshot)
        if not before:
            said.get(timeout=60)  # with the first decision the gate joins; then it says so
            before.append(memory())
            trouble(broker)

    try:
        taken = flip_gate(board, trained, receive, FLIPS, PAUSE_S)
        return taken, memory() - before[0]
    finally:
        link.close()
        board.close()
