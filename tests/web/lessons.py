"""The lesson walked through: what its tests share. A hand is a pointer, a keyboard or a finger."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pigate.learning.published import PROGRAMS
from pigate.learning.tables import TruthTable

from .browsing import PATTERNS, expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

#: The options that turn out to be right, counted from 0.
ANSWERS = [0, 2, 2, 0, 1, 2, 2]

STARTS_THAT_FAIL = "1, 5, 7, 8 and 9"

HINT = re.compile(r"Move weight (\d) (up|down), to about (\u2212?)(\d+\.\d)\.")

LAST = 7


#: How many presses of Tab lead from what has the focus to an element, at least.
DISTANCE = """target => {
  const stops = [...document.querySelectorAll("a[href], button, input, [tabindex]")].filter(
    (it) => it.tabIndex >= 0 && !it.matches(":disabled") && it.checkVisibility());
  const now = stops.findIndex((it) => it === document.activeElement);
  const after = stops.findIndex((it) => document.activeElement.compareDocumentPosition(it) & 4);
  const from = now >= 0 ? now : after - 1;
  return (stops.indexOf(target) - from + stops.length) % stops.length;
}"""


class Pointer:
    """Clicks and drags."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, thing: Locator) -> None:
        """Press a button, or follow a link."""
        thing.click()

    def flip(self, number: int) -> None:
        """Flip a switch, counted from 1."""
        self.press(lesson_switch(self.page, number))

    def slide(self, slider: Locator, share: float) -> None:
        """Drag a slider's knob to where a share of its way lies to the left."""
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        assert box
        y = box["y"] + box["height"] / 2
        now = slider.evaluate("it => (it.value - it.min) / (it.max - it.min)")
        for move, at in ((self.page.mouse.down, now), (self.page.mouse.up, share)):
            self.page.mouse.move(box["x"] + 8 + (box["width"] - 16) * at, y, steps=3)
            move()


class Finger(Pointer):
    """Taps."""

    def press(self, thing: Locator) -> None:
        """Tap a button or a link."""
        thing.tap()

    def slide(self, slider: Locator, share: float) -> None:
        """Tap a slider where its knob should be."""
        box = slider.bounding_box()
        assert box
        slider.tap(position={"x": 8 + (box["width"] - 16) * share, "y": box["height"] / 2})


class Keyboard(Pointer):
    """Goes everywhere with the Tab key, and sees where it is."""

    def flip(self, number: int) -> None:
        """Press the key of the switch's number."""
        self.page.keyboard.press(str(number))

    def reach(self, thing: Locator) -> None:
        """Press Tab until a thing has the focus, and hold it to showing that."""
        for _ in range(thing.evaluate(DISTANCE)):
            self.page.keyboard.press("Tab")
        for _ in range(9):  # the way round the end leads over the browser's own
            if thing.evaluate("it => it === document.activeElement"):
                outline = thing.evaluate("it => getComputedStyle(it).outlineStyle")
                assert outline != "none", f"{thing}: focus not seen"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {thing}")

    def press(self, thing: Locator) -> None:
        """Reach a thing and press Enter."""
        self.reach(thing)
        self.page.keyboard.press("Enter")

    def slide(self, slider: Locator, share: float) -> None:
        """Reach a slider, and press an arrow key until it stands there."""
        self.reach(slider)
        steps = slider.evaluate(
            "(it, share) => (it.min - it.value + share * (it.max - it.min)) / (it.step || 1)", share
        )
        for _ in range(round(abs(steps))):
            self.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def button(page: Page, name: str) -> Locator:
    """Return a button of the controls."""
    return page.locator("#controls").get_by_role("button", name=name, exact=True)


def row(page: Page, levels: str) -> Locator:
    """Return a row of the table."""
    return page.locator(f"#targets tr[data-levels='{levels}']")


