"""Installing, upgrading and removing, as a person does it."""

import pytest

from pigate import TruthTable
from tests.system import build, flips, guest, service
from tests.system.machine import Machine

TAUGHT = dict(TruthTable.named("parity").rows) | {"000": "1"}
#: The image's own, which gives the guest a Pi's face; --purge takes it for a person's.
DROP_INS = {"/etc/systemd/system/pigate.service.d", "/etc/systemd/system/pigate.service.d/pi.conf"}


@pytest.mark.parametrize("release", build.PYTHON)
def test_upgrade_and_uninstall(bare_machine: Machine, release: str) -> None:
    """Upgrading, also twice, keeps settings and corrections; uninstall leaves only what it says."""
    machine = bare_machine
    before = set(machine.call(service.system_files))
    machine.call(service.install_older, "0.0.1")
    assert machine.call(guest.succeed, "pigate", "--version") == "pigate 0.0.1\n"
    settings = '[table]\nname = "parity"  # mine\n'
    machine.call(service.configure, settings)
    machine.call(guest.succeed, "pigate", "teach", "000", "1")

    for _ in range(2):
        machine.call(service.install)
        assert machine.call(guest.succeed, "pigate", "--version") != "pigate 0.0.1\n"
        assert machine.call(guest.read_file, service.CONFIG) == settings
        assert machine.call(service.unit, "pigate")["ActiveState"] == "active"
        machine.call(flips.show_all, TAUGHT)

    machine.call(guest.set_switches, "111")
    machine.call(guest.wait_for_led, 1)
    told = machine.call(guest.succeed, "/stick/systemd/uninstall")
    assert machine.call(guest.led) == 0
    left = set(machine.call(service.system_files))
    state = {"/var/lib/pigate", "/var/lib/pigate/taught.json"}
    assert left - before == {"/etc/pigate", "/etc/pigate/pigate.toml", *state}
    assert before <= left
    assert "pigate:" in machine.call(guest.read_file, "/etc/passwd")
    for named in ("/etc/pigate", "/var/lib/pigate", "user pigate"):
        assert named in told
    assert machine.call(service.unit, "pigate")["LoadState"] in ("not-found", "bad-setting")

    machine.call(guest.succeed, "/stick/systemd/uninstall", "--purge")
    assert set(machine.call(service.system_files)) == before - DROP_INS
    assert "pigate:" not in machine.call(guest.read_file, "/etc/passwd")
