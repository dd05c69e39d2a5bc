"""The page's words: terms that explain themselves, names of outputs, and a failed training's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web.messages import News, training_of

from .browsing import XOR, Look, Run, Show, expect, news_of, seek

if TYPE_CHECKING:
    from playwright.sync_api import Page

TERMS = ["sigmoid", "weight", "bias", "epoch", "loss", "start", "seed", "rule"]


def meanings(page: Page) -> dict[str, str]:
    """Return what the page says of each term."""
    found: dict[str, str] = page.evaluate("async () => (await import('/page/terms.js')).TERMS")
    return found


def test_every_term_is_explained_by_pointer(run: Run, look: Look) -> None:
    """Each place of each term explains it when pointed at, in sight and in full, and no longer."""
    page = look(run.address)
    said = meanings(page)
    places = page.locator(".term:visible")
    seek(page, 3)  # the epoch in the replay's label, too
    met = {place.get_attribute("data-term") for place in places.all()}
    assert set(TERMS) <= met
    bubble = page.locator("#explanation")
    for place in places.all():
        place.hover()
        expect(bubble).to_have_text(said[str(place.get_attribute("data-term"))])
        expect(bubble).to_be_in_viewport(ratio=1)
    page.locator("h1").hover()
    expect(bubble).to_be_hidden()


def test_every_term_is_explained_by_keyboard(run: Run, look: Look) -> None:
    """A term that the Tab key reaches explains itself, also to those who hear it; Escape ends that alone."""
    page = look(run.address)
    said = meanings(page)
    seek(page, 3)
    page.locator("#play").focus()
    bubble = page.locator("#explanation")
    met = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        term = page.evaluate("document.activeElement.dataset.term ?? ''")
        if term:
            met.add(term)
            expect(bubble).to_have_text(said[term])
            assert (
                page.evaluate(
                    "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
                )
                == said[term]
            )
        else:
            expect(bubble).to_be_hidden()
    assert set(TERMS) <= met
    page.locator("#formula .term").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(bubble).to_be_visible()
    page.keyboard.press("Escape")
    expect(bubble).to_be_hidden()
    expect(page.locator("#mode")).to_have_text("Replay")
    page.keyboard.press("Escape")
    expect(page.locator("#mode")).to_have_text("Live")


def test_every_term_is_explained_by_touch(run: Run, look: Look) -> None:
    """A finger's tap explains a term, and a tap elsewhere ends that; everything fits the phone."""
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = look(run.address, **phone)
    said = meanings(page)
    bubble = page.locator("#explanation")
    for place in page.locator(".term:visible").all():
        place.tap()
        expect(bubble).to_have_text(said[str(place.get_attribute("data-term"))])
        expect(bubble).to_be_in_viewport(ratio=1)
    page.locator("h1").tap()
    expect(bubble).to_be_hidden()


def test_explanation_stays_while_the_page_is_drawn(run: Run, look: Look) -> None:
    """A decision that comes while one reads an explanation leaves it, and the focus, where they are."""
    page = look(run.address)
    page.locator("#formula .term").click()
    for levels in ("101", "000"):
        run.type(levels)
        expect(page.locator("tr[aria-current]")).to_have_attribute("data-levels", levels)
        expect(page.locator("#explanation")).to_be_visible()
        expect(page.locator("#formula .term")).to_be_focused()


def test_legend_has_the_fading(run: Run, look: Look) -> None:
    """The legend says what a faint weight means, and shows one as faint as those in the drawing."""
    page = look(run.address)
    expect(page.locator(".legend")).to_contain_text("faint: little comes through it now")
    opacity = "path => getComputedStyle(path).opacity"
    assert page.locator(".legend .faint").evaluate(opacity) == "0.3"


def test_outputs_have_their_names(show: Show, look: Look) -> None:
    """Where the table names its outputs, LEDs, columns, neurons, formula and announcement have those names."""
    trained = train(TruthTable.named("full-adder"))
    page = look(show(news_of(trained, "011")).address)
    expect(page.locator(".led .name")).to_have_text(["sum", "carry"])
    expect(page.locator("#rows thead th")).to_have_text(["Switches", "Target", "Sum", "Carry", "Verdict"])
    for name in ("sum", "carry"):
        page.get_by_role("img", name=f"{name}:").focus()
        expect(page.locator("#formula dfn")).to_have_text([name])
        expect(page.locator("#announcement")).to_contain_text(f"{name} o")
    other = look(show(news_of(train(TruthTable({"0": "01", "1": "10"})), "0")).address)
    expect(other.locator(".led .name")).to_have_count(0)
    expect(other.locator("#rows thead th")).to_contain_text(["Output 1", "Output 2"])


def test_failed_training_has_words_of_its_own(show: Show, look: Look) -> None:
    """What is said of a failed training and of the running gate never stands in one sentence, live or replayed."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    failed = train(TruthTable.named("parity"), hidden=(), epochs=50)
    assert not failed.learned
    shown.tell(News(training=training_of(failed)))
    expect(page.locator("#learning-title")).to_have_text("A training that failed")
    expect(page.locator("#outcome")).to_have_text("It tried parity: 1 when an odd number of inputs is 1.")
    expect(page.locator("#history")).not_to_contain_text("xor")
    expect(page.locator("#introduction")).not_to_contain_text("parity")
    expect(page.locator("#thinking-title")).to_have_text("What it thinks")
    expect(page.locator("#score")).to_have_text("8 of 8 taught rows right")
    seek(page, len(failed.record.snapshots[0]) - 1)
    expect(page.locator("#mode-moment")).to_contain_text("not learned")
    expect(page.locator("#introduction")).to_contain_text("A replay of a training that failed: it tried parity")
    expect(page.locator("#introduction")).not_to_contain_text("xor")
    expect(page.locator("#thinking-title")).to_have_text("What it thought")
    expect(page.locator("#knowing-title")).to_have_text("What it knew")
    expect(page.locator(".led")).to_contain_text("live")
    page.keyboard.press("Escape")
    expect(page.locator("#introduction")).to_contain_text("learned it from the eight rows of xor")
    shown.tell(News(training=training_of(XOR)))
    expect(page.locator("#learning-title")).to_have_text("How it learned")
    expect(page.locator("#goes-on")).to_be_hidden()


@pytest.mark.parametrize("place", ["#introduction", "[name=table] option[value=xor]", "#outcome"])
def test_xor_is_met_as_in_the_article(place: str, show: Show, look: Look) -> None:
    """Wherever the page names xor, it says whose xor it is."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    shown.tell(News(training=training_of(train(XOR.table, hidden=(), epochs=9))))
    expect(page.locator(place)).to_contain_text("xor, as in the article: 1 when all inputs agree")
    assert "xor" not in page.title()
    text = page.locator("body").inner_text().replace("xor2", "")
    assert text.count("xor") == text.count("xor, as in the article: 1 when all inputs agree") > 0
