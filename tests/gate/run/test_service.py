"""A run under a service manager."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train

from .manager import Manager
from .process import NEVER_LEARNED, Gate, config, decided, started, wait_for

MORE_TIME = "EXTEND_TIMEOUT_USEC=60000000"
CONFIG = '[table]\nname = "{}"\n'


@contextmanager
def managed(manager: Manager, path: str) -> Iterator[Gate]:
    """Start a service, and see it through its start."""
    with started("--json", "--config", path, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="2000000") as gate:
        assert manager.hears(True) == f"STATUS=training on xor\n{MORE_TIME}"
        assert manager.hears(True) == "READY=1\nSTATUS=xor: reading the switches"
        assert manager.hears() == "STATUS=xor: 000 -> on"
        assert gate.line() == decided("000")
        yield gate


def stopped(manager: Manager, gate: Gate) -> list[str]:
    """Stop the service as systemd does; return what it said on standard error after its start."""
    gate.process.send_signal(signal.SIGTERM)
    assert manager.hears() == "STOPPING=1\nSTATUS=stopping, LEDs off"
    code, err = gate.end()
    assert code == 0
    assert "Traceback" not in err
    return err.splitlines()[2:]


def test_the_messages_of_a_services_life(manager: Manager, tmp_path: Path) -> None:
    """Start, watchdog, flips, a reload with a new table, a flip of it, stop: these messages, in this order."""
    path = config(tmp_path, CONFIG.format("xor"))
    parity = train(TruthTable.named("parity"))
    with managed(manager, path) as gate:
        gate.flip("110")
        assert manager.hears() == "STATUS=xor: 110 -> off"
        gate.flip("111")
        assert manager.hears() == "STATUS=xor: 111 -> on"
        while manager.hears(True) != "WATCHDOG=1":
            pass
        config(tmp_path, CONFIG.format("parity"))
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        assert manager.hears() == f"STATUS=training on parity\n{MORE_TIME}"
        assert manager.hears() == "READY=1\nSTATUS=parity: reading the switches"
        assert manager.hears() == "STATUS=parity: 111 -> on"
        gate.flip("110")
        assert manager.hears() == "STATUS=parity: 110 -> off"
        wait_for(lambda: decided("110", parity) in gate.line())
        assert stopped(manager, gate) == []


@pytest.mark.parametrize(
    ("text", "trains", "reason"),
    [
        ("[table\n", None, "line 1"),
        ('[table]\nnmae = "or"\n', None, "did you mean name"),
        ('[table]\n"a\\nREADY=1" = "or"\n', None, "there is no such key"),
        ('[table]\nname = "xor"\n[training]\nhidden = []\nepochs = 50\n', "xor", "is not learned after 50 epochs"),
        ('[table]\nfile = "absent"\n', None, "No such file"),
        ("[training]\nweights = 'absent'\n", None, "training.weights: "),
    ],
)
def test_a_bad_reload_leaves_the_old_gate_at_work(
    manager: Manager, tmp_path: Path, text: str, trains: str | None, reason: str
) -> None:
    """A broken file, or a table that is not learned, is one line on standard error and in the status; xor goes on."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, text)
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        message = manager.hears()
        if trains is not None:
            assert message == f"STATUS=training on {trains}\n{MORE_TIME}"
            message = manager.hears()
        ready, status = message.splitlines()
        assert ready == "READY=1"
        assert status.startswith("STATUS=xor: 000 -> on (reload: ")
        assert reason in status
        gate.flip("110")
        flipped = manager.hears()
        assert flipped.startswith("STATUS=xor: 110 -> off (reload: ")
        assert reason in flipped
        assert gate.line() == decided("110")
        (told,) = stopped(manager, gate)
        assert reason in told
        assert "the old gate goes on" in told


def test_a_vanished_configuration_leaves_the_old_gate_at_work(manager: Manager, tmp_path: Path) -> None:
    """A file that is not there at the reload, or is a folder, is one line, and xor goes on."""
    path = Path(config(tmp_path, CONFIG.format("xor")))
    with managed(manager, str(path)) as gate:
        path.unlink()
        for folder in (False, True):
            if folder:
                path.mkdir()
            gate.process.send_signal(signal.SIGHUP)
            manager.hears_a_reload()
            assert str(path) in manager.hears()
        assert len(stopped(manager, gate)) == 2


