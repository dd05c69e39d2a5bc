"""What one can ask of the page: a row's levels, more neurons, and a table by a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web.messages import Train
from pigate.web.requests import hidden_limits

from .browsing import PATTERNS, XOR, Begin, Look, Run, Show, expect, expect_decision, expect_rows, news_of, set_switches

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def row(page: Page, levels: str) -> Locator:
    """Return the inputs of a row, which are a button where the switches can be set."""
    return page.get_by_role("button", name=f"Set the switches to {levels}")


def test_rows_set_the_switches(run: Run, look: Look) -> None:
    """A click on a row's inputs sets the switches to them, all at once."""
    page = look(run.address)
    set_switches(page, "000")
    for levels in [*reversed(PATTERNS), "101"]:
        row(page, levels).click()
        expect_decision(page, XOR, levels)


def test_rows_by_keyboard(run: Run, look: Look) -> None:
    """The rows are one stop of the Tab key, at the row of the switches; arrows lead to the others, Enter sets them."""
    page = look(run.address)
    set_switches(page, "010")
    assert page.locator(".set[tabindex='0']").all_inner_texts() == ["010"]
    row(page, "010").focus()
    for key, levels in [("ArrowDown", "011"), ("ArrowDown", "100"), ("ArrowUp", "011"), ("ArrowUp", "010")]:
        page.keyboard.press(key)
        expect(row(page, levels)).to_be_focused()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    expect(row(page, "000")).to_be_focused()
    page.keyboard.press("Enter")
    expect_decision(page, XOR, "000")
    expect(row(page, "000")).to_be_focused()
    assert page.locator(".set[tabindex='0']").all_inner_texts() == ["000"]


def test_real_rows_set_nothing(show: Show, look: Look) -> None:
    """Before a real board the rows are no buttons."""
    page = look(show(news_of(XOR, "010", simulated=False)).address)
    expect(page.locator("#rows tbody tr")).to_have_count(8)
    expect(page.locator("#rows :is(button, a)")).to_have_count(0)


def train_button(page: Page) -> Locator:
    """Return the button that sends the form."""
    return page.get_by_role("button", name="Train", exact=True)


def test_layers(begin: Begin, look: Look) -> None:
    """By + and - one chooses neurons and layers, and the network that is trained has them."""
    page = look(begin().address)
    page.get_by_role("button", name="One neuron more in layer 1").click(click_count=2)
    page.get_by_role("button", name="One layer more").click()
    page.get_by_role("button", name="One neuron fewer in layer 2").click()
    train_button(page).click()
    expect(page.locator("#introduction")).to_contain_text("a network of 12 neurons")  # 6 + 5 + 1
    learned = train(XOR.table, hidden=(6, 5))
    page.keyboard.press("Escape")
    expect_rows(page, learned.network, 3)


