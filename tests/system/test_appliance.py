"""The appliance at work: it starts by itself, follows its switches, obeys systemctl."""

from collections.abc import Callable

import pytest

from pigate import TruthTable
from tests.system import build, flips, guest, service
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)
PARITY = dict(TruthTable.named("parity").rows)
on_both_debians = pytest.mark.parametrize("release", build.PYTHON)


@on_both_debians
def test_boot(machine: Machine, release: str, measured: Callable[[str], None]) -> None:
    """The LED is the gate of the switches in all their settings, status says so, and a reboot changes nothing."""
    machine.call(flips.show_all, XOR)
    machine.call(service.show_all_in_status, "xor", XOR)

    machine.reboot()
    machine.call(service.wait_for_unit, "pigate")
    assert machine.call(service.unit, "pigate")["NRestarts"] == "0"
    machine.call(flips.show_all, XOR)
    machine.call(service.show_all_in_status, "xor", XOR)
    ready_s = int(machine.call(service.unit, "pigate")["ActiveEnterTimestampMonotonic"]) / 1e6
    measured(f"from kernel start to ready: {ready_s:.1f} s")


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=pytest.mark.long)])
def test_random_flips(machine: Machine, count: int, measured: Callable[[str], None]) -> None:
    """After each rest among random flips and bursts of bounce, the LED is right, by edges alone."""
    # Reading the levels again, as each word to the watchdog does too, would heal a lost edge before the wait is over.
    machine.call(service.drop_in, "[Service]\nWatchdogSec=600\n")
    machine.call(service.restart, "[board]\nresync_s = 60\n")
    report = machine.call(flips.flip_at_random, XOR, count, seed=1)
    assert report["flips"] == count
    measured(str(report))


@on_both_debians
def test_stop(machine: Machine, release: str) -> None:
    """`systemctl stop` turns the LED off and lets go of the lines."""
    machine.call(guest.wait_for_led, 1)
    assert "pigate" in machine.call(guest.succeed, "gpioinfo")
    machine.call(guest.succeed, "systemctl", "stop", "pigate")
    assert machine.call(guest.led) == 0
    assert "pigate" not in machine.call(guest.succeed, "gpioinfo")
    state = machine.call(service.unit, "pigate")
    assert (state["ActiveState"], state["Result"]) == ("inactive", "success")


@on_both_debians
def test_reload(machine: Machine, release: str) -> None:
    """A reload takes up a new table; refuses a broken one in a line, and goes on; won't change pins."""
    process = machine.call(service.unit, "pigate")["MainPID"]
    machine.call(service.configure, '[table]\nname = "parity"\n')
    machine.call(guest.succeed, "systemctl", "reload", "pigate")
    machine.call(service.wait_for_status, "parity")
    machine.call(flips.show_all, PARITY)

    machine.call(service.configure, '[table]\nname = "parrity"\n')
    before = machine.call(service.journal_now)
    assert machine.call(guest.run, "systemctl", "reload", "pigate")["status"] != 0
    [said] = machine.call(service.said_since, before)
    assert service.CONFIG in said
    assert "parity" in said
    machine.call(flips.show_all, PARITY)

    machine.call(service.configure, '[table]\nname = "xor"\n[board]\noutputs = [19]\n')
    before = machine.call(service.journal_now)
    machine.call(guest.succeed, "systemctl", "reload", "pigate")
    machine.call(service.wait_for_words, before, "restart to change pins")
    machine.call(service.wait_for_status, "xor")
    machine.call(flips.show_all, XOR)
    assert machine.call(service.unit, "pigate")["MainPID"] == process
