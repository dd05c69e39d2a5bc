"""The replay: its controls beside the network, its clock, and its way back to the gate as it is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import Trained, train

from .browsing import (
    XOR,
    Look,
    Run,
    Show,
    expect,
    expect_rows,
    network_at,
    news_of,
    seek,
    set_switches,
    stop_clock,
    switch,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

LAST = len(XOR.record.snapshot_epochs) - 1


def wide() -> Trained:
    """Return a network of 8-64-8 that learned a table of random bits."""
    bits = random.Random(1)
    return train(TruthTable({levels: f"{bits.getrandbits(8):08b}" for levels in every_levels(8)}), hidden=(64,))


def of(table: str, inputs: int = 3, hidden: int = 4) -> Trained:
    """Return a network that learned a named table, or 8-64-8."""
    return wide() if table == "wide" else train(TruthTable.named(table, inputs), hidden=(hidden,))


@pytest.mark.parametrize("size", [(1366, 650), (390, 844), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("table", [("xor",), ("full-adder",), ("parity", 8, 16), ("wide",)], ids=lambda table: table[0])
def test_in_view(size: tuple[int, int], table: tuple[str], show: Show, look: Look) -> None:
    """Without scrolling one sees the network and, right below it, what replays it; on a phone at least with it."""
    page = look(show(news_of(of(*table), None)).address, viewport={"width": size[0], "height": size[1]})
    for moment in (None, 1):
        if moment is not None:
            seek(page, moment)
            expect(page.locator("#live")).to_be_visible()
        assert page.evaluate("[scrollY, document.documentElement.scrollWidth]") == [0, size[0]]
        network, controls = (box(page, id_) for id_ in ("#diagram", "#transport"))
        assert network[0] > 0
        assert controls[1] <= size[1]
        for id_ in ("#play", "#step", "#speed", "#slider", "#live", "#full"):
            if page.locator(id_).is_visible():
                top, bottom = box(page, id_)
                assert top >= 0
                assert bottom <= size[1]
        if size[0] > 1000:
            assert network[1] <= controls[0]  # nothing of it is covered
            assert controls[0] - network[1] < 20
        else:
            assert network[1] <= size[1]


def box(page: Page, id_: str) -> tuple[float, float]:
    """Return where an element begins and ends, from the top of the window."""
    found = page.locator(id_).bounding_box()
    assert found is not None
    return found["y"], found["y"] + found["height"]


def test_replay(run: Run, look: Look) -> None:
    """Replayed, weights, neurons and rows are those of the epoch, while the LED stays live."""
    page = look(run.address)
    set_switches(page, "101")
    epochs = XOR.record.snapshot_epochs
    expect(page.locator(".losers path")).to_have_count(XOR.record.starts - 1)
    last = len(epochs) - 1
    for moment in (0, last // 2, last):
        seek(page, moment)
        expect(page.locator("#mode")).to_have_text("Replay")
        expect(page.locator("#mode-moment")).to_contain_text(f"epoch {epochs[moment]} of {epochs[-1]}")
        expect_rows(page, XOR.network if moment == last else network_at(XOR, moment), 3)
        outputs = network_at(XOR, moment).predict([1, 0, 1])
        expect(page.get_by_role("img", name="output:")).to_have_attribute("aria-label", f"output: {outputs[0]:.2f}")
        expect(page.locator(".led")).to_contain_text(f"{XOR.decide('101')[0][0]:.3f}")
    expect(page.locator("#mode-moment")).to_contain_text("proved")
    switch(page, 2).click()  # the switches work in a replay, too
    expect(page.locator("tr[aria-current]")).to_have_attribute("data-levels", "111")
    page.get_by_role("button", name="Back to live").click()
    expect(page.locator("#mode")).to_have_text("Live")
    expect_rows(page, XOR.network, 3)


def test_returns_to_live(run: Run, look: Look) -> None:
    """Played, the replay goes to the last epoch by itself, stands there for a while, and is live again."""
    page = look(run.address)
    stop_clock(page)
    page.get_by_role("button", name="Replay").click()
    for epoch in (0, 1):
        page.clock.run_for(50)  # until it is drawn
        expect(page.locator("#mode-moment")).to_contain_text(f"epoch {epoch} of")
        page.clock.run_for(220)
    page.clock.run_for(LAST * 250 - 270)
    expect(page.locator("#mode-moment")).to_contain_text("proved")
    page.clock.run_for(2000)
    expect(page.locator("#mode")).to_have_text("Replay")
    page.clock.run_for(1000)
    expect(page.locator("#mode")).to_have_text("Live")
    expect(page.get_by_role("button", name="Replay")).to_be_visible()


def test_paused_it_stays(run: Run, look: Look) -> None:
    """Paused, at the end too, the replay stays; Escape goes back to live, and so does the button."""
    page = look(run.address)
    stop_clock(page)
    page.get_by_role("button", name="Replay").click()
    page.clock.run_for(600)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(50)
    stopped = page.locator("#slider").input_value()
    assert 0 < int(stopped) < LAST
    page.clock.run_for(20_000)
    expect(page.locator("#slider")).to_have_value(stopped)
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(LAST * 250 + 1000)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(20_000)
    expect(page.locator("#mode-moment")).to_contain_text("proved")
    page.keyboard.press("Escape")
    page.clock.run_for(50)
    expect(page.locator("#mode")).to_have_text("Live")
    seek(page, 3)
    page.clock.run_for(20_000)
    expect(page.locator("#mode")).to_have_text("Replay")
    page.get_by_role("button", name="Back to live").click()
    page.clock.run_for(50)
    expect(page.locator("#mode")).to_have_text("Live")
    expect(page.locator("#play")).to_be_focused()  # the button that had the focus is gone


def test_step(run: Run, look: Look) -> None:
    """Step goes one snapshot on, from the first to the last and around, also out of a playing replay."""
    page = look(run.address)
    step = page.get_by_role("button", name="Step")
    for moment in [*range(LAST + 1), 0, 1]:
        step.click()
        expect(page.locator("#slider")).to_have_value(str(moment))
        expect(page.locator("#mode-moment")).to_contain_text(f"epoch {XOR.record.snapshot_epochs[moment]} of")
    page.locator("#speed").select_option("slow")
    page.get_by_role("button", name="Play").click()
    step.click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize(("speed", "seen"), [("slow", 1), ("normal", 4), ("fast", LAST)])
def test_follows_the_clock(speed: str, seen: int, run: Run, look: Look) -> None:
    """The replay shows what its clock says: a screen that was busy for a second misses the pictures in between."""
    page = look(run.address)
    stop_clock(page)
    page.locator("#speed").select_option(speed)
    page.get_by_role("button", name="Replay").click()
    page.clock.run_for(50)
    page.evaluate(
        """() => {
          window.moments = [];
          const observer = new MutationObserver(() => window.moments.push(document.getElementById("slider").value));
          observer.observe(document.getElementById("slider"), { attributeFilter: ["aria-valuetext"] });
        }"""
    )
    page.clock.fast_forward(1000)  # no picture in between
    page.clock.run_for(50)
    expect(page.locator("#slider")).to_have_value(str(seen))
    assert page.evaluate("window.moments") == [str(seen)]


def test_full_screen(run: Run, look: Look) -> None:
    """In full screen the network stands alone and larger, its controls and formula in view, and the keys work."""
    page = look(run.address, viewport={"width": 1366, "height": 768})
    set_switches(page, "000")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Full screen").click()
    leave = page.get_by_role("button", name="Leave full screen")
    expect(leave).to_be_visible()
    assert page.evaluate(size) > before
    page.wait_for_function("document.getElementById('transport').getBoundingClientRect().bottom < innerHeight - 40")
    for id_ in ("#diagram", "#transport", "#formula"):
        expect(page.locator(id_)).to_be_in_viewport(ratio=0.98)
    page.keyboard.press("2")
    expect(switch(page, 2)).to_have_attribute("aria-checked", "true")
    page.locator("#formula .term").hover()
    expect(page.locator("#explanation")).to_be_in_viewport()
    leave.click()
    expect(page.get_by_role("button", name="Full screen", exact=True)).to_be_visible()
    assert page.evaluate(size) == before
