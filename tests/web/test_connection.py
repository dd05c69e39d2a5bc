"""The connection to the gate: its first words, its loss and its return."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web import feed

from .browsing import (
    XOR,
    Begin,
    Look,
    Show,
    Shown,
    decided,
    expect,
    expect_decision,
    expect_rows,
    free_port,
    news_of,
    set_switches,
    stop_clock,
    switch,
)
from .site import PATIENCE_S, Site

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_lost_and_regained(begin: Begin, look: Look) -> None:
    """A killed run is told of plainly and looks stale; once it is back, the page is, by itself."""
    port = free_port()
    run = begin(port=port)
    page = look(run.address, loses=True)
    set_switches(page, "111")
    expect_decision(page, XOR, "111")
    run.kill(signal.SIGKILL)
    expect(page.locator("#banner")).to_contain_text("No connection to the gate. What you see is how it was at")
    expect(page.locator("#mode")).to_have_text("Last known")
    assert page.locator("#exhibit").evaluate("box => getComputedStyle(box).filter") == "grayscale(1)"
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(switch(page, 1)).to_have_attribute("aria-disabled", "true")

    parity = train(TruthTable.named("parity"))
    begin("--table", "parity", port=port)
    expect(page.locator("#banner")).to_be_empty()
    expect(page.locator("#mode")).to_have_text("Live")
    expect_decision(page, parity, "000")
    page.keyboard.press("2")
    expect_decision(page, parity, "010")


def test_refused_stream(show: Show, look: Look) -> None:
    """A stream that is answered with an error, at which the browser gives up, is asked for again."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address, loses=True)
    page.route("**/api/events", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("#banner")).to_contain_text("No connection to the gate.")
    page.unroute("**/api/events")
    expect(page.locator("#banner")).to_be_empty()
    expect_decision(page, XOR, "000")


def test_before_the_first_decision(show: Show, look: Look) -> None:
    """Until the switches are read, the page says so, and shows the network and its table all the same."""
    shown = show(news_of(XOR, None))
    page = look(shown.address)
    expect(page.locator("#announcement")).to_have_text("The switches are not read yet.")
    expect_rows(page, XOR.network, 3)
    shown.tell(decided(XOR, "000"))
    expect_decision(page, XOR, "000")


def test_first_state(show: Show) -> None:
    """The first thing that a page hears is how it is now, not how it was at the last change of the network."""
    shown = show(news_of(XOR, "000"))
    shown.tell(decided(XOR, "111"))
    with urlopen(f"{shown.address}api/state") as answer:  # the snapshot has arrived when this has been answered
        assert json.load(answer)["snapshot"]["levels"] == "111"
    with urlopen(f"{shown.address}api/events") as stream:
        assert stream.readline() == b"event: state\n"
        assert json.loads(stream.readline().removeprefix(b"data: "))["snapshot"]["levels"] == "111"


def decide(page: Page, shown: Shown, levels: str) -> None:
    """Send the page a decision while its clock stands still, and have it drawn."""
    shown.tell(decided(XOR, levels))
    end = time.monotonic() + PATIENCE_S
    while page.locator("tr[aria-current]").get_attribute("data-levels") != levels:
        assert time.monotonic() < end
        page.clock.run_for(20)


def test_silence_is_loss(show: Show, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stays open and says nothing for three heartbeats is lost, and made anew."""
    monkeypatch.setattr(feed, "HEARTBEAT_S", 600.0)
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    stop_clock(page)
    decide(page, shown, "001")
    page.clock.run_for(14_500)
    expect(page.locator("#banner")).to_be_empty()
    page.clock.run_for(1_000)
    expect(page.locator("#banner")).to_contain_text("No connection to the gate.")
    page.clock.resume()
    expect(page.locator("#banner")).to_be_empty()
    expect_decision(page, XOR, "001")


def test_heartbeats(show: Show, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the gate says that nothing is new, the page is live."""
    monkeypatch.setattr(feed, "HEARTBEAT_S", 0.1)
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    stop_clock(page)
    decide(page, shown, "001")
    for _ in range(6):
        page.evaluate("""() => new Promise((heard) => {
          const source = new EventSource("/api/events");
          let left = 5;
          source.addEventListener("heartbeat", () => { if (!--left) { source.close(); heard(); } });
        })""")
        page.clock.run_for(10_000)
    expect(page.locator("#mode")).to_have_text("Live")
    expect(page.locator("#banner")).to_be_empty()


def test_stream_says_that_nothing_is_new(site: Site) -> None:
    """A stream without news has an event that says so, every few seconds."""
    with site.stream() as connection, connection.makefile("rb") as lines:
        assert next(line for line in lines if line == b"event: heartbeat\n")
