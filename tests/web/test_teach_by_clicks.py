"""Teaching on the live page of a simulated board: targets, "This is wrong", Undo; by pointer, keys and finger."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web.messages import News

from .browsing import PATTERNS, XOR, Begin, Look, Run, Show, decided, expect, news_of, seek, set_switches
from .lessons import Keyboard
from .test_accessible import serious

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

PARITY = TruthTable.named("parity").rows
UNTAUGHT = "\u2013"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the gates that a test begins a state directory of their own; the shared run has the module's."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


def target(page: Page, levels: str) -> Locator:
    """Return the target of a row that has one output."""
    return page.locator(f"tr[data-levels='{levels}'] .aim")


def wrong(page: Page) -> Locator:
    """Return the button beside the only LED."""
    return page.get_by_role("button", name="This is wrong", exact=True)


def undo(page: Page) -> Locator:
    """Return the button that undoes the last one."""
    return page.get_by_role("button", name="Undo")


def told(page: Page, text: str) -> None:
    """Expect what the page says of the last one."""
    expect(page.locator("#taught")).to_have_text(text)


def click_to(page: Page, levels: str, wanted: str) -> None:
    """Click a target until it is what is wanted, and see each click learned."""
    cycle = {"1": "0", "0": UNTAUGHT, UNTAUGHT: "1"}
    while (now := target(page, levels).inner_text()) != wanted:
        target(page, levels).click()
        said = cycle[now].replace(UNTAUGHT, "not taught")
        told(page, f"Learned: row {levels} is {said}.")
        expect(target(page, levels)).to_have_text(cycle[now])


def rows_of(page: Page) -> dict[str, str]:
    """Return the gate's own rows."""
    rows: dict[str, str] = page.evaluate("fetch('/api/state').then((it) => it.json()).then((it) => it.gate.rows)")
    return rows


def test_parity_onto_xor_row_by_row(begin: Begin, look: Look) -> None:
    """Taught by clicks, row by row, an xor gate is parity: on its LED, on the page, and after a restart."""
    run = begin()
    page = look(run.address, loses=True)
    for levels, bit in PARITY.items():
        click_to(page, levels, bit)
    assert rows_of(page) == PARITY
    set_switches(page, "001")
    expect(page.locator(".led")).to_have_attribute("data-decision", "on")
    run.kill()
    expect(page.locator("#banner")).to_contain_text("No connection")
    port = int(run.address.rstrip("/").rpartition(":")[2])
    begin(port=port)
    expect(page.locator("#banner")).to_be_empty()
    expect(page.locator("#introduction")).to_contain_text("the eight rows of xor as taught")
    assert rows_of(page) == PARITY
    for levels in PATTERNS:
        set_switches(page, levels)
        expect(page.locator(".led")).to_have_attribute("data-decision", "on" if PARITY[levels] == "1" else "off")
        expect(target(page, levels)).to_have_text(PARITY[levels])
    expect(page.locator("#score")).to_have_text("8 of 8 taught rows right")


def test_this_is_wrong_and_undo(run: Run, look: Look) -> None:
    """Said of the LED, the row of the switches is turned over and taught; Undo makes it what it was, once."""
    page = look(run.address)
    set_switches(page, "101")
    expect(undo(page)).to_be_hidden()
    wrong(page).click()
    told(page, "Learned: row 101 is 1.")
    expect(page.locator(".led")).to_have_attribute("data-decision", "on")
    expect(target(page, "101")).to_have_text("1")
    assert rows_of(page) == XOR.table.rows | {"101": "1"}
    assert serious(page) == []
    undo(page).click()
    told(page, "Undone: row 101 is 0 again.")
    expect(undo(page)).to_be_disabled()
    expect(page.locator(".led")).to_have_attribute("data-decision", "off")
    assert rows_of(page) == XOR.table.rows
    expect(page.locator("#introduction")).to_contain_text("the eight rows of xor, as in the article")


