"""Teaching the installed gate: by its button, by root's commands, through its page; and what lasts of that."""

import random
import time

import pytest

from pigate import TruthTable
from tests.system import flips, guest, live_page, service, teaching
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)
OTHER = {"0": "1", "1": "0"}
PARITY = dict(TruthTable.named("parity").rows)


def test_taught_by_its_button(machine: Machine) -> None:
    """Row by row the button makes parity of xor, and it is parity after a reboot; root's commands change it, too."""
    machine.call(teaching.restart)
    for levels, target in PARITY.items():
        machine.call(teaching.teach, levels, target)
    assert machine.call(teaching.taught) == PARITY

    machine.reboot()
    machine.call(service.wait_for_unit, "pigate")
    machine.call(service.wait_for_status, "xor as taught: 000 -> off")
    machine.call(flips.show_all, PARITY)

    machine.call(teaching.by_hand, "teach", "000", "1")
    file = machine.call(guest.succeed, "stat", "-c%U", "/var/lib/pigate/taught.json")
    assert file == "pigate\n"
    machine.call(service.wait_for_status, "xor as taught: 000 -> on")
    machine.call(flips.show_all, PARITY | {"000": "1"})
    machine.call(teaching.by_hand, "forget")
    machine.call(flips.show_all, XOR)


def test_stuck_button(machine: Machine) -> None:
    """A button that is closed from the start is named in one line; letting it go teaches and forgets nothing."""
    machine.call(teaching.restart)
    machine.call(teaching.teach, "000", "0")
    taught = XOR | {"000": "0"}
    machine.call(guest.set_switch, teaching.BUTTON, 1)
    before = machine.call(service.journal_now)
    machine.call(guest.succeed, "systemctl", "restart", "pigate")
    machine.call(service.wait_for_words, before, "GPIO 23, the teach button, has been held")
    machine.call(guest.set_switch, teaching.BUTTON, 0)
    machine.call(flips.show_all, taught)
    said = machine.call(service.said_since, before)
    assert len([line for line in said if "GPIO 23" in line]) == 1, said
    assert machine.call(teaching.taught) == taught


@pytest.mark.parametrize("cuts", [3, pytest.param(20, marks=pytest.mark.long)])
def test_power_cuts_while_saving(machine: Machine, cuts: int) -> None:
    """What the LED said yes to comes back after a power cut; if the cut came before, what was there before."""
    chance = random.Random(1)
    machine.call(teaching.restart)
    table = XOR
    for cut in range(cuts):
        levels = chance.choice(list(table))
        before = machine.call(teaching.decision, levels)
        assert before == table[levels]
        if cut % 3 == 0:
            machine.call(teaching.teach, levels, OTHER[before])
        else:
            machine.call(teaching.press)
            time.sleep(chance.uniform(0, 1.5))
        said_yes = machine.call(teaching.shown) != before
        machine.cut_power()
        machine.check_disk()
        machine.boot()
        machine.call(service.wait_for_unit, "pigate")
        assert machine.call(service.unit, "pigate")["NRestarts"] == "0"
        after = machine.call(teaching.taught)
        corrected = table | {levels: OTHER[before]}
        assert after in ([corrected] if said_yes else [table, corrected])
        assert machine.call(teaching.decision, levels) == after[levels]
        table = after
    machine.call(flips.show_all, table)
    assert "taught.2" not in machine.call(guest.succeed, "ls", "/var/lib/pigate")


def test_state_that_cannot_be_written(machine: Machine) -> None:
    """With a full disk, and with a read-only state directory, a press changes nothing and is one line."""
    machine.call(teaching.restart)
    machine.call(service.fill_disk)
    _refused(machine, "No space left on device")
    machine.call(guest.succeed, "rm", "/root/filling")
    machine.call(service.drop_in, "[Service]\nReadOnlyPaths=/var/lib/pigate\n")
    machine.call(teaching.restart)
    _refused(machine, "Read-only file system")


def _refused(machine: Machine, reason: str) -> None:
    """A press is refused for this reason, which one line tells, and the table stays."""
    before = machine.call(service.journal_now)
    machine.call(teaching.decision, "000")
    machine.call(teaching.press)
    said = machine.call(service.wait_for_words, before, "the old gate goes on")
    assert [reason in line for line in said if "the old gate goes on" in line] == [True]
    machine.call(flips.show_all, XOR)
    assert machine.call(teaching.taught) == XOR


def test_taught_through_the_page(machine: Machine) -> None:
    """The sandboxed page teaches who has the key, as root is told it, and nobody else; a reboot keeps it."""
    machine.call(live_page.want_page)
    machine.call(service.configure, "[web]\nenabled = true\nteach = true\n")
    machine.call(live_page.open_sandbox)
    machine.call(live_page.fetch, "/")
    body = '{"levels": "000", "outputs": "0"}'
    key = machine.call(teaching.key)
    assert len(key) == 43
    assert machine.call(guest.succeed, "stat", "-c%U %a", "/var/lib/pigate/key") == "pigate 640\n"
    for wrong in ("", key[::-1]):
        assert machine.call(live_page.post, "/api/teach", body, wrong) == 403
    assert machine.call(teaching.taught) == XOR
    assert machine.call(live_page.post, "/api/teach", body, key) == 202
    machine.call(service.wait_for_status, "xor as taught: 000 -> off")
    assert machine.call(teaching.taught) == XOR | {"000": "0"}
    machine.reboot()
    machine.call(service.wait_for_unit, "pigate")
    machine.call(flips.show_all, XOR | {"000": "0"})
    assert machine.call(teaching.key) == key
