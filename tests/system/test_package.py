"""The service from the built package alone, as a person installs it who has no checkout."""

import pytest

from pigate import TruthTable
from tests.system import build, flips, guest, service
from tests.system.machine import Machine

pytestmark = pytest.mark.system

XOR = dict(TruthTable.named("xor").rows)
VENV = "/tmp/a venv"
#: The image's own, which gives the guest a Pi's face; --purge takes it for a person's.
DROP_INS = ["/etc/systemd/system/pigate.service.d", "/etc/systemd/system/pigate.service.d/pi.conf"]


@pytest.mark.parametrize("release", build.PYTHON)
def test_service_from_the_package(bare_machine: Machine, release: str) -> None:
    """Pip and the package's own install make the service run, apart from other users; --purge leaves nothing of it.

    While there is an account of that name which install did not make, it refuses, and --purge leaves that alone.
    """
    machine = bare_machine

    def do(script: str) -> guest.Outcome:
        return machine.call(guest.run, "sh", "-ec", script, env=service.WITHOUT_NETWORK)

    before = set(machine.call(service.system_files))
    face = machine.call(guest.read_file, DROP_INS[1])
    made = do(
        f"""cp -r /stick /tmp/source
        python3 -m venv --system-site-packages '{VENV}'
        '{VENV}/bin/pip' wheel --quiet --no-deps --wheel-dir /tmp/dist /tmp/source
        '{VENV}/bin/pip' install --quiet /tmp/dist/*.whl
        rm -r /tmp/source
        useradd --system pigate"""
    )
    assert made["status"] == 0, made["stderr"]

    script = f"'{VENV}/share/pigate/systemd/install'"
    refused = do(script)
    assert refused["status"] == 1
    assert "install did not make it" in refused["stderr"]
    assert do(f"'{VENV}/share/pigate/systemd/uninstall' --purge")["status"] == 0
    machine.call(guest.succeed, "userdel", "pigate")
    assert set(machine.call(service.system_files)) == before.difference(DROP_INS)

    machine.call(service.drop_in, face)
    installed = do(script)
    assert installed["status"] == 0, installed["stderr"]
    machine.call(service.wait_for_unit, "pigate")
    machine.call(flips.show_all, XOR)
    process = machine.call(service.unit, "pigate")["MainPID"]
    for kind in ("mnt", "net", "user"):
        assert do(f"readlink /proc/{process}/ns/{kind}")["stdout"] != do(f"readlink /proc/1/ns/{kind}")["stdout"]

    machine.call(guest.succeed, "/opt/pigate/share/pigate/systemd/uninstall", "--purge")
    assert set(machine.call(service.system_files)) == before.difference(DROP_INS)