def guess(page: Page, hand: Pointer, option: int) -> None:
    """Guess; until then nothing moves."""
    expect(page.locator("#controls:disabled")).to_have_count(1)
    expect(page.locator(".weight input:enabled")).to_have_count(0)
    hand.press(page.locator(".options button").nth(option))
    expect(page.locator("#controls:enabled")).to_have_count(1)


def follow_hints(page: Page, hand: Pointer) -> None:
    """Move the weight that the hint names, to where it says, until there is no hint."""
    hint = page.locator("#hint")
    for _ in range(20):
        found = HINT.search(hint.inner_text())
        if not found:
            break
        number, _, sign, size = found.groups()
        value = float(size) * (-1 if sign else 1)
        hand.slide(page.get_by_label(f"weight {number}"), (value + 10) / 20)
    expect(hint).to_be_empty()
    expect(page.locator("#score")).to_have_text("4 of 4 rows right")
    expect(page.locator("#targets tr.good")).to_have_count(4)


def by_hand(page: Page, hand: Pointer) -> None:
    """Step 1."""
    expect(page.locator("#targets tr.bad .verdict")).to_have_text(["wrong"] * 4)
    follow_hints(page, hand)
    expect(page.locator("#seen")).to_contain_text("All four rows are right")


def alone(page: Page, hand: Pointer) -> None:
    """Step 2: the printed digits."""
    for epoch in (1, 2):
        hand.press(button(page, "Step"))
        expect(page.locator(".epoch")).to_have_text(f"epoch {epoch}")
    hand.press(button(page, "Run"))
    printed = PROGRAMS["single-layer"].printed
    for levels, digits in printed.items():
        cells = page.locator(".print tr", has=page.get_by_role("rowheader", name=levels, exact=True)).locator("td")
        expect(cells).to_have_text([digits, digits])
    expect(page.locator(".print .same")).to_have_count(len(printed))
    expect(page.locator("#seen")).to_contain_text("The largest push was 0.29, and is now 0.00010")


def shrug(page: Page, hand: Pointer) -> None:
    """Step 3: all eight rows at 0.5, the LED undecided."""
    for epochs in ("10,000", "20,000"):
        hand.press(button(page, "Run" if epochs == "10,000" else "Run again"))
        expect(page.locator("#seen")).to_contain_text(f"After {epochs} epochs every answer is 0.500")
    expect(page.locator("#targets .number")).to_have_text(["0.500"] * 8)
    expect(page.locator("#targets tr.bad")).to_have_count(8)
    for levels in ("010", "111", "000"):
        flip(page, hand, levels)
        expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")


def four_helpers(page: Page, hand: Pointer) -> None:
    """Step 4: the digits of the row that was never shown."""
    expect(row(page, "110").locator(".target")).to_have_text("\u2013")
    hand.press(button(page, "Run"))
    printed = PROGRAMS["multi-layer"].printed["110"]
    expect(page.locator("#seen")).to_contain_text(f"its answer is {printed}. The article printed {printed}")
    expect(page.locator("#score")).to_have_text("7 of 7 rows right")
    flip(page, hand, "100")
    expect(page.get_by_role("img", name="hidden 2:")).to_have_attribute("aria-label", "hidden 2: 0.99")
    expect(page.locator(".led")).to_have_attribute("data-decision", "on")


def race(page: Page, hand: Pointer) -> None:
    """Step 5: which starts fail; then the first of four that is proved."""
    hand.press(button(page, "Race"))
    lost = page.locator(".lane.lost span")
    expect(lost).to_have_text([f"start {n}" for n in (1, 5, 7, 8, 9)])
    expect(page.locator(".lane.won")).to_have_count(5)
    hand.press(page.get_by_role("button", name="start 7"))
    expect(page.locator("#score")).not_to_have_text("8 of 8 rows right")
    hand.press(button(page, "Four at once"))
    expect(page.locator("#seen")).to_contain_text(f"The starts {STARTS_THAT_FAIL} failed: 5 of ten")
    expect(page.locator("#seen")).to_contain_text("start 4 was proved first, after 835 epochs")
    expect(page.locator("#score")).to_have_text("8 of 8 rows right")


