"""The live page in a browser: a replay's pictures, a flip's way to the screen, and what goes over the wire."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from pigate.learning.tables import every_levels

from .figure import Figure

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLIPS = 100
INPUTS, OUTPUTS = [17, 27, 22, 5, 6, 13, 19, 26], [18, 23, 24, 25, 12, 16, 20, 21]

#: Plays a replay to its end; returns the milliseconds between two pictures of the network, and those of all together.
REPLAY = """
() => new Promise((done) => {
  const slider = document.getElementById("slider");
  const times = [];
  let shown = null;
  const look = () => {
    if (slider.value !== shown) times.push(performance.now());
    shown = slider.value;
    if (shown === slider.max) done(times);
    else requestAnimationFrame(look);
  };
  document.getElementById("play").click();
  requestAnimationFrame(() => requestAnimationFrame(look));
})
"""

#: The milliseconds between two pictures of a page that does nothing.
IDLE = """
() => new Promise((done) => {
  const times = [];
  const look = (now) => times.push(now) > 120 ? done(times) : requestAnimationFrame(look);
  requestAnimationFrame(look);
})
"""

#: Keeps the time, in seconds since 1970, at which each levels' row was marked.
MARKED = """
() => {
  window.marked = {};
  const observer = new MutationObserver((changes) => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    const rows = changes.map(({ target }) => target).filter((row) => row.hasAttribute("aria-current"));
    for (const row of rows) window.marked[row.dataset.levels] ??= now;
  });
  observer.observe(document.getElementById("rows"), { subtree: true, attributeFilter: ["aria-current"] });
}
"""


def figures() -> Iterator[Figure]:
    """Measure in Chromium; nothing where Playwright or Chromium is missing."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    if chromium is None:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield from _replay(browser)
        yield from _flips(browser)
        yield from _wire(browser)
        browser.close()


def _replay(browser: Browser) -> Iterator[Figure]:
    generator = random.Random(1)
    rows = [f'{levels} = "{generator.getrandbits(len(OUTPUTS)):08b}"' for levels in every_levels(len(INPUTS))]
    with _gate(INPUTS, OUTPUTS, 64, f"rows = {{ {', '.join(rows)} }}") as run:
        page = _open(browser, run)
        times = page.evaluate(REPLAY)
        page.goto("about:blank")
        idle = page.evaluate(IDLE)
        page.context.close()
    whole = times[-1] - times[0]
    pause = [whole / (len(times) - 1)]  # the mean: a median would not see it stop
    idle_pauses = [b - a for a, b in pairwise(idle)]
    yield Figure("replay of 8-64-8, a picture", "ms", pause, "a page that does nothing", idle_pauses, limit=1000 / 15)
    yield Figure("replay of 8-64-8, in all", "s", [whole / 1000], "what it is set to", [7.0], limit=10)


def _flips(browser: Browser) -> Iterator[Figure]:
    with _gate(INPUTS[:3], OUTPUTS[:1], 4, 'name = "xor"') as run:
        page = _open(browser, run)
        ours, theirs = [], []
        generator = random.Random(1)
        levels = "000"
        for _ in range(FLIPS):
            page.evaluate(MARKED)
            levels = generator.choice([other for other in every_levels(3) if other != levels])
            begun = time.time()
            run.type(levels)
            run.answered(levels)
            theirs.append((time.time() - begun) * 1000)
            page.wait_for_function("levels => window.marked[levels]", arg=levels)
            ours.append((page.evaluate("levels => window.marked[levels]", levels) - begun) * 1000)
            time.sleep(generator.uniform(0.05, 0.1))
        page.context.close()
    yield Figure("switch edge to its row in the page", "ms", ours, "to the line on standard output", theirs, limit=40)


def _wire(browser: Browser) -> Iterator[Figure]:
    with _gate(INPUTS, OUTPUTS[:1], 16, 'name = "parity"') as run:
        context = browser.new_context()
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        wire, plain = [], []
        session.on("Network.loadingFinished", lambda event: wire.append(event["encodedDataLength"] / 1000))
        session.on("Network.dataReceived", lambda event: plain.append(event["dataLength"] / 1000))
        page.goto(run.address)
        page.wait_for_selector("body:not(.waiting)")
        page.wait_for_timeout(1000)
        context.close()
        # Of a stream that goes on, Chromium does not tell the size; its first event is the state.
        with urlopen(Request(f"{run.address}api/state", headers={"Accept-Encoding": "gzip"})) as state:
            wire.append(len(state.read()) / 1000)
    yield Figure("the page of 8-16-1, over the wire", "kB", [sum(wire)], "not compressed", [sum(plain)], limit=150)


class _Run:
    """A run on the simulated board with its page."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.address = next(line.split()[-1] for line in process.stderr or () if line.startswith("live page: "))

    def type(self, levels: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{levels}\n")
        self._process.stdin.flush()

    def answered(self, levels: str) -> None:
        """Wait for the decision on standard output."""
        for line in self._process.stdout or ():
            if json.loads(line)["levels"] == levels:
                return


@contextmanager
def _gate(inputs: list[int], outputs: list[int], hidden: int, table: str) -> Iterator[_Run]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pigate.toml"
        config.write_text(
            f"[table]\n{table}\n[training]\nhidden = [{hidden}]\n"
            f"[board]\ninputs = {inputs}\noutputs = {outputs}\n[web]\nport = 0\n"
        )
        command = [sys.executable, "-m", "pigate", "run", "--board", "simulated", "--json", "--config", str(config)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
            yield _Run(process)
            process.terminate()


def _open(browser: Browser, run: _Run) -> Page:
    page = browser.new_context(viewport={"width": 1366, "height": 650}).new_page()
    page.goto(run.address)
    page.wait_for_selector("body:not(.waiting)")
    page.wait_for_timeout(1000)  # until what is slow to draw has come to rest
    return page