def test_a_row_that_is_not_taught_is_a_guess_in_words(run: Run, look: Look) -> None:
    """A row taken out is a guess, beside the LED and in the table; "This is wrong" teaches its opposite."""
    page = look(run.address)
    set_switches(page, "110")
    expect(page.locator(".led .origin")).to_be_empty()
    click_to(page, "110", UNTAUGHT)
    expect(page.locator(".led .origin")).to_have_text("a guess")
    expect(page.locator("#rule")).to_contain_text("One row is not taught: there the network guesses.")
    guess = page.locator(".led").get_attribute("data-decision")
    expect(page.locator("tr[data-levels='110'] .verdict")).to_have_text(f"a guess: {guess}")
    wrong(page).click()
    told(page, f"Learned: row 110 is {'0' if guess == 'on' else '1'}.")
    undo(page).click()
    told(page, "Undone: row 110 is not taught again.")
    click_to(page, "110", "1")
    click_to(page, "110", "0")
    assert rows_of(page) == XOR.table.rows


@pytest.mark.parametrize("scheme", ["dark"])
def test_from_nothing(scheme: str, begin: Begin, look: Look) -> None:
    """A blank gate says that it is; what is clicked is decided, and the rest stays undecided, a guess or not."""
    page = look(begin("--table", "blank").address, color_scheme=scheme)
    expect(page.locator("#introduction")).to_contain_text("no row is taught yet: the table is blank.")
    expect(page.locator("#introduction")).not_to_contain_text("given")
    expect(page.locator("#score")).to_have_text("no row is taught")
    expect(page.locator("#history")).to_have_text("Nothing is learned yet: all weights are 0.")
    expect(page.locator("td.verdict")).to_have_text(["not taught"] * 8)
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")
    expect(page.locator(".led .origin")).to_have_text("not taught")
    assert serious(page) == []
    for levels in ("000", "011"):
        click_to(page, levels, "1")
    set_switches(page, "111")
    for expected in ("on", "off"):
        wrong(page).click()
        expect(page.locator(".led")).to_have_attribute("data-decision", expected)
    told(page, "Learned: row 111 is 0.")
    assert rows_of(page) == {"000": "1", "011": "1", "111": "0"}
    set_switches(page, "010")
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")
    expect(page.locator(".led .origin")).to_have_text("not taught")
    expect(page.locator("#announcement")).to_have_text(re.compile(r"undecided .*, this row is not taught$"))
    expect(page.locator("tr[data-levels='010'] .verdict")).to_have_text(re.compile("^(not taught|a guess: (on|off))$"))
    expect(page.locator("#rule")).to_contain_text("Five rows are not taught: there the LED is undecided")
    expect(page.locator("#introduction")).to_contain_text("learned it from the three rows of blank as taught")
    for levels in ("000", "011", "111"):
        click_to(page, levels, UNTAUGHT)
    expect(page.locator("#introduction")).to_contain_text("no row is taught yet")
    assert serious(page) == []


def test_by_keys(run: Run, look: Look) -> None:
    """Targets, "This is wrong" and Undo are reached and pressed by keys; arrows lead from row to row."""
    page = look(run.address)
    set_switches(page, "011")
    page.reload()
    keys = Keyboard(page)
    keys.press(wrong(page))
    told(page, "Learned: row 011 is 1.")
    keys.press(undo(page))
    told(page, "Undone: row 011 is 0 again.")
    keys.reach(target(page, "011"))
    page.keyboard.press("ArrowDown")
    expect(target(page, "100")).to_be_focused()
    expect(target(page, "100")).to_have_accessible_name("Target in row 100: 0. Press to leave the row out.")
    page.keyboard.press("Space")
    told(page, "Learned: row 100 is not taught.")
    expect(target(page, "100")).to_be_focused()
    expect(target(page, "100")).to_have_accessible_name("Target in row 100: not taught. Press to teach 1.")
    page.keyboard.press("Enter")
    told(page, "Learned: row 100 is 1.")
    expect(target(page, "100")).to_have_accessible_name("Target in row 100: 1. Press to teach 0.")
    page.keyboard.press("Enter")
    told(page, "Learned: row 100 is 0.")
    assert rows_of(page) == XOR.table.rows


