"""The page for everybody: by keyboard, on a phone, without colours or motion, with doubts in words."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train

from .browsing import PATTERNS, XOR, Look, Run, Show, expect, expect_decision, news_of, seek, set_switches

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_keyboard_only(run: Run, look: Look) -> None:
    """Everything is reached with the Tab key, shows where the focus is, and does its work by keys."""
    page = look(run.address)
    set_switches(page, "000")
    page.reload()  # so that no click has set the focus
    expect_decision(page, XOR, "000")
    reached: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        name, ring, again = page.evaluate(
            """() => {
              const it = document.activeElement, ring = it.querySelector(".ring");
              const outlined = getComputedStyle(it).outlineStyle !== "none";
              const ringed = ring && parseFloat(getComputedStyle(ring).strokeWidth) >= 3;
              if (it === document.body) return ["body", false, true];
              const name = it.getAttribute("aria-label") || it.name || it.id || it.textContent.trim();
              const again = it.reached;
              it.reached = true;
              return [name, outlined || ringed, again];
            }"""
        )
        if again or name == "body":
            break
        assert ring, f"{name} has the focus, and does not show it"
        reached.append(name)
        if name.startswith("Switch 2"):
            page.keyboard.press("Space")
            expect_decision(page, XOR, "010")
        elif name == "Epoch to show":
            page.keyboard.press("Home")
            expect(page.locator("#mode-moment")).to_contain_text("epoch 0 of")
            page.keyboard.press("ArrowRight")
            expect(page.locator("#slider")).to_have_attribute(
                "aria-valuetext", f"epoch 1 of {XOR.record.snapshot_epochs[-1]}"
            )
    wanted = ["Switch 1", "Switch 2", "Switch 3", "output: ", "The rows", "play", "step", "Speed", "Epoch to show"]
    wanted += ["live", "Full screen", "sigmoid", "What is a seed?", "Set the switches to 010", "As published"]
    wanted += ["Neurons in hidden layer 1", "One neuron more in layer 1", "One layer more", "copy"]
    for start in [*wanted, "pigate\u2019s way", "table", "rule", "starts", "epochs", "seed", "bias", "go"]:
        assert any(name.startswith(start) for name in reached), f"{start} in {reached}"


@pytest.mark.parametrize("table", ["xor", "full-adder"])
def test_phone(table: str, show: Show, look: Look) -> None:
    """On a phone nothing is wider than the screen, the drawing runs downwards, and fingers fit."""
    trained = train(TruthTable.named(table))
    shown = show(news_of(trained, "101"))
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = look(shown.address, **phone)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    output = "sum:" if table == "full-adder" else "output:"
    boxes = [page.get_by_role("img", name=name).first.bounding_box() for name in ("input 1:", "hidden 1:", output)]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 3
    assert tops == sorted(tops)
    for button in page.get_by_role("switch").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
    page.get_by_role("switch").nth(1).tap()
    expect(page.get_by_role("switch").nth(1)).to_have_attribute("aria-checked", "true")
    seek(page, 3)
    expect(page.locator("#mode")).to_have_text("Replay")
    page.evaluate("scrollTo(0, 0)")
    for seen in ("#diagram", "#play", "#slider"):  # together: one watches the weights move
        expect(page.locator(seen)).to_be_in_viewport()


def test_undecided(show: Show, look: Look) -> None:
    """An undecided LED blinks, says so and has a question mark; without motion it has a pattern instead."""
    rows = {"000": "0", "001": "1", "111": "0", "110": "1"}
    trained, levels = next(
        (trained, levels)
        for trained in (train(TruthTable(rows), seed=seed) for seed in range(100))
        for levels in PATTERNS
        if trained.decide(levels)[1] == ("undecided",)
    )
    shown = show(news_of(trained, levels))
    page = look(shown.address)
    expect_decision(page, trained, levels)
    expect(page.locator(".led")).to_contain_text("undecided")
    expect(page.locator(".doubt")).to_be_visible()
    expect(page.locator("tr[aria-current] .bar")).to_have_attribute("data-decision", "undecided")
    glow = "glow => getComputedStyle(glow).animationName"
    assert page.locator(".glow").evaluate(glow) == "blink"
    still = look(shown.address, reduced_motion="reduce")
    expect(still.locator(".hatch")).to_be_visible()
    assert still.locator(".glow").evaluate(glow) == "none"


def test_guesses(show: Show, look: Look) -> None:
    """Rows that were never taught are marked as guesses, in the table and to those who hear it."""
    trained = train(TruthTable({"000": "1", "001": "0", "010": "0", "111": "1"}))
    page = look(show(news_of(trained, "011")).address)
    for levels in PATTERNS:
        row = page.locator(f"tr[data-levels='{levels}']")
        target, verdict = row.locator(".target"), row.locator(".verdict")
        if levels in trained.table.rows:
            expect(target).to_have_text(trained.table.rows[levels])
            expect(verdict).to_have_text("learned")
        else:
            expect(target).to_have_text("\u2013")
            expect(verdict).to_have_text(f"a guess: {trained.decide(levels)[1][0]}")
    expect(page.locator("#rule")).to_contain_text("Four rows are not taught")
    expect(page.locator("#announcement")).to_contain_text("a guess: this row is not taught")


def serious(page: Page) -> list[str]:
    """Return axe-core's findings that are serious or worse, by all rules."""
    if not page.evaluate("'axe' in window"):
        axe = next(Path(str(files("axe_playwright_python"))).rglob("axe.min.js")).read_text()
        page.evaluate(f"{axe}\nnull")
    found = page.evaluate("axe.run()")
    return [
        f"{finding['id']}: {[node['html'] for node in finding['nodes']]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 740), (1366, 768)])
def test_accessible(scheme: str, size: tuple[int, int], run: Run, look: Look) -> None:
    """axe-core has no serious finding: live, in a replay, on a neuron, with the connection lost."""
    page = look(run.address, color_scheme=scheme, viewport={"width": size[0], "height": size[1]}, loses=True)
    set_switches(page, "110")
    assert serious(page) == []
    page.get_by_role("img", name="hidden 3:").focus()
    seek(page, 4)
    expect(page.locator("#mode")).to_have_text("Replay")
    assert serious(page) == []
    page.evaluate("document.body.classList.add('lost')")
    page.locator("#banner").evaluate("banner => { banner.textContent = 'No connection'; }")
    assert serious(page) == []
