"""A second pigate beside the service."""

from pigate import TruthTable
from tests.system import flips, guest, service
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)
RUN = ("/opt/pigate/bin/pigate", "run", "--board", "gpio", "--config")


def test_same_pins(machine: Machine) -> None:
    """A second pigate on the same pins is refused in one line, and its end leaves the first one's LED lit."""
    machine.call(guest.wait_for_led, 1)
    machine.call(service.configure, "", "/etc/pigate/second.toml")
    refused = machine.call(service.on_a_pi, *RUN, "/etc/pigate/second.toml")
    assert refused["status"] == 69
    [line] = [line for line in refused["stderr"].splitlines() if line.startswith("pigate:")]
    assert "in use by pigate's own service: sudo systemctl stop pigate" in line
    assert machine.call(guest.led) == 1

    # As a second service, whose ExecStopPost= runs `off` after the refusal.
    machine.call(service.add_second_service, "/etc/pigate/second.toml")
    assert machine.call(guest.run, "systemctl", "start", "second")["status"] != 0
    machine.call(guest.succeed, "systemctl", "stop", "second")
    assert machine.call(guest.led) == 1

    # `off` by hand, where the first one named its outputs.
    off = machine.call(guest.run, "/opt/pigate/bin/pigate", "off")
    assert off["status"] == 69
    assert machine.call(guest.led) == 1
    machine.call(flips.show_all, XOR)


def test_other_pins(machine: Machine) -> None:
    """A second pigate on other pins works beside the first, and its crash does not darken the first one's LED."""
    switches, led = [5, 6, 13], 19
    machine.call(service.configure, f"[board]\ninputs = {switches}\noutputs = [{led}]\n", "/etc/pigate/second.toml")
    machine.call(service.add_second_service, "/etc/pigate/second.toml")
    machine.call(guest.set_switches, "000", switches)
    machine.call(guest.succeed, "systemctl", "start", "second")
    machine.call(flips.show_all, XOR, switches, led)
    machine.call(flips.show_all, XOR)

    machine.call(guest.wait_for_led, 1)
    machine.call(guest.wait_for_led, 1, led)
    machine.call(guest.succeed, "systemctl", "kill", "--signal=KILL", "second")
    machine.call(guest.wait_for_led, 0, led)
    assert machine.call(guest.led) == 1
    assert machine.call(service.unit, "pigate")["NRestarts"] == "0"