def sure(page: Page, hand: Pointer) -> None:
    """Step 6: a stricter line."""
    expect(page.locator("#score")).to_have_text("8 of 8 rows right")
    hand.slide(page.get_by_label("Tolerance"), 11 / 15)
    expect(page.locator(".tolerance output")).to_have_text("0.01")
    expect(page.locator("#score")).to_have_text("1 of 8 rows right")
    hand.press(button(page, "100,000 epochs"))
    expect(page.locator("#score")).to_have_text("8 of 8 rows right")
    expect(page.locator("#seen")).to_contain_text("1 of 8 rows pass after 1,000 epochs, and 8 after 100,000")
    expect(page.locator("#seen")).to_contain_text("Row 001 went from 0.0496 to 0.0036")


def teach(page: Page, hand: Pointer) -> None:
    """Step 7: the table is made parity by clicks on targets, taught, and works; then a row is left out."""
    aim(page, hand, {levels: str(target) for levels, target in TruthTable.named("parity").rows.items()})
    hand.press(button(page, "Teach"))
    expect(page.locator("#seen")).to_contain_text("You taught it 8 of 8 rows")
    for levels in PATTERNS:
        flip(page, hand, levels)
        decision = "on" if levels.count("1") % 2 else "off"
        expect(page.locator(".led")).to_have_attribute("data-decision", decision)
    expect(page.locator("#seen")).not_to_contain_text("You guessed")  # no row was left out
    aim(page, hand, {"110": "\u2013"})
    hand.press(button(page, "Teach"))
    expect(page.locator("#seen")).to_contain_text("You taught it 7 of 8 rows")
    flip(page, hand, "101")
    hand.press(button(page, "This is wrong"))
    expect(row(page, "101").locator(".target")).to_have_text("1")
    expect(page.locator(".led")).to_have_attribute("data-decision", "on")


STEPS: list[Callable[[Any, Pointer], None]] = [by_hand, alone, shrug, four_helpers, race, sure, teach]


def aim(page: Page, hand: Pointer, wanted: dict[str, str]) -> None:
    """Press each row's target until it is what is wanted; a dash is a row that is not taught."""
    for levels, target in wanted.items():
        cell = row(page, levels).locator(".target")
        for _ in range(3):
            if cell.inner_text() == target:
                break
            hand.press(cell)
        expect(cell).to_have_text(target)


def flip(page: Page, hand: Pointer, levels: str) -> None:
    """Set the switches by hand, the board's own or drawn ones, and wait until they stand so."""
    for number, level in enumerate(levels, 1):
        one = lesson_switch(page, number)
        if (one.get_attribute("aria-checked") == "true") != (level == "1"):
            hand.flip(number)
        expect(one).to_have_attribute("aria-checked", str(level == "1").lower())
    marked = page.locator("#targets tr[aria-current]")
    if row(page, levels).count():
        expect(marked).to_have_attribute("data-levels", levels)
    else:
        expect(marked).to_have_count(0)


def lesson_switch(page: Page, number: int) -> Locator:
    """Return a switch, counted from 1."""
    return page.get_by_role("switch", name=f"Switch {number}", exact=True)


def walk(page: Page, hand: Pointer, each: Callable[[int], None] = lambda _step: None) -> None:
    """Walk from the first step to the last page, guessing right; `each` is called before and after each step."""
    for number, step in enumerate(STEPS, 1):
        expect(page.locator("#count")).to_have_text(f"Step {number} of {LAST}")
        each(number)
        guess(page, hand, ANSWERS[number - 1])
        step(page, hand)
        expect(page.locator("#seen")).to_contain_text("You guessed right.")
        each(number)
        hand.press(page.locator("#next"))
    expect(page.locator("#end")).to_contain_text("You guessed 7 of 7 right.")
    expect(page.locator("#end tr.good")).to_have_count(LAST)
    expect(page.locator("#end")).not_to_contain_text("not seen yet")
    each(LAST + 1)
