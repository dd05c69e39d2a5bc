"""Takes the pictures of docs/lesson.md, of a real run's lesson: python docs/lesson.py.

It needs Chromium (Debian: apt install chromium) and the extra ``dev``.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def hand(page: Page) -> None:
    """Step 1, halfway."""
    for number, weight in ((1, "4.6"), (2, "0.4"), (3, "-1.2")):
        page.get_by_label(f"weight {number}").fill(weight)
    page.locator("#exhibit").scroll_into_view_if_needed()
    page.locator("#doing").evaluate("it => scrollTo(0, it.offsetTop)")


def learn(page: Page) -> None:
    """Step 2, after some epochs."""
    page.locator("[data-levels='101'] .levels").click()
    for _ in range(12):
        page.get_by_role("button", name="Step", exact=True).click()


def race(page: Page) -> None:
    """Step 5, after the race."""
    page.get_by_role("button", name="Race").click()
    page.get_by_role("button", name="start 7").click()
    page.locator("[data-levels='111'] .levels").click()


#: name, step, colours, size, what is done
PICTURES = [
    ("phone", 1, "light", (390, 844), hand),
    ("laptop", 2, "light", (1366, 650), learn),
    ("projector", 5, "dark", (1920, 1080), race),
]


def main() -> None:
    """Run a gate, and walk to each of the pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("docs/lesson.py: there is no Chromium: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pigate.toml"
        config.write_text("[web]\nport = 0\n")
        command = [sys.executable, "-P", "-m", "pigate", "run", "--board", "simulated", "--config", str(config)]
        with subprocess.Popen(  # noqa: S603 (this repository's own program)
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as run:
            address = next(line.split()[-1] for line in run.stderr or () if line.startswith("live page: "))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                for name, step, scheme, (width, height), act in PICTURES:
                    page = browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
                    )
                    page.goto(f"{address}lesson#{step}")
                    page.locator(".options button").first.click()
                    act(page)
                    page.wait_for_timeout(1500)  # until what glows has come to rest
                    taken = page.context.new_cdp_session(page).send(
                        "Page.captureScreenshot", {"format": "webp", "quality": 85}
                    )
                    (HERE / f"lesson-{name}.webp").write_bytes(base64.b64decode(taken["data"]))
                browser.close()
            run.terminate()


main()
