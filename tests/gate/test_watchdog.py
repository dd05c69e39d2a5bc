"""What systemd hears of the loop: its watchdog's messages, and its status."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from pigate.gate.systemd import Systemd

from .mock_gate import BLANK, XOR, a_gate


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[tuple[socket.socket, Systemd]]:
    """Play systemd with a watchdog of two seconds."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.setblocking(False)
        notifier = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"})
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
@pytest.mark.parametrize("story", ["rests", "blinks", "is flipped"])
def test_systemd_hears_of_a_loop_that_passes(
    manager: tuple[socket.socket, Systemd], resync_s: float, story: str
) -> None:
    """Whatever wakes the loop, WATCHDOG=1 comes within a third of the watchdog's time and a pass, and not each time."""
    server, notifier = manager
    watchdog_s, pass_s = 2.0, 0.05
    with a_gate(BLANK if story == "blinks" else XOR, notifier, resync_s=resync_s) as gate:
        gate.let_pass(1)
        heard(server)
        times = [gate.now]
        end = gate.now + 100
        chance = Random(1)
        while gate.now < end:
            due = gate.tick()
            times += [gate.now for message in heard(server) if message == "WATCHDOG=1"]
            if story == "is flipped":
                gate.set(f"{chance.randrange(8):03b}")
                due = chance.uniform(0, min(due, 0.5))  # an edge wakes the loop earlier
            gate.now += due + pass_s
        assert 100 / (watchdog_s / 3 + pass_s) - 2 <= len(times) <= 100 / (watchdog_s / 4) + 2
        assert max(b - a for a, b in pairwise(times)) <= watchdog_s / 3 + pass_s + 1e-6


def test_a_pass_that_does_not_finish_is_not_told_as_one(
    manager: tuple[socket.socket, Systemd], monkeypatch: pytest.MonkeyPatch
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


def test_each_decision_is_told_as_a_status(manager: tuple[socket.socket, Systemd]) -> None:
    """`systemctl status` shows table, levels and decision, and is told only what is new."""
    server, notifier = manager
    with a_gate(XOR, notifier) as gate:
        for levels in ("000", "110", "110", "111"):
            gate.set(levels)
            gate.let_pass(0.5)
        told = [message for message in heard(server) if message != "WATCHDOG=1"]
        assert told == ["STATUS=xor: 000 -> on", "STATUS=xor: 110 -> off", "STATUS=xor: 111 -> on"]


def test_a_note_stands_behind_each_status_until_it_is_taken_away(manager: tuple[socket.socket, Systemd]) -> None:
    """What a reload has to say is not lost with the next decision."""
    server, notifier = manager
    with a_gate(XOR, notifier) as gate:
        gate.let_pass(0.5)
        heard(server)
        notifier.note = "reload: restart to change pins"
        notifier.ready("xor: 000 -> on")
        gate.set("110")
        gate.let_pass(0.5)
        gate.set("111")
        gate.let_pass(0.5)
        notifier.note = ""
        gate.set("110")
        gate.let_pass(0.5)
        told = [message for message in heard(server) if message != "WATCHDOG=1"]
        assert told == [
            "READY=1\nSTATUS=xor: 000 -> on (reload: restart to change pins)",
            "STATUS=xor: 110 -> off (reload: restart to change pins)",
            "STATUS=xor: 111 -> on (reload: restart to change pins)",
            "STATUS=xor: 110 -> off",
        ]
