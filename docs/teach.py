"""Takes teach.webp, somebody who teaches the gate on its live page: python docs/teach.py.

It needs what page.py needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from film import HEIGHT, WIDTH, Pictures, taken, write
from page import gate, opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_BYTES = 400_000


def main() -> None:
    """Film the scenes one after the other, and write them into one file."""
    with gate() as (browser, address):
        page = opened(browser, address, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        pictures = [picture for scene in (wrong, target, undo) for picture in scene(page)]
    write("teach.webp", pictures, MOST_BYTES)


def wrong(page: Page) -> Pictures:
    """Set the switches, and say that the LED is wrong."""
    yield taken(page, 900)
    for key in ("1", "2"):
        page.keyboard.press(key)
        page.locator(f"tr[aria-current] .set:has(i:nth-child({key}).one)").wait_for()
        yield taken(page, 800)
    button = page.get_by_role("button", name="This is wrong")
    button.hover()
    yield taken(page, 1000)
    button.click()
    page.get_by_text("Learned: row 110 is 1.").wait_for()
    page.locator("h1").hover()
    yield taken(page, 2200)


def target(page: Page) -> Pictures:
    """Click a row's target until it is 1."""
    for said in ("not taught", "1"):
        page.locator("tr[data-levels='101'] .aim").click()
        page.get_by_text(f"Learned: row 101 is {said}.").wait_for()
        yield taken(page, 1200)
    page.get_by_label("Set the switches to 101").click()
    page.locator("tr[aria-current][data-levels='101']").wait_for()
    yield taken(page, 1600)


def undo(page: Page) -> Pictures:
    """Undo the last one: the row is a guess again."""
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone: row 101 is not taught again.").wait_for()
    yield taken(page, 2400)


main()