PINS, PAGE = "[board] is read at the start alone", "[web] is read at the start alone"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("[board]\ninputs = [5, 6, 13]\n", f"restart to change pins: {PINS}"),
        ("[board]\noutputs = [23]\n", f"restart to change pins: {PINS}"),
        # The table, four wide, does not fit the old pins.
        ("[board]\ninputs = [5, 6, 13, 19]\n", f"restart to change pins: {PINS}; the old gate goes on"),
        (
            '[table]\nname = "full-adder"\n[board]\noutputs = [18, 23]\n',
            f"restart to change pins: {PINS}; the old gate goes on",
        ),
        ("[web]\nport = 8123\n", f"restart to change the page: {PAGE}"),
        ("[web]\nenabled = true\n", f"restart to change the page: {PAGE}"),
        (
            "[board]\noutputs = [23]\n[web]\nhost = '0.0.0.0'\n",
            "restart to change pins and the page: [board] and [web] are read at the start alone",
        ),
    ],
)
def test_changed_pins_or_page_need_a_restart(manager: Manager, tmp_path: Path, text: str, note: str) -> None:
    """A reload moves neither: STATUS says so behind each decision until the next reload; the gate goes on."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, text)
        assert reloaded(manager, gate).splitlines()[1].endswith(f" (reload: {note})")
        gate.flip("110")
        while (message := manager.hears()).startswith("STATUS=xor: 000 -> on"):  # a new network decides anew
            pass
        assert message == f"STATUS=xor: 110 -> off (reload: {note})"
        gate.flip("111")
        assert manager.hears() == f"STATUS=xor: 111 -> on (reload: {note})"
        config(tmp_path, CONFIG.format("xor"))
        assert reloaded(manager, gate) == "READY=1\nSTATUS=xor: reading the switches"
        assert manager.hears() == "STATUS=xor: 111 -> on"
        assert stopped(manager, gate) == [f"reload: {note}"]


def reloaded(manager: Manager, gate: Gate) -> str:
    """Have the service reload; return what it says when it has."""
    gate.process.send_signal(signal.SIGHUP)
    manager.hears_a_reload()
    while "READY=1" not in (message := manager.hears()):
        pass
    return message


def test_several_reloads_in_a_row_end_with_the_last_configuration(manager: Manager, tmp_path: Path) -> None:
    """However fast SIGHUPs come, each reload is begun and ended in turn, and the last one reads the last file."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, "[training]\nhidden = []\nepochs = 20000\n")  # it takes a moment to fail
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        assert manager.hears() == f"STATUS=training on xor\n{MORE_TIME}"
        for name in ("or", "and", "parity", "majority", "nand"):
            config(tmp_path, CONFIG.format(name))
            gate.process.send_signal(signal.SIGHUP)
        running, stopped_it = True, False
        messages = [""]
        while not messages[-1].startswith("STOPPING=1"):
            messages.append(manager.hears())
            if messages[-1].startswith("RELOADING=1"):
                assert not running
                running = True
            elif messages[-1].startswith("READY=1"):
                assert running
                running = False
            if not running and not stopped_it and "STATUS=nand: 000 -> on" in messages:
                gate.process.send_signal(signal.SIGTERM)
                stopped_it = True
        code, err = gate.end()
        assert code == 0
        assert len(err.splitlines()) == 3  # one is about the table that was not learned


def test_stopping_during_a_reloads_training_is_prompt(manager: Manager, tmp_path: Path) -> None:
    """SIGTERM while a reload trains on something that takes hours ends the run with 0."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, NEVER_LEARNED)
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        assert manager.hears() == f"STATUS=training on xor\n{MORE_TIME}"
        gate.flip("110")
        assert manager.hears() == "STATUS=xor: 110 -> off"  # the old gate works meanwhile
        assert stopped(manager, gate) == []


def test_a_table_file_with_a_strange_name_forges_no_message(manager: Manager, tmp_path: Path) -> None:
    """A newline or a byte that is not UTF-8 in a table's file name is shown escaped, and is no second line."""
    for name in (b"a\nREADY=1.table", b"\xff.table"):
        path = os.path.join(os.fsencode(tmp_path), name)
        Path(os.fsdecode(path)).write_text("000 1\n111 0\n")
        with started("--json", "--table", os.fsdecode(path), NOTIFY_SOCKET=manager.address) as gate:
            assert len(manager.hears().splitlines()) == 2
            assert len(manager.hears().splitlines()) == 2
            assert len(manager.hears().splitlines()) == 1
            gate.process.send_signal(signal.SIGTERM)
            assert manager.hears().startswith("STOPPING=1")
            code, err = gate.end()
            assert code == 0
            assert len(err.splitlines()) == 2
