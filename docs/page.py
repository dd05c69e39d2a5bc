"""Takes page-light.png and page-dark.png of a real run's live page: python docs/page.py.

It needs Chromium (Debian: apt install chromium) and the extra ``dev``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1280, 900
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Run a gate, flip two of its switches in the page, and take its picture in both colour schemes."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("docs/page.py: there is no Chromium: apt install chromium")
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
                for scheme in ("light", "dark"):
                    page = browser.new_page(
                        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme, device_scale_factor=1
                    )
                    page.goto(address)
                    page.get_by_text("Live", exact=True).wait_for()
                    if scheme == "light":
                        for key in ("1", "2", "3"):
                            page.keyboard.press(key)
                    page.get_by_text("111").first.wait_for()
                    page.wait_for_timeout(1500)  # until what glows has come to rest
                    page.screenshot(path=HERE / f"page-{scheme}.png")
                browser.close()
            run.terminate()


main()
