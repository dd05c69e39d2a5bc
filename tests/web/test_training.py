"""How the network learned: what is said of it, training again, and the form for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.named import NAMED, named_for
from pigate.learning.proof import examine
from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.web import requests
from pigate.web.messages import Cancel, News
from pigate.web.requests import PRESETS, limits

from .browsing import (
    XOR,
    Begin,
    Look,
    Show,
    expect,
    expect_decision,
    expect_rows,
    news_of,
    seek,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_given_weights(show: Show, look: Look) -> None:
    """Weights that were given are said to be, and there is nothing to replay."""
    page = look(show(news_of(examine(XOR.network, XOR.table, 0.1), "000")).address)
    expect(page.locator("#history")).to_contain_text("The weights were given")
    expect(page.locator("#introduction")).to_contain_text("was given weights")
    expect(page.locator("#play")).to_be_hidden()
    expect_decision(page, XOR, "000")


def train_by(page: Page, preset: str, seed: int, table: str = "xor") -> None:
    """Fill in the form and send it."""
    page.get_by_role("button", name=preset).click()
    page.locator("[name=table]").select_option(table)
    page.locator("[name=seed]").fill(str(seed))
    page.get_by_role("button", name="Train", exact=True).click()


def test_train_again(begin: Begin, look: Look) -> None:
    """The published way is seen to fail and the old gate to go on; pigate's way to take the gate over."""
    page = look(begin().address)
    published: dict[str, Any] = {"rule": "plain", "starts": 1, "epochs": 1000, "bias": False}
    failed = next(t for seed in range(2, 100) if not (t := train(XOR.table, seed=seed, **published)).learned)
    train_by(page, "As published", failed.record.seed)
    expect(page.locator("#outcome")).to_have_text("It tried xor, as in the article: 1 when all inputs agree.")
    for row in failed.not_learned:
        expect(page.locator("#history")).to_contain_text(row)
    expect(page.locator("#goes-on")).to_have_text("The gate goes on with the network that it had.")
    expect(page.locator("#mode")).to_have_text("Replay")  # what one has asked for is played
    seek(page, len(failed.record.snapshots[0]) - 1)
    expect_rows(page, failed.network, 3)
    page.get_by_role("button", name="Back to live").click()
    expect_rows(page, XOR.network, 3)

    learned = train(TruthTable.named("parity"), seed=5)
    train_by(page, "pigate", 5, "parity")
    expect(page.locator("#introduction")).to_contain_text("parity")
    page.get_by_role("button", name="Back to live").click()
    expect_rows(page, learned.network, 3)
    page.keyboard.press("1")
    expect_decision(page, learned, "100")
    train_by(page, "pigate", 5, "")
    assert page.locator("[name=bits]").evaluate("field => field.validity.valueMissing")
    page.locator("[name=bits]").fill("10010111")
    page.get_by_role("button", name="Train with the next seed").click()
    expect(page.locator("#introduction")).to_contain_text("10010111")
    expect(page.locator("[name=seed]")).to_have_value("6")


def test_refusal(show: Show, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the server refuses is told in its own words, beside the form."""
    monkeypatch.setattr(requests, "ANSWER_S", 0.1)
    page = look(show(news_of(XOR, "000")).address, loses=True)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("the gate does not answer")
    page.route("**/api/train", lambda route: route.fulfill(status=409, json={"error": "a training is running"}))
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("a training is running")


def test_cancel(show: Show, look: Look) -> None:
    """While a training runs, and only then, it can be cancelled and no other be asked for."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_hidden()
    shown.tell(News(busy=True))
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(page.locator("#busy")).to_have_text("Training\u2026")
    with page.expect_response("**/api/cancel"):
        cancel.click()
    assert shown.asked == [Cancel()]
    shown.tell(News(busy=False))
    expect(cancel).to_be_hidden()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_form(show: Show, look: Look) -> None:
    """The form's limits, presets and tables are those of the settings' model, and what is outside does not go in."""
    trained = train(TruthTable.named("xor"), starts=100, seed=2**60)
    page = look(show(news_of(trained, "000")).address)
    for name, allowed in limits().items():
        field = page.locator(f"[name={name}]")
        assert (float(str(field.get_attribute("min"))), float(str(field.get_attribute("max")))) == (
            allowed["min"],
            allowed["max"],
        )
    for name in ("starts", "seed"):
        expect(page.locator(f"[name={name}]")).to_have_value(str(limits()[name]["max"]))
    for button, name in (("As published", "published"), ("pigate", "pigate")):
        page.get_by_role("button", name=button).click()
        for choice, value in PRESETS[name].items():
            field = page.locator(f"[name={choice}]")
            if isinstance(value, bool):
                assert field.is_checked() == value
            else:
                expect(field).to_have_value(f"{value:g}" if isinstance(value, float) else str(value))
        expect(page.get_by_role("button", name=button)).to_have_attribute("aria-pressed", "true")
    for name in named_for(3, 1):
        text = f"{name}: {NAMED[name].meaning}" if name != "xor" else "xor, as in the article: 1 when all inputs agree"
        expect(page.locator(f"[name=table] option[value={name}]")).to_have_text(text)