def test_on_a_phone(run: Run, look: Look) -> None:
    """With a finger: the buttons are large enough and apart, nothing is wider than the screen, and Undo is in view."""
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = look(run.address, **phone)
    set_switches(page, "000")
    expect(page.locator("#teacher")).to_be_hidden()
    wrong(page).tap()
    told(page, "Learned: row 000 is 0.")
    expect(page.locator("#taught")).to_be_in_viewport(ratio=1)
    expect(undo(page)).to_be_in_viewport(ratio=1)
    play, bar = page.locator("#play").bounding_box(), page.locator("#teacher").bounding_box()
    assert play
    assert bar
    assert play["y"] + play["height"] <= bar["y"], "the bar covers no button of the replay"
    undo(page).tap()
    told(page, "Undone: row 000 is 1 again.")
    target(page, "111").tap()
    told(page, "Learned: row 111 is 0.")
    expect(undo(page)).to_be_in_viewport(ratio=1)
    undo(page).tap()
    told(page, "Undone: row 111 is 1 again.")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for button in [*page.locator(".aim").all(), wrong(page)]:
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    assert serious(page) == []
    assert rows_of(page) == XOR.table.rows


TAKEN = {"status": 202, "json": {"levels": "000", "outputs": "0", "before": "1"}}
BUSY = {"status": 409, "json": {"error": "a training is running"}}


def refuse(answer: dict[str, Any], route: Route) -> None:
    """Answer a request in place of the gate."""
    route.fulfill(**answer)


def test_what_the_gate_refuses_is_one_sentence(run: Run, look: Look) -> None:
    """While another training runs, and where the gate does not answer, one sentence says so; nothing changes."""
    page = look(run.address, loses=True)
    before = rows_of(page)
    for status, error, sentence in [
        (409, "a training is running", "A training is running: nothing was taught. Try again when it has ended."),
        (503, "the gate does not answer", "The gate does not answer."),
        (422, "give 3 levels", "Give 3 levels."),
    ]:
        refusal = {"status": status, "json": {"error": error}}
        page.route("**/api/teach", partial(refuse, refusal))
        target(page, "110").click()
        told(page, sentence)
        page.unroute("**/api/teach")
    expect(undo(page)).to_be_hidden()
    assert rows_of(page) == before
    seek(page, 0)
    expect(target(page, "110")).to_have_attribute("aria-disabled", "true")
    target(page, "110").click(force=True)
    told(page, "This is a replay: go back to live, and teach there.")


def test_what_cannot_be_learned_leaves_the_old_gate(begin: Begin, look: Look) -> None:
    """A row that the network cannot learn with the others is not taught, and the page says so, without an Undo."""
    page = look(begin("--table", "and", "--hidden", "none").address)
    click_to(page, "111", "0")
    click_to(page, "111", UNTAUGHT)
    for levels in ("011", "101"):
        click_to(page, levels, UNTAUGHT)
        click_to(page, levels, "1")
    click_to(page, "110", UNTAUGHT)
    before = rows_of(page)
    click_to(page, "111", "1")
    target(page, "111").click()
    told(page, "That row 111 is 0 cannot be learned with the other rows. The gate goes on as before.")
    assert rows_of(page) == before | {"111": "1"}
    expect(page.locator("#goes-on")).to_contain_text("goes on with the network that it had")
    undo(page).click()
    told(page, "Undone: row 111 is not taught again.")
    assert rows_of(page) == before