def test_layers_within_their_limits(show: Show, look: Look) -> None:
    """No button leads out of the limits, none loses the focus there, and what is typed beyond them is not sent."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    most, fewest, largest = (hidden_limits()[name] for name in ("layers", "min", "max"))
    more, fewer = (page.get_by_role("button", name=f"One layer {which}") for which in ("more", "fewer"))
    for _ in range(most + 2):
        more.focus()
        page.keyboard.press("Enter")
    expect(page.locator(".layer")).to_have_count(most)
    expect(more).to_have_attribute("aria-disabled", "true")
    expect(more).to_be_focused()
    for _ in range(most + 2):
        fewer.focus()
        page.keyboard.press("Enter")
    expect(page.locator(".layer")).to_have_count(0)
    expect(fewer).to_be_focused()
    more.click()
    field = page.get_by_role("spinbutton", name="Neurons in hidden layer 1")
    for typed, button, ends in [(largest, "more", largest), (fewest, "fewer", fewest)]:
        field.fill(str(typed))
        page.get_by_role("button", name=f"One neuron {button} in layer 1").click()
        expect(field).to_have_value(str(ends))
    field.fill(str(largest + 1))
    train_button(page).click()
    assert field.evaluate("field => field.validity.rangeOverflow")
    assert shown.asked == []


def test_link(begin: Begin, look: Look) -> None:
    """The form copies itself as a link; a page that is opened with it offers the table, and trains it on a click."""
    run = begin()
    granted: dict[str, Any] = {"permissions": ["clipboard-read", "clipboard-write"]}
    page = look(run.address, **granted)
    page.locator("[name=table]").select_option("")
    page.locator("[name=bits]").fill("10010110")
    page.get_by_role("button", name="One neuron more in layer 1").click()
    page.locator("[name=seed]").fill("3")
    page.get_by_role("button", name="Copy as a link").click()
    link = f"{run.address}#table=10010110&hidden=5&seed=3"
    expect(page.locator("#copied")).to_have_text(f"Copied: {link}")
    assert page.evaluate("navigator.clipboard.readText()") == link

    other = look(link)
    expect(other.locator("#offer")).to_contain_text("This link brings a table: 10010110.")
    expect(other.locator("#introduction")).to_contain_text("xor")
    other.get_by_role("button", name="Train on it").click()
    expect(other.locator("#introduction")).to_contain_text("10010110")
    expect(other.locator("#offer")).to_be_hidden()
    assert other.url == run.address
    other.keyboard.press("Escape")
    expect_rows(other, train(TruthTable.parse("10010110"), hidden=(5,), seed=3).network, 3)
    expect(other.locator("[name=bits]")).to_have_value("10010110")
    expect(other.locator("[name=seed]")).to_have_value("3")


def test_link_is_never_trained_without_a_click(show: Show, look: Look) -> None:
    """Opened, followed on the open page, or left: no link asks the gate for anything."""
    shown = show(news_of(XOR, "000"))
    page = look(f"{shown.address}#table=parity&hidden=8")
    expect(page.locator("#offer")).to_contain_text("parity: 1 when an odd number of inputs is 1")
    page.get_by_role("button", name="Leave it").click()
    expect(page.locator("#offer")).to_be_hidden()
    page.evaluate("location.hash = '#table=and&hidden=none'")
    expect(page.locator("#offer")).to_contain_text("and: 1 when all inputs are 1. Its network has no hidden neurons.")
    page.reload()
    expect(page.locator("#offer")).to_be_visible()
    assert shown.asked == []


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("table=1001", "its table does not fit this board"),
        ("table=<b>xor</b>", "its table does not fit this board"),
        ("table=xor&hidden=900", "hidden: up to 4 layers"),
        ("table=xor&epochs=1e9", "epochs: from 1 to 20000"),
    ],
)
def test_link_that_cannot_be(link: str, said: str, show: Show, look: Look) -> None:
    """A link that asks for what cannot be is told so, and has no button that trains."""
    page = look(f"{show(news_of(XOR, '000')).address}#{link}")
    expect(page.locator("#offer")).to_contain_text(f"This link cannot be used: {said}")
    expect(page.get_by_role("button", name="Train on it")).to_be_hidden()


def test_link_before_a_real_board(show: Show, look: Look) -> None:
    """Before a real board a link says where it can be trained, and offers nothing."""
    page = look(f"{show(news_of(XOR, '000', simulated=False)).address}#table=parity")
    expect(page.locator("#offer")).to_contain_text("only on a simulated board")
    expect(page.get_by_role("button", name="Train on it")).to_be_hidden()


def test_link_of_a_table_without_a_name(show: Show, look: Look) -> None:
    """The gate's own table, whose name nobody else knows, goes by its bits."""
    own = train(TruthTable.parse("0001 0111".replace(" ", "")))
    named = train(TruthTable(dict(own.table.rows), "mine.table"))
    shown = show(news_of(named, "000"))
    page = look(shown.address)
    expect(page.locator("[name=table]")).to_have_value("mine.table")
    page.get_by_role("button", name="Copy as a link").click()
    expect(page.locator("#copied")).to_contain_text(f"{shown.address}#table=00010111&hidden=4")
    partial = train(TruthTable({"000": "0", "111": "1"}, "mine.table"))
    page = look(show(news_of(partial, "000")).address)
    page.get_by_role("button", name="Copy as a link").click()
    expect(page.locator("#copied")).to_contain_text("#table=0------1&hidden=4")
    wide = train(TruthTable({"0": "01", "1": "10"}, "mine.table"))
    page = look(show(news_of(wide, "0")).address)
    page.get_by_role("button", name="Copy as a link").click()
    expect(page.locator("#copied")).to_have_text("A table of several outputs that has no name has no link.")


def test_what_a_taken_link_asks_for(show: Show, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that is taken asks for all that it says, and nothing else."""
    monkeypatch.setattr("pigate.web.requests.ANSWER_S", 0.1)
    shown = show(news_of(XOR, "000"))
    link = "table=1001-110&hidden=7,2&rule=plain&seed=9&starts=3&epochs=77&learning_rate=0.5&bias=no"
    page = look(f"{shown.address}#{link}", loses=True)
    page.get_by_role("button", name="Train on it").click()
    expect(page.get_by_role("alert")).to_have_text("the gate does not answer")
    (asked,) = shown.asked
    assert isinstance(asked, Train)
    settings = asked.settings
    assert (asked.table, settings.hidden, settings.rule, settings.seed) == ("1001-110", (7, 2), "plain", 9)
    assert (settings.starts, settings.epochs, settings.learning_rate, settings.bias) == (3, 77, 0.5, False)
