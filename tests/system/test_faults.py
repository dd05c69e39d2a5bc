"""What goes wrong in the field: crashes, hangs, power cuts, bad settings, a board that is not there."""

import random
import time
from collections.abc import Callable

import pytest

from pigate import TruthTable
from tests.system import build, flips, guest, service
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)


@pytest.mark.parametrize("release", build.PYTHON)
def test_killed(machine: Machine, release: str) -> None:
    """A killed gate goes dark before it is restarted, and comes back right."""
    machine.call(guest.wait_for_led, 1)
    dark_at = machine.call(service.kill_and_see_dark, "KILL")
    machine.call(service.wait_for_restart, 1)
    started_at = int(machine.call(service.unit, "pigate")["ExecMainStartTimestampMonotonic"]) / 1e6
    assert dark_at < started_at
    machine.call(flips.show_all, XOR)


def test_hung(machine: Machine) -> None:
    """A hung gate is ended by the watchdog, goes dark before it is restarted, and comes back right."""
    machine.call(guest.wait_for_led, 1)
    dark_at = machine.call(service.kill_and_see_dark, "STOP", timeout_s=120)
    machine.call(service.wait_for_restart, 1)
    started_at = int(machine.call(service.unit, "pigate")["ExecMainStartTimestampMonotonic"]) / 1e6
    assert dark_at < started_at
    log = machine.call(guest.succeed, "journalctl", "--unit", "pigate")
    assert "Watchdog timeout" in log
    machine.call(flips.show_all, XOR)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[table\n", "line 1"),
        ('[table]\nnmae = "xor"\n', "name"),
        ("[training]\nhidden = []\nepochs = 200\n", "not learned"),
    ],
    ids=["no TOML", "misspelt key", "unlearnable"],
)
def test_bad_configuration(machine: Machine, toml: str, words: str) -> None:
    """A configuration that cannot work ends the service with 78 and one line, and is not retried.

    What cannot be learned comes with a line of advice.
    """
    before = machine.call(service.journal_now)
    machine.call(service.configure, toml)
    assert machine.call(guest.run, "systemctl", "restart", "pigate")["status"] != 0
    time.sleep(8)  # longer than RestartSec
    state = machine.call(service.unit, "pigate")
    assert (state["ActiveState"], state["ExecMainStatus"], state["NRestarts"]) == ("failed", "78", "0")
    complaint, *advice = _complaints(machine.call(service.said_since, before))
    assert words in complaint
    assert len(advice) == (words == "not learned"), advice
    assert machine.call(guest.led) == 0

    machine.call(service.restart)
    machine.call(flips.show_all, XOR)


def _complaints(said: list[str]) -> list[str]:
    """The lines that say what is wrong; a traceback would be more of them."""
    return [line for line in said if line.startswith(("pigate:", "Traceback", " "))]


def test_no_chip(machine: Machine) -> None:
    """Without a GPIO chip it says so with 69 and one line a try, and works once there is one."""
    _recovers(machine, guest.pull_out_chip, guest.plug_in_chip, ["no GPIO chip"])


def test_no_permission(machine: Machine) -> None:
    """Without the right to the chip it says what to type with 69 and one line a try, and works once it has it."""
    _recovers(
        machine,
        service.forbid_chip,
        service.allow_chip,
        ["/dev/gpiochip0", "Permission denied", "gpio"],
    )


def test_line_in_use(machine: Machine) -> None:
    """While another program holds a line it names line and program, and works once it is free."""
    _recovers(machine, service.hold_line, service.free_line, ["GPIO 22", "in use", "gpiomon"])


def _recovers(machine: Machine, spoil: Callable[[], None], mend: Callable[[], None], words: list[str]) -> None:
    """The service fails for a reason it names, tries again, and works once the reason is gone."""
    machine.call(guest.succeed, "systemctl", "stop", "pigate")
    machine.call(spoil)
    before = machine.call(service.journal_now)
    assert machine.call(guest.run, "systemctl", "start", "pigate")["status"] != 0
    machine.call(service.wait_for_tries, 2)
    complaints = _complaints(machine.call(service.said_since, before))
    assert complaints
    assert all(word in line for line in complaints for word in words), complaints
    tries = int(machine.call(service.unit, "pigate")["NRestarts"]) + 1
    assert len(complaints) <= tries
    exits = machine.call(service.exits_since, before)
    assert len(exits) >= 2
    assert set(exits) == {"status=69/UNAVAILABLE"}
    machine.call(mend)
    machine.call(service.wait_for_unit, "pigate")
    machine.call(flips.show_all, XOR)


@pytest.mark.parametrize("cuts", [4, pytest.param(20, marks=pytest.mark.long)])
def test_power_cuts(machine: Machine, cuts: int) -> None:
    """After each power cut, every fourth with another while it starts, disk and gate are right."""
    chance = random.Random(1)
    for cut in range(cuts):
        for _ in range(2 if cut % 4 == 3 else 1):
            machine.call(flips.flip_for_ever, seed=cut)
            time.sleep(chance.uniform(0, 4))
            machine.cut_power()
            machine.check_disk()
            machine.boot()
        machine.call(service.wait_for_unit, "pigate")
        assert machine.call(service.unit, "pigate")["NRestarts"] == "0"
        machine.call(flips.show_all, XOR)


def test_full_disk(machine: Machine) -> None:
    """With a full disk the gate starts and works."""
    machine.call(service.fill_disk)
    assert machine.call(guest.run, "touch", "/root/more", "/etc/more")["status"] == 0  # names need no block
    assert machine.call(guest.run, "cp", "/bin/sh", "/root/more")["status"] != 0
    machine.call(guest.succeed, "systemctl", "restart", "pigate")
    machine.call(flips.show_all, XOR)
    machine.reboot()
    machine.call(service.wait_for_unit, "pigate")
    machine.call(flips.show_all, XOR)


def test_read_only_directories(machine: Machine) -> None:
    """With read-only state and runtime directories the gate works, and says in a line what it cannot do."""
    before = machine.call(service.journal_now)
    machine.call(service.drop_in, "[Service]\nReadOnlyPaths=/run/pigate /var/lib/pigate\n")
    machine.call(guest.succeed, "systemctl", "restart", "pigate")
    machine.call(flips.show_all, XOR)
    said = machine.call(service.said_since, before)
    assert len([line for line in said if "/run/pigate" in line]) == 1, said
