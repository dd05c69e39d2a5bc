"""The machine is what the scenarios take it for: a Pi's pins, a real disk, both Debians."""

import pytest

from tests.system import build, guest
from tests.system.machine import GuestError, Machine

PROBE = """
import gpiod, sys
from gpiod.line import Bias, Direction, Edge, Value
switch = gpiod.LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP, edge_detection=Edge.BOTH)
led = gpiod.LineSettings(direction=Direction.OUTPUT)
chip = gpiod.Chip("/dev/gpiochip0")
lines = chip.request_lines({17: switch, 18: led}, consumer="probe")
print(chip.get_info().label, chip.get_info().num_lines, flush=True)
for word in sys.stdin:
    if word.strip() == "light":
        lines.set_value(18, Value.ACTIVE)
    elif word.strip() == "edge":
        assert lines.wait_edge_events(10)
        [event] = lines.read_edge_events()
        print(event.event_type.name, lines.get_value(17).value, flush=True)
    else:
        print(lines.get_value(17).value, flush=True)
"""


@pytest.mark.parametrize("release", build.PYTHON)
def test_pins_are_a_pis(machine: Machine, release: str) -> None:
    """A gpiod program finds the header's chip and reads a switch; its LED outlives it."""
    machine.call(guest.succeed, "systemctl", "stop", "pigate")
    rights = machine.call(guest.succeed, "stat", "-c%U %G %a", "/dev/gpiochip0")
    assert rights == "root gpio 660\n"

    probe = "/opt/pigate/bin/python"  # it has the package gpiod
    machine.call(guest.start, "probe", probe, "-u", "-c", PROBE)
    assert machine.call(guest.read_line, "probe") == "pinctrl-bcm2835 28"
    machine.call(guest.write_line, "probe", "read")
    assert machine.call(guest.read_line, "probe") == "1"
    machine.call(guest.set_switch, 17, 1)
    machine.call(guest.write_line, "probe", "edge")
    assert machine.call(guest.read_line, "probe") == "FALLING_EDGE 0"

    assert machine.call(guest.led) == 0
    machine.call(guest.write_line, "probe", "light")
    machine.call(guest.wait_for_led, 1)
    machine.call(guest.kill, "probe")
    assert machine.call(guest.led) == 1


@pytest.mark.parametrize("release", build.PYTHON)
def test_debian_is_the_one_named(machine: Machine, release: str) -> None:
    """The guest runs the release's own Python and systemd, and no unit of it has failed."""
    assert f"VERSION_CODENAME={release}\n" in machine.call(guest.read_file, "/etc/os-release")
    version = machine.call(guest.succeed, "python3", "--version")
    assert version.startswith(f"Python {build.PYTHON[release]}.")
    systemd = machine.call(guest.succeed, "systemctl", "--version")
    assert systemd.startswith({"bookworm": "systemd 252 ", "trixie": "systemd 257 "}[release])
    failed = ("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    assert machine.call(guest.succeed, *failed) == ""


def test_power_cut(machine: Machine) -> None:
    """A power cut keeps what was synced, loses what was not, and leaves a disk that boots."""
    machine.call(guest.write_file, "/root/kept", "kept")
    machine.call(guest.succeed, "sync")
    machine.call(guest.write_file, "/root/lost", "lost")
    machine.cut_power()
    machine.check_disk()
    machine.boot()
    assert machine.call(guest.read_file, "/root/kept") == "kept"
    assert machine.call(guest.run, "cat", "/root/lost")["stdout"] != "lost"
    machine.power_off()
    machine.check_disk()


def test_failure_in_the_guest_is_told(machine: Machine) -> None:
    """A command that fails inside fails the test, with what it said."""
    with pytest.raises(GuestError, match="No such file"):
        machine.call(guest.succeed, "cat", "/nowhere")