def test_several_outputs(show: Show, look: Look) -> None:
    """Of several outputs each has its target and its button; the row is sent whole, the others as they are."""
    adder = train(TruthTable.named("full-adder"))
    shown = show(news_of(adder, "011"))
    page = look(shown.address, loses=True)
    sent: list[Any] = []

    page.on("request", lambda request: sent.append(request.post_data_json) if request.method == "POST" else None)
    page.route("**/api/teach", partial(refuse, BUSY))
    page.get_by_role("button", name="This is wrong: carry").click()
    expect(page.locator("#taught")).to_contain_text("A training is running")
    page.get_by_role("button", name="Target of carry in row 011: 1. Press to teach 0.").click()
    page.get_by_role("button", name="Target of sum in row 011: 0. Press to leave the row out.").click()
    page.get_by_role("button", name="Target of sum in row 111: 1. Press to teach 0.").click()
    page.wait_for_function("document.querySelector('#taught').textContent.startsWith('A training')")
    assert sent == [
        {"levels": "011", "outputs": "00"},
        {"levels": "011", "outputs": "00"},
        {"levels": "011", "outputs": "-"},
        {"levels": "111", "outputs": "01"},
    ]
    rows = {levels: bits for levels, bits in adder.table.rows.items() if levels != "011"}
    shown.tell(news_of(train(TruthTable(rows, "adder")), "011"))
    expect(page.locator("tr[data-levels='011'] .aim")).to_have_text([UNTAUGHT] * 2)
    page.get_by_role("button", name="Target of output 1 in row 011: not taught").click()
    assert [sent[-1]["levels"], sent[-1]["outputs"][0]] == ["011", "1"]


def test_switches_that_do_not_rest_teach_nothing(show: Show, look: Look) -> None:
    """While a switch chatters, or a topic's level is unknown, "This is wrong" means no row, and the page says so."""
    shown = show(news_of(XOR, "010", chattering=(27,)))
    page = look(shown.address)
    for news in (None, decided(XOR, "0?0")):
        if news is not None:
            shown.tell(news)
            expect(page.locator("#chatter")).to_be_empty()
            expect(page.locator("#taught")).to_have_text(re.compile("^The switches do not rest"))
        wrong(page).click()
        told(page, "The switches do not rest: nothing was taught.")
    assert shown.asked == []


def test_what_cannot_be_saved(show: Show, look: Look) -> None:
    """A gate that has learned a row and does not take it up could not save it: the page says so, after a while."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    page.route("**/api/teach", partial(refuse, TAKEN))
    page.clock.install()
    wrong(page).click()
    table = TruthTable(XOR.table.rows | {"000": "0"}, "xor as taught")
    shown.tell(News(training=news_of(train(table), "000").training))
    expect(page.locator("#history")).to_contain_text("every row right")
    told(page, "It learns that row 000 is 0\u2026")
    page.clock.fast_forward(6000)
    told(page, "That row 000 is 0 cannot be saved: the log of pigate says why. The gate goes on as before.")
    expect(undo(page)).to_be_hidden()
    wrong(page).click()
    shown.tell(news_of(train(table, seed=2), "000"))
    told(page, "Learned: row 000 is 0.")


def test_while_it_learns_and_when_it_is_lost(show: Show, look: Look) -> None:
    """What is being learned is told, another click waits for it, and a gate that is lost meanwhile is no success."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address, loses=True)
    page.route("**/api/teach", partial(refuse, TAKEN))
    page.clock.install()
    wrong(page).click()
    told(page, "It learns that row 000 is 0\u2026")
    shown.tell(News(busy=True))
    expect(page.locator("#busy")).to_contain_text("Training")
    target(page, "111").click()
    told(page, "It still learns that row 000 is 0.")
    shown.tell(News(busy=False))
    told(page, "The training was cancelled: the gate goes on as before.")
    wrong(page).click()
    told(page, "It learns that row 000 is 0\u2026")
    page.clock.fast_forward(20_000)
    expect(page.locator("#banner")).to_contain_text("No connection")
    expect(page.locator("#taught")).to_contain_text("The gate was lost")
    expect(undo(page)).to_be_hidden()
