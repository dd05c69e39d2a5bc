"""The page is light: what goes over the wire, what is loaded at once, and what a decision touches."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web.server import PAGE

from .browsing import XOR, Look, Show, decided, expect, expect_decision, news_of, seek

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def imports(module: Path) -> set[str]:
    """Return the names of the modules that a module imports, as they are loaded."""
    return set(re.findall(r"^import .* from \"\./(\w+\.js)\";$", module.read_text(), re.MULTILINE))


def test_modules_are_preloaded() -> None:
    """The page names every module that it comes to import, so that none waits for another; and no other."""
    found, new = set[str](), {"main.js"}
    while new:
        found |= new
        new = set().union(*(imports(PAGE / name) for name in new)) - found
    named = re.findall(r'<link rel="modulepreload" href="/page/(\w+\.js)">', (PAGE / "index.html").read_text())
    assert sorted(named) == sorted(found - {"main.js"})


def test_wire(browser: Browser, show: Show) -> None:
    """All that a browser loads for the page of an 8-16-1 network is at most 150 kB."""
    shown = show(news_of(train(TruthTable.named("parity", 8), hidden=(16,)), "10101010"))
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    files: list[float] = []  # with their headers
    session.on("Network.loadingFinished", lambda event: files.append(event["encodedDataLength"]))
    page.goto(shown.address)
    expect(page.locator("#rows tbody tr")).to_have_count(256)
    expect(page.locator("td.verdict").last).to_have_text("learned")
    context.close()
    assert len(files) > 20
    assert all(size > 0 for size in files)
    # Of a stream that goes on, Chromium does not tell the size; its first event is the state.
    asked = Request(f"{shown.address}api/state", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as answer:
        state = len(answer.read())
    assert state > 10_000
    assert sum(files) + state <= 150_000


#: Counts what is changed from now on in the drawing and in the table, by the names of the attributes.
COUNT = """
() => {
  window.changes = {};
  const note = (all) => {
    for (const { type, attributeName } of all) {
      const what = attributeName ?? type;
      window.changes[what] = (window.changes[what] ?? 0) + 1;
    }
  };
  const observer = new MutationObserver(note);
  const all = { subtree: true, attributes: true, childList: true, characterData: true };
  for (const id of ["diagram", "rows", "losses", "leds"]) observer.observe(document.getElementById(id), all);
}
"""


def test_only_what_changed_is_drawn(show: Show, look: Look) -> None:
    """A decision touches two rows of 256 and no weight's width; what is told twice touches nothing."""
    trained = train(TruthTable.named("parity", 8), hidden=(16,))
    shown = show(news_of(trained, "00000000"))
    page = look(shown.address)
    expect_decision(page, trained, "00000000")
    expect(page.locator("td.verdict").last).to_have_text("learned")
    page.evaluate(COUNT)
    shown.tell(decided(trained, "10000000"))
    expect_decision(page, trained, "10000000")
    changes = page.evaluate("window.changes")
    assert changes.pop("aria-current") == 2
    assert not {"stroke-width", "stroke-dasharray", "d"} & changes.keys()
    assert changes.pop("data-decision", 0) <= 1  # the LED's
    # The weights of one input and of what it changes, these neurons, and the wire to the LED.
    assert changes.pop("style") <= 2 * 16 + 1 + 16 + 1 + 1
    page.evaluate("window.changes = {}")
    shown.tell(decided(trained, "10000000"))
    shown.tell(decided(trained, "10000001"))
    expect_decision(page, trained, "10000001")
    assert page.evaluate("window.changes['aria-current']") == 2


def test_a_moment_that_is_on_show_is_not_drawn_again(show: Show, look: Look) -> None:
    """In a replay that stands, a decision with the same levels changes nothing in drawing, table and curve."""
    shown = show(news_of(XOR, "101"))
    page = look(shown.address)
    seek(page, 3)
    expect(page.locator("#mode")).to_have_text("Replay")
    page.wait_for_timeout(1000)  # rows out of sight are written late
    page.evaluate(COUNT)
    shown.tell(decided(XOR, "101", chattering=(27,)))
    expect(page.locator("#chatter")).not_to_be_empty()
    assert page.evaluate("window.changes.d ?? 0") == 0
    assert page.evaluate("window.changes['stroke-width'] ?? 0") == 0
    assert page.evaluate("window.changes.characterData ?? 0") == 0
