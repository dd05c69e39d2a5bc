"""The lesson beside its board: whose switches they are, and what teaching does."""

from __future__ import annotations

import re

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web.messages import Cancel, News

from .browsing import XOR, Begin, Look, Show, decided, expect, news_of
from .lessons import Pointer, aim, button, flip, guess, lesson_switch, row
from .test_lesson import opened

GATE = "fetch('/api/state').then((answer) => answer.json()).then((state) => state.gate)"


def test_simulated_board(begin: Begin, look: Look) -> None:
    """The switches of the lesson are the simulated board's own, both ways; the LED shows the lesson's network."""
    run = begin()
    page = opened(look, run.address, 4)
    run.type("101")
    for number, level in enumerate("101", 1):
        expect(lesson_switch(page, number)).to_have_attribute("aria-checked", str(level == "1").lower())
    row(page, "010").locator(".levels").click()
    live = look(run.address)
    expect(live.locator("tr[aria-current]")).to_have_attribute("data-levels", "010")
    expect(page.locator("#targets [aria-current]")).to_have_attribute("data-levels", "010")


def test_real_board(show: Show, look: Look) -> None:
    """On a real board the switches are only read, and the lesson goes on: it teaches a network in the browser."""
    shown = show(news_of(XOR, "010", simulated=False))
    page = opened(look, shown.address, 7)
    expect(page.locator("#hand")).to_contain_text("Flip the switches on the board")
    expect(lesson_switch(page, 2)).to_be_disabled()
    expect(lesson_switch(page, 2)).to_have_attribute("aria-checked", "true")
    page.keyboard.press("1")
    shown.tell(decided(XOR, "011"))
    expect(page.locator("#targets [aria-current]")).to_have_attribute("data-levels", "011")
    expect(page.locator("#extra")).to_contain_text("A board may not be taught from here")
    guess(page, Pointer(page), 2)
    aim(page, Pointer(page), {"011": "1", "110": "\u2013"})
    expect(row(page, "011")).to_have_class("bad")
    button(page, "Teach").click()
    expect(page.locator("#seen")).to_contain_text("You taught it 7 of 8 rows")
    expect(page.locator("#seen")).to_contain_text("110 with the answer")
    expect(page.locator("#score")).to_have_text("7 of 7 rows right")
    expect(page.locator(".led")).to_have_attribute("data-decision", "on")
    assert shown.asked == []


@pytest.mark.parametrize("machine", ["this", "another"])
def test_drawn_switches(machine: str, show: Show, look: Look) -> None:
    """With other than three inputs, and where the simulated board cannot be flipped, switches are drawn."""
    two = train(TruthTable.named("xor", 2))
    shown = show(news_of(two, "01") if machine == "this" else news_of(XOR, "010"))
    headers = {"X-Forwarded-For": "192.0.2.7"} if machine == "another" else {}
    page = opened(look, shown.address, 3, extra_http_headers=headers)
    expect(page.locator("#hand")).to_contain_text("These switches are drawn")
    flip(page, Pointer(page), "110")
    page.keyboard.press("3")
    expect(page.locator("#targets [aria-current]")).to_have_attribute("data-levels", "111")
    assert shown.asked == []


def test_lost(begin: Begin, look: Look) -> None:
    """When pigate is gone, the lesson says so and goes on with drawn switches, which stand as the board's did."""
    run = begin()
    page = opened(look, run.address, 3, loses=True)
    flip(page, Pointer(page), "011")
    run.kill()
    expect(page.locator("#banner")).to_contain_text("No connection to pigate")
    expect(page.locator("#targets [aria-current]")).to_have_attribute("data-levels", "011")
    flip(page, Pointer(page), "111")
    guess(page, Pointer(page), 2)
    button(page, "Run").click()
    expect(page.locator("#seen")).to_contain_text("0.500")


