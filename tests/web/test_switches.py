"""Switches and LEDs: clicked, typed, moved elsewhere, chattering, and on a real board."""

from __future__ import annotations

import msgspec

from pigate.web.messages import SetSwitches

from .browsing import (
    PATTERNS,
    XOR,
    Begin,
    Look,
    Run,
    Show,
    decided,
    expect,
    expect_decision,
    expect_rows,
    news_of,
    set_switches,
    stop_clock,
    switch,
)


def test_clicks(run: Run, look: Look) -> None:
    """Clicked through all eight patterns, the LED, the marked row and its prediction follow."""
    page = look(run.address)
    for levels in [*PATTERNS, "000"]:
        set_switches(page, levels)
        expect_decision(page, XOR, levels)
    expect_rows(page, XOR.network, 3)
    expect(page.locator("td.verdict")).to_have_text(["learned"] * 8)
    expect(page.locator("#introduction")).to_contain_text("xor, as in the article: 1 when all inputs agree")


def test_keys(run: Run, look: Look) -> None:
    """Keys toggle the switches of their numbers: the board's alone, and not while one types."""
    page = look(run.address)
    set_switches(page, "000")
    page.keyboard.press("3")
    expect_decision(page, XOR, "001")
    page.keyboard.press("1")
    expect_decision(page, XOR, "101")
    page.locator("[name=seed]").fill("7")
    page.locator("[name=seed]").press("2")
    expect(page.locator("[name=seed]")).to_have_value("72")
    page.locator("h1").click()
    page.keyboard.press("4")
    page.keyboard.press("3")
    expect_decision(page, XOR, "100")


def test_patience(show: Show, look: Look) -> None:
    """A flip shows at once; the switch goes back if the gate does not follow in time, counted from the last flip."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    expect_decision(page, XOR, "000")
    stop_clock(page)
    for number in (1, 2):
        page.clock.run_for(1900)
        with page.expect_response("**/api/switches"):
            switch(page, number).click()
        expect(switch(page, number)).to_have_attribute("aria-checked", "true")
    page.clock.run_for(1900)
    assert shown.asked == [SetSwitches("100"), SetSwitches("110")]
    expect(switch(page, 1)).to_have_attribute("aria-checked", "true")
    page.clock.run_for(200)
    expect(switch(page, 1)).to_have_attribute("aria-checked", "false")


def test_flipped_elsewhere(begin: Begin, look: Look) -> None:
    """A switch that is moved on the board, not on the page, shows on every page."""
    run = begin()
    pages = [look(run.address), look(run.address)]
    for levels in ("111", "110"):
        run.type(levels)
        for page in pages:
            expect_decision(page, XOR, levels)
            expect(switch(page, 3)).to_have_attribute("aria-checked", str(levels[2] == "1").lower())


def test_chattering(show: Show, look: Look) -> None:
    """A switch that does not come to rest is named and marked, until it does."""
    shown = show(news_of(XOR, "010", chattering=(27,)))
    page = look(shown.address)
    expect(page.locator("#chatter")).to_contain_text("GPIO 27 does not come to rest")
    expect(page.locator(".switch.chattering")).to_contain_text("27")
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")
    shown.tell(decided(XOR, "010"))
    expect(page.locator("#chatter")).to_be_empty()
    expect(page.locator(".switch.chattering")).to_have_count(0)
    expect_decision(page, XOR, "010")


def test_real_board(show: Show, look: Look) -> None:
    """Before a real board one can only look: the switches are disabled, keys do nothing, no form is there."""
    shown = show(news_of(XOR, "010", simulated=False))
    page = look(shown.address)
    expect_decision(page, XOR, "010")
    for number in (1, 2, 3):
        expect(switch(page, number)).to_be_disabled()
        page.keyboard.press(str(number))
    expect(page.locator("#trainer")).to_be_hidden()
    expect(page.locator("#hint")).to_contain_text("A real board")
    shown.tell(decided(XOR, "110"))
    expect_decision(page, XOR, "110")
    expect(switch(page, 1)).to_have_attribute("aria-checked", "true")
    assert shown.asked == []


def test_from_another_machine(show: Show, look: Look) -> None:
    """From another machine than the simulated board's one can only look, and the page says so."""
    shown = show(news_of(XOR, "010"))
    page = look(shown.address, extra_http_headers={"X-Forwarded-For": "192.0.2.7"})
    expect_decision(page, XOR, "010")
    expect(switch(page, 1)).to_be_disabled()
    page.keyboard.press("1")
    expect(page.locator("#trainer")).to_be_hidden()
    expect(page.locator("#hint")).to_contain_text("can be flipped only there")
    assert shown.asked == []


def test_topics(show: Show, look: Look) -> None:
    """An input that is an MQTT topic cannot be flipped; its unknown level is shown so, and pins alone are asked for."""
    news = news_of(XOR, "0?0")
    assert news.board is not None
    board = msgspec.structs.replace(news.board, inputs=(17, "pigate/kitchen/output/1", 22))
    shown = show(msgspec.structs.replace(news, board=board))
    page = look(shown.address)
    topic = page.get_by_role("switch", name="Switch 2, topic pigate/kitchen/output/1")
    expect(topic).to_be_disabled()
    expect(page.locator(".switch").nth(1).locator(".alarm")).to_have_text("unknown")
    expect(page.locator("tr[aria-current]")).to_have_count(0)
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")
    expect(page.locator("#diagram")).not_to_contain_text("NaN")
    page.keyboard.press("2")
    with page.expect_response("**/api/switches"):
        switch(page, 3).click()
    assert shown.asked == [SetSwitches("01")]
    shown.tell(decided(XOR, "011"))
    expect_decision(page, XOR, "011")
    expect(page.locator(".switch").nth(1).locator(".alarm")).to_be_empty()
