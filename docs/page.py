"""Takes page-*.png of a real run's live page: python docs/page.py.

It needs Chromium (Debian: apt install chromium) and the extra ``dev``.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

#: A picture's name: the window's size, and the colour scheme.
PICTURES = {
    "light": (1366, 650, "light"),
    "dark": (1366, 650, "dark"),
    "phone": (390, 844, "light"),
    "full-screen": (1920, 1080, "dark"),
}


@contextmanager
def gate() -> Iterator[tuple[Browser, str]]:
    """Run a gate on the simulated board; give a browser, and the address of the gate's page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no Chromium: apt install chromium")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pigate.toml"
        config.write_text("[web]\nport = 0\n")
        command = [sys.executable, "-P", "-m", "pigate", "run", "--board", "simulated", "--config", str(config)]
        with subprocess.Popen(  # noqa: S603 (this repository's own program)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"STATE_DIRECTORY": folder},
        ) as run:
            address = next(line.split()[-1] for line in run.stderr or () if line.startswith("live page: "))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                yield browser, address
                browser.close()
            run.terminate()


def opened(browser: Browser, address: str, **options: Any) -> Page:
    """Open the gate's page."""
    page = browser.new_page(**options)
    page.goto(address)
    page.get_by_text("Live", exact=True).wait_for()
    return page


def main() -> None:
    """Flip switches, look at a replay in full screen, and take the pictures."""
    with gate() as (browser, address):
        for name, (width, height, scheme) in PICTURES.items():
            page = opened(browser, address, viewport={"width": width, "height": height}, color_scheme=scheme)
            page.get_by_label(f"Set the switches to {'101' if scheme == 'dark' else '111'}").click()
            page.evaluate("scrollTo(0, 0)")
            if name == "full-screen":
                page.locator("#full").click()
                page.locator("#slider").fill("4")
            page.locator("h2").first.hover()
            page.wait_for_timeout(1500)  # until what glows has come to rest
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            # A palette takes a third of the space, and no one sees it.
            picture.quantize(255, dither=Image.Dither.NONE).save(HERE / f"page-{name}.png", optimize=True)
            page.close()


if __name__ == "__main__":
    main()