def test_teach(show: Show, look: Look) -> None:
    """Rows are sent with a dash for each that is left out; a failure says so, and asks for other starts."""
    shown = show(news_of(XOR, "000"))
    page = opened(look, shown.address, 7)
    guess(page, Pointer(page), 2)
    aim(page, Pointer(page), dict.fromkeys(XOR.table.rows, "\u2013"))
    button(page, "Teach").click()
    expect(page.get_by_role("alert")).to_contain_text("at least one row")
    wanted = {"000": "1", "011": "0", "111": "1"}
    aim(page, Pointer(page), wanted)
    page.route("**/api/train", lambda route: route.fulfill(status=202, json={}))
    table = TruthTable(wanted, "1--0---1")
    for seed in (None, 2):
        with page.expect_request("**/api/train") as asked:
            button(page, "Teach").click()
        assert asked.value.post_data_json == {"table": table.name} | ({} if seed is None else {"seed": seed})
        expect(page.locator(".epoch")).to_have_text("It learns\u2026")
        failed = train(table, epochs=1, starts=1, seed=1 if seed is None else seed)
        assert not failed.learned
        shown.tell(News(training=news_of(failed, "000").training, busy=False))
        expect(page.get_by_role("alert")).to_contain_text("It did not learn these rows")
    expect(page.locator("#seen")).to_be_empty()


def test_refused_and_cancelled(show: Show, look: Look) -> None:
    """What the server refuses is told; a training that takes long can be cancelled, and then another be asked for."""
    shown = show(news_of(XOR, "000"))
    page = opened(look, shown.address, 7, loses=True)
    guess(page, Pointer(page), 2)
    page.route("**/api/train", lambda route: route.fulfill(status=409, json={"error": "a training is running"}))
    button(page, "Teach").click()
    expect(page.get_by_role("alert")).to_have_text("a training is running")
    page.unroute("**/api/train")
    page.route("**/api/train", lambda route: route.fulfill(status=202, json={}))
    button(page, "Teach").click()
    shown.tell(News(busy=True))
    expect(page.locator(".epoch")).to_have_text("It learns\u2026")
    button(page, "Cancel").click()
    expect(button(page, "Cancel")).to_be_visible()
    shown.tell(News(busy=False))
    expect(button(page, "Cancel")).to_be_hidden()
    expect(button(page, "Teach")).to_be_enabled()
    assert [type(message) for message in shown.asked] == [Cancel]


def test_put_on_the_board(begin: Begin, look: Look) -> None:
    """The networks of steps 4 and 5 work on the board once it has proved them; one that fails is refused."""
    page = opened(look, begin().address, 4, loses=True)
    put, told = page.get_by_role("button", name="Put it on the board"), page.locator("#put [role=status]")
    guess(page, Pointer(page), 0)
    expect(put).to_be_disabled()
    button(page, "Run").click()
    expect(page.locator("#score")).to_have_text("7 of 7 rows right")
    put.click()
    expect(told).to_have_text(re.compile("^It is on the board.* After a restart it works as before.$"))
    page.wait_for_function(f"{GATE}.then((gate) => gate.table === '001111-0')")
    gate = page.evaluate(GATE)
    assert (gate["layers"], len(gate["weights"][0])) == ([3, 4, 1], 3)
    page.goto(page.url.replace("#4", "#5"))
    expect(put).to_be_disabled()
    guess(page, Pointer(page), 1)
    button(page, "Race").click()
    expect(page.locator(".lane.lost")).to_have_count(5)
    put.click()
    expect(told).to_contain_text("not all answers were right")
    assert page.evaluate(GATE) == gate
    page.get_by_role("button", name="start 2").click()
    expect(told).to_be_empty()
    put.click()
    expect(told).to_contain_text("It is on the board")
    page.wait_for_function(f"{GATE}.then((gate) => gate.table === '10000001')")
    page.goto(page.url.replace("#5", "#3"))
    expect(put).to_be_hidden()


def test_taught_board_decides(begin: Begin, look: Look) -> None:
    """A table that leaves a row out is learned before one's eyes and works on the board; a restart forgets it."""
    page = opened(look, begin().address, 7)
    guess(page, Pointer(page), 0)
    aim(page, Pointer(page), {"001": "1", "110": "\u2013"})
    expect(page.locator("#score")).to_have_text("6 of 7 rows right")
    button(page, "Teach").click()
    expect(page.locator("#score")).to_have_text("7 of 7 rows right")
    expect(page.locator("#seen")).to_contain_text("You taught it 7 of 8 rows")
    expect(page.locator("#extra")).to_have_text(
        "The board works by this table now. After a restart it works as before."
    )
    state = page.evaluate("fetch('/api/state').then((answer) => answer.json())")
    wanted = XOR.table.rows | {"001": "1"}
    assert state["gate"]["rows"] == {levels: target for levels, target in wanted.items() if levels != "110"}
    flip(page, Pointer(page), "001")
    expect(page.locator(".led")).to_have_attribute("data-decision", "on")
