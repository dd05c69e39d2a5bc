"""The installed unit's live page."""

from pigate import TruthTable
from tests.system import flips, guest, live_page, service
from tests.system.machine import Machine

XOR = dict(TruthTable.named("xor").rows)


def test_page_of_the_service(machine: Machine) -> None:
    """The page needs the drop-in, of which one line tells; with it, it shows the switch lines, and only shows."""
    since = machine.call(service.journal_now)
    machine.call(live_page.want_page)
    machine.call(service.wait_for_words, since, "no live page: 127.0.0.1 port 8000")
    machine.call(flips.show_all, XOR)

    machine.call(live_page.open_sandbox)
    assert "<title>" in machine.call(live_page.fetch, "/")
    for levels, target in XOR.items():
        machine.call(guest.set_switches, levels)
        shown = machine.call(live_page.wait_for_levels, levels)
        assert shown["decision"] == ["on" if target == "1" else "off"]
        assert machine.call(guest.led) == int(target)
    assert machine.call(live_page.post, "/api/switches", '{"levels": "101"}') == 403
    assert machine.call(live_page.post, "/api/train", "{}") == 403
    machine.call(flips.show_all, XOR)
