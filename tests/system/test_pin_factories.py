"""The gate on gpiozero's other pin factories, and gpiozero's own programs on ours."""

from collections.abc import Callable

import pytest

from pigate import TruthTable
from tests.system import flips, guest, service
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("factory", "package"), [("lgpio", "lgpio"), ("rpigpio", "rpi-lgpio")], ids=["lgpio", "rpigpio"]
)
def test_gate(machine: Machine, factory: str, package: str, count: int, measured: Callable[[str], None]) -> None:
    """On this factory the LED is the gate of the switches: in each setting, after a reboot, and among wild flips."""
    machine.call(service.pip_install, package)
    # Reading the levels again, as each word to the watchdog does too, would hide that nothing polls.
    machine.call(service.drop_in, "[Service]\nWatchdogSec=600\n")
    machine.call(service.restart, f'[board]\npin_factory = "{factory}"\nresync_s = 60\n')
    machine.call(flips.show_all, XOR)
    machine.reboot()
    machine.call(service.wait_for_unit, "pigate")
    assert factory in "".join(machine.call(service.said_since, ""))
    machine.call(flips.show_all, XOR)
    machine.call(service.show_all_in_status, "xor", XOR)
    report = machine.call(flips.flip_at_random, XOR, count, seed=2)
    assert report["flips"] == count
    measured(str(report))


def test_without_the_package(machine: Machine) -> None:
    """A factory whose package is missing is named in one line with the package it needs."""
    before = machine.call(service.journal_now)
    machine.call(service.configure, '[board]\npin_factory = "lgpio"\n')
    assert machine.call(guest.run, "systemctl", "restart", "pigate")["status"] != 0
    said = [line for line in machine.call(service.said_since, before) if line.startswith("pigate:")]
    assert len(said) == 1
    assert "needs the package lgpio" in said[0]
    assert set(machine.call(service.exits_since, before)) == {"status=69/UNAVAILABLE"}


def test_lgpio_with_a_read_only_runtime_directory(machine: Machine) -> None:
    """Where lgpio has no place for its pipe, the service says so in one line."""
    machine.call(service.pip_install, "lgpio")
    before = machine.call(service.journal_now)
    machine.call(service.drop_in, "[Service]\nReadOnlyPaths=/run/pigate\n")
    machine.call(service.configure, '[board]\npin_factory = "lgpio"\n')
    assert machine.call(guest.run, "systemctl", "restart", "pigate")["status"] != 0
    said = [line for line in machine.call(service.said_since, before) if line.startswith(("pigate:", "Trace", " "))]
    assert len(said) == 1
    assert "/run/pigate" in said[0]
    assert set(machine.call(service.exits_since, before)) == {"status=69/UNAVAILABLE"}


def test_gpiozero_programs(machine: Machine) -> None:
    """Programs of gpiozero's own do the same on the gpiod factory as on lgpio's."""
    machine.call(service.pip_install, "lgpio")
    machine.call(guest.succeed, "systemctl", "stop", "pigate")
    seen = {factory: machine.call(service.run_gpiozero_programs, factory) for factory in ("gpiod", "lgpio")}
    assert seen["gpiod"] == seen["lgpio"]
    assert seen["gpiod"] == {
        "button": ["pressed", "held", "released"],
        "blink": [1, 0, 1, 0, 1, 0],
        "source": [1, 0],
        "wait": [True, False, True],
        "boards": [[1, 0, 1], [1, 0, 1]],
        "taken": "GPIOPinInUse",
        "reopened": [1, 1, 0],
    }
