from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pigate.gate.systemd import Systemd


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """Play systemd: a datagram socket, and what NOTIFY_SOCKET says of it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.settimeout(60)
        if request.param == "path":
            name = address = str(tmp_path / "notify")
        else:
            name = f"@pigate-test-{os.getpid()}"
            address = "\0" + name[1:]
        server.bind(address)
        yield server, name


def test_a_message_is_one_datagram_of_lines(manager: tuple[socket.socket, str]) -> None:
    """Each word arrives as one datagram of lines, in order, by path and by abstract name."""
    server, name = manager
    systemd = Systemd({"NOTIFY_SOCKET": name})
    assert systemd.listening
    systemd.ready("grün")
    systemd.watchdog()
    systemd.status("101 -> off")
    systemd.extend_timeout(60)
    systemd.extend_timeout(1, "training")
    systemd.stopping()
    assert server.recv(4096) == "READY=1\nSTATUS=grün".encode()
    assert server.recv(4096) == b"WATCHDOG=1"
    assert server.recv(4096) == b"STATUS=101 -> off"
    assert server.recv(4096) == b"EXTEND_TIMEOUT_USEC=60000000"
    assert server.recv(4096) == b"STATUS=training\nEXTEND_TIMEOUT_USEC=1000000"
    assert server.recv(4096) == b"STOPPING=1\nSTATUS=stopping, LEDs off"
    before = time.monotonic_ns() // 1000
    systemd.reloading()
    reloading, usec = server.recv(4096).decode().splitlines()
    assert reloading == "RELOADING=1"
    assert before <= int(usec.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
    systemd.close()


def test_a_full_socket_never_delays_and_spoils_nothing(manager: tuple[socket.socket, str]) -> None:
    """Sending on while nobody reads returns at once; what was queued is whole, and sending works again afterwards."""
    server, name = manager
    systemd = Systemd({"NOTIFY_SOCKET": name})
    for number in range(10_000):  # far more than a datagram queue holds: a blocking send would hang here
        systemd.status(f"{number}")
    server.setblocking(False)
    received = []
    while True:
        try:
            received.append(server.recv(4096))
        except BlockingIOError:
            break
    assert 0 < len(received) < 10_000
    assert received == [f"STATUS={number}".encode() for number in range(len(received))]
    systemd.watchdog()
    assert server.recv(4096) == b"WATCHDOG=1"
    systemd.close()


def test_a_vanished_socket_is_no_error_and_a_new_one_is_found(tmp_path: Path) -> None:
    """When systemd goes, messages go nowhere; when it listens there again, it hears the next one."""
    path = str(tmp_path / "notify")
    systemd = Systemd({"NOTIFY_SOCKET": path})
    systemd.status("before anybody listens")
    for _ in range(2):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
            server.bind(path)
            server.settimeout(60)
            systemd.status("here")
            assert server.recv(4096) == b"STATUS=here"
        systemd.status("closed")
        os.unlink(path)
        systemd.status("gone")
    systemd.close()


@pytest.mark.parametrize("address", ["", "relative/path", "vsock:2:1234", "tcp:localhost"])
def test_other_addresses_are_nobody(address: str) -> None:
    """Where NOTIFY_SOCKET is no local socket nobody listens, no watchdog is due, and sending does nothing."""
    systemd = Systemd({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"})
    assert not systemd.listening
    assert systemd.watchdog_s is None
    systemd.watchdog()
    systemd.close()


def test_an_address_too_long_for_a_socket_is_no_error() -> None:
    """A path longer than the kernel takes loses the message, not the gate."""
    systemd = Systemd({"NOTIFY_SOCKET": "/" + "x" * 500})
    systemd.watchdog()
    systemd.close()


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "10000000"}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, None),  # meant for another process
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": ""}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_heeded_where_it_is_meant_for_us(environment: dict[str, str], watchdog_s: float | None) -> None:
    """WATCHDOG_USEC counts, in microseconds, if it is a positive number and WATCHDOG_PID is absent or ours."""
    systemd = Systemd({"NOTIFY_SOCKET": "/nowhere", **environment})
    assert systemd.watchdog_s == watchdog_s
    systemd.close()


def test_after_closing_nothing_is_sent(manager: tuple[socket.socket, str]) -> None:
    """A closed systemd listens to nobody, sends nothing, and may be closed again."""
    server, name = manager
    systemd = Systemd({"NOTIFY_SOCKET": name})
    systemd.close()
    systemd.close()
    systemd.watchdog()
    assert not systemd.listening
    server.setblocking(False)
    with pytest.raises(BlockingIOError):
        server.recv(4096)


def test_a_name_that_is_not_utf8_can_be_sent(manager: tuple[socket.socket, str]) -> None:
    """A status that names a file whose name is no UTF-8, as Python's surrogates hold it, is no error."""
    server, name = manager
    systemd = Systemd({"NOTIFY_SOCKET": name})
    systemd.status("training on " + os.fsdecode(b"\xff.table"))
    assert server.recv(4096).startswith(b"STATUS=training on ")
    systemd.close()


@pytest.mark.parametrize("letter", ["x", "ü", "\U0001f600", "\n", "\udcff"])
def test_a_long_reason_costs_no_message(manager: tuple[socket.socket, str], letter: str) -> None:
    """READY=1 arrives whatever its status is and however long: a line loses its end, and each has its own limit."""
    server, name = manager
    systemd = Systemd({"NOTIFY_SOCKET": name})
    systemd.note = letter * 500_000
    systemd.ready("xor: 000 -> on")
    ready, status = server.recv(65536).decode().splitlines()
    assert ready == "READY=1"
    assert status.startswith("STATUS=xor: 000 -> on (")
    assert len(status) > 1000
    systemd.extend_timeout(60, letter * 500_000)
    assert server.recv(65536).decode().splitlines()[1] == "EXTEND_TIMEOUT_USEC=60000000"
    systemd.close()
