"""The lesson in a real browser, from its first step to its last: with the pointer, with keys alone, on a phone."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.published import PROGRAMS, first_weights

from .browsing import Begin, Look, Run, expect, stop_clock
from .lessons import ANSWERS, LAST, Finger, Keyboard, Pointer, button, follow_hints, guess, lesson_switch, row, walk
from .test_accessible import serious

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def opened(look: Look, address: str, step: int = 1, **options: Any) -> Page:
    """Open a step of the lesson, without motion unless told otherwise."""
    page = look(address, **{"reduced_motion": "reduce", "viewport": {"width": 1366, "height": 650}} | options)
    page.goto(f"{address}lesson#{step}")
    expect(page.locator("#count")).to_have_text(f"Step {step} of {LAST}")
    return page


def test_pointer(begin: Begin, look: Look) -> None:
    """One click from the live page, the whole lesson is walked with the pointer."""
    page = look(begin().address, reduced_motion="reduce", viewport={"width": 1366, "height": 650})
    page.get_by_role("link", name="The lesson").click()
    walk(page, Pointer(page))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(scheme: str, run: Run, look: Look) -> None:
    """On every step and on the last page, before a guess and after all was seen, axe-core finds nothing serious."""
    page = opened(look, run.address, color_scheme=scheme)
    assert serious(page) == []
    page.evaluate("memory => localStorage.setItem('pigate-lesson', memory)", SEEN)
    page.reload()
    for step in range(1, LAST + 1):
        page.goto(f"{run.address}lesson#{step}")
        expect(page.locator("#count")).to_have_text(f"Step {step} of {LAST}")
        if button(page, "Run").count():
            button(page, "Run").click()
        if button(page, "Race").count():
            button(page, "Race").click()
        expect(page.locator("#seen")).to_contain_text("You guessed")
        page.locator("#title").hover()
        assert serious(page) == [], step
    page.goto(f"{run.address}lesson#end")
    expect(page.locator("#end tr.bad")).to_have_count(1)
    assert serious(page) == []


#: A memory of all seven steps, one of them guessed wrong.
SEEN = json.dumps({"guesses": dict(enumerate([1, *ANSWERS[1:]], 1)), "seen": {n: {"epochs": 9} for n in range(1, 8)}})


def test_keyboard(begin: Begin, look: Look) -> None:
    """The whole lesson is walked with keys alone, and the focus can always be seen."""
    page = opened(look, begin().address)
    walk(page, Keyboard(page))


def test_phone(begin: Begin, look: Look) -> None:
    """On a phone the whole lesson is walked with a finger; nothing is wider than the screen, and fingers fit."""
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(look, begin().address, **phone)

    def fits(step: int) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") == 390, step
        for thing in page.locator("#controls button, .options button, [role=switch], .turn a").all():
            box = thing.bounding_box()
            assert box is None or box["height"] >= 40

    walk(page, Finger(page), fits)


def test_hints(run: Run, look: Look) -> None:
    """From any start the hints, followed, lead to four right rows: twenty random ones."""
    page = opened(look, run.address)
    guess(page, Pointer(page), 0)
    generator = random.Random(1)
    for _ in range(20):
        for number in (1, 2, 3):
            page.get_by_label(f"weight {number}").fill(str(generator.randint(-50, 50) / 5))
        follow_hints(page, Leap(page))


class Leap(Pointer):
    """Sets a slider at once."""

    def slide(self, slider: Locator, share: float) -> None:
        """Set a weight."""
        slider.fill(f"{share * 20 - 10:.1f}")


def test_step_in_numbers(run: Run, look: Look) -> None:
    """Step shows error, slope and push as the arithmetic has them, and an arrow on each weight as its push."""
    program = PROGRAMS["single-layer"]
    weights = [float(w) for w in first_weights(program, 1)[0][:, 0]]
    page = opened(look, run.address, 2)
    guess(page, Pointer(page), 0)
    for epoch in range(3):
        pushes = [0.0, 0.0, 0.0]
        for levels, target in program.table.rows.items():
            bits = [int(bit) for bit in levels]
            answer = 1 / (1 + 2.718281828459045 ** -sum(w * b for w, b in zip(weights, bits, strict=True)))
            error, slope = int(target) - answer, answer * (1 - answer)
            pushes = [push + b * error * slope for push, b in zip(pushes, bits, strict=True)]
            shown = page.locator(".pushed tr", has=page.get_by_role("rowheader", name=levels, exact=True)).locator("td")
            numbers = [float(text.replace("\u2212", "-")) for text in shown.all_inner_texts()]
            assert numbers == pytest.approx([error, slope, error * slope], abs=0.0051), (epoch, levels)
        for i, push in enumerate(pushes):
            number = float(page.locator(".sums b").nth(i).inner_text().replace("\u2212", "-"))
            assert number == pytest.approx(push, abs=0.0051)
            arrow = page.locator(".weight .push").nth(i)
            expect(arrow).to_have_class("push left" if push < 0 else "push right")
            shown_weight = page.locator(".weight output").nth(i)
            expect(shown_weight).to_have_text(f"{weights[i]:+.2f}".replace("-", "\u2212"))
        weights = [w + push for w, push in zip(weights, pushes, strict=True)]
        button(page, "Step").click()
        expect(page.locator(".epoch")).to_have_text(f"epoch {epoch + 1}")
    button(page, "The same start again").click()
    expect(page.locator(".epoch")).to_have_text("epoch 0")
    expect(page.locator(".sums b").first).to_have_text("+0.29")


def test_wrong_rows(run: Run, look: Look) -> None:
    """A wrong row has another colour and a \u2717, and the drawn LED follows the switches."""
    page = opened(look, run.address)
    guess(page, Pointer(page), 0)
    page.get_by_label("weight 1").fill("6")
    good, bad = row(page, "101"), row(page, "001")
    mark = "it => getComputedStyle(it, '::before').content"
    assert [cell.locator(".verdict").evaluate(mark) for cell in (good, bad)] == ['"\u2713"', '"\u2717"']
    colour = "it => getComputedStyle(it.querySelector('.verdict')).color"
    assert good.evaluate(colour) != bad.evaluate(colour)
    for levels, decision in (("101", "on"), ("001", "undecided"), ("111", "on")):
        row(page, levels).locator(".levels").click()
        expect(page.locator("#targets [aria-current]")).to_have_attribute("data-levels", levels)
        expect(page.locator(".led")).to_have_attribute("data-decision", decision)
    for key in "123":
        page.keyboard.press(key)
    expect(page.locator("#note")).to_contain_text("the sum is 0")
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")


def test_motion(run: Run, look: Look) -> None:
    """A run is shown as it goes, by the clock, and ends at its last epoch; the same start again ends it."""
    page = opened(look, run.address, 3, reduced_motion="no-preference")
    guess(page, Pointer(page), 0)
    stop_clock(page)
    button(page, "Run").click()
    epoch = page.locator(".epoch")
    while epoch.inner_text() == "epoch 0":
        page.clock.run_for(200)
    assert epoch.inner_text() != "epoch 10,000"
    button(page, "The same start again").click()
    page.clock.run_for(10_000)
    expect(epoch).to_have_text("epoch 0")
    button(page, "Run").click()
    while epoch.inner_text() != "epoch 10,000":
        page.clock.run_for(500)
    expect(page.locator("#seen")).to_contain_text("0.500")


def test_guesses_are_kept(run: Run, look: Look) -> None:
    """A link leads to its step; guesses and what was seen stay in the browser, and can be forgotten."""
    page = opened(look, run.address, 4)
    wrong = (ANSWERS[3] + 1) % 3
    guess(page, Pointer(page), wrong)
    button(page, "Run").click()
    expect(page.locator("#seen")).to_contain_text("It turned out otherwise.")
    page.reload()
    expect(page.locator("#title")).to_have_text("Four helpers")
    expect(page.locator("#seen")).to_contain_text("its answer is 0.0078876")
    page.goto(run.address)
    page.goto(f"{run.address}lesson")
    expect(page.locator("#count")).to_have_text(f"Step 1 of {LAST}")  # the first that is not done
    page.locator("#steps").get_by_text("Sum up").click()
    expect(page.locator("#end")).to_contain_text("You guessed 0 of 7 right.")
    expect(page.locator("#end tr.bad")).to_contain_text("About 1")
    page.get_by_role("button", name="Forget it all").click()
    expect(page.locator("#count")).to_have_text(f"Step 1 of {LAST}")
    page.goto(f"{run.address}lesson#4")
    expect(page.locator("#controls:disabled")).to_have_count(1)


def test_storage_refused(run: Run, look: Look) -> None:
    """Where the browser refuses to remember, the lesson goes on without."""
    page = look(run.address, reduced_motion="reduce")
    refuse = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    page.add_init_script(refuse)
    page.goto(f"{run.address}lesson#3")
    guess(page, Pointer(page), 0)
    button(page, "Run").click()
    expect(page.locator("#seen")).to_contain_text("0.500")
    expect(lesson_switch(page, 1)).to_be_enabled()
