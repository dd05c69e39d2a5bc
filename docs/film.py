"""Takes film.webp, the live page at work: python docs/film.py.

In the replay the page's own clock goes on by a picture at a time, so the film is smooth on a machine of any speed. It
needs what page.py needs.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from page import HERE, gate, opened
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTH, HEIGHT = 1366, 650
FILM = 1024, 487
PICTURE_MS = 125
#: milliseconds that the page's style takes to fade from one state to the next
FADE_MS = 330
MOST_BYTES = 2_000_000


def main() -> None:
    """Film the scenes one after the other, and write them into one file."""
    with gate() as (browser, address):
        page = opened(browser, address, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.clock.install()
        pictures = [picture for scene in (flips, replay, lesson) for picture in scene(page)]
    write("film.webp", pictures, MOST_BYTES)


Pictures = Iterator[tuple[Image.Image, int]]


def write(name: str, pictures: list[tuple[Image.Image, int]], most_bytes: int) -> None:
    """Write pictures, each shown for its milliseconds, into one file, which may have at most so many bytes."""
    path = HERE / name
    first, *others = (picture for picture, _ in pictures)
    durations = [duration for _, duration in pictures]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, quality=55, method=6)
    if path.stat().st_size > most_bytes:
        sys.exit(f"{path} has {path.stat().st_size} bytes, more than {most_bytes}")


def flips(page: Page) -> Pictures:
    """Flip switches, by their keys and by a row, and see the LED follow."""
    yield taken(page, 1200)
    for key in ("1", "2", "3"):
        page.keyboard.press(key)
        page.locator(f"tr[aria-current] .set:has(i:nth-child({key}).one)").wait_for()
        yield taken(page, 1000)
    page.get_by_label("Set the switches to 101").click()
    page.locator("tr[aria-current][data-levels='101']").wait_for()
    yield taken(page, 1400)


def replay(page: Page) -> Pictures:
    """Play how it learned, until the page is live again."""
    page.clock.pause_at(page.evaluate("Date.now() + 60_000"))
    page.locator("#play").click()
    page.clock.run_for(20)
    while page.locator("#mode").inner_text() != "Live":
        yield taken(page, PICTURE_MS)
        page.clock.run_for(PICTURE_MS)
    yield taken(page, 1500)


def lesson(page: Page) -> Pictures:
    """Learn a step at a time, in the second step of the lesson."""
    page.clock.resume()
    page.goto(f"{page.url}lesson#2")
    page.locator("[data-levels='101'] .levels").click()
    yield taken(page, 1500)
    page.get_by_role("button", name="They shrink").click()  # nothing moves before one has guessed
    for _ in range(16):
        page.get_by_role("button", name="Step", exact=True).click()
        yield taken(page, 400)
    yield taken(page, 1500)


def taken(page: Page, duration: int) -> tuple[Image.Image, int]:
    """Take a picture, once what fades has faded; it is shown for this many milliseconds."""
    page.wait_for_timeout(FADE_MS)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(FILM, Image.Resampling.LANCZOS), duration


if __name__ == "__main__":
    main()
