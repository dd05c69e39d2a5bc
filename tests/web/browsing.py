"""The live page in a real browser, before real runs and before states made up for it: what its tests share."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pigate.learning.network import Network
from pigate.learning.proof import Examined
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import Trained, train
from pigate.report import Snapshot
from pigate.settings import BoardSettings
from pigate.web.messages import News, board_of, gate_of, snapshot_of, training_of
from pigate.web.state import pieces_of

sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install 'pigate[dev]'")
uvicorn = pytest.importorskip("uvicorn", reason="no web server: pip install '.[web]'")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page
expect = sync_api.expect
expect.set_options(timeout=60_000)

XOR = train(TruthTable.named("xor"))
PATTERNS = list(every_levels(3))

Begin = Callable[..., "Run"]
Look = Callable[..., "Page"]
Show = Callable[[News], "Shown"]


class Run:
    """A `pigate run` on the simulated board, with its page.

    Args:
        port: where the page is served.
        arguments: more of the command line.
    """

    def __init__(self, folder: Path, port: int, *arguments: str) -> None:
        config = folder / "pigate.toml"
        config.write_text(f"[web]\nport = {port}\n")
        command = [sys.executable, "-m", "pigate", "run", "--board", "simulated", "--config", str(config), *arguments]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("live page: "):
                break
        else:
            raise RuntimeError("the run has ended without a page")
        self.address = f"http://127.0.0.1:{port}/"

    def type(self, line: str) -> None:
        """Type a line on the run's standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def kill(self, number: int = signal.SIGTERM) -> None:
        """End it, and with it its page; may be called twice."""
        self.process.send_signal(number)
        self.process.wait()


class Shown:
    """The page's own server, which shows a state that was made up, on a port of its own."""

    def __init__(self, news: News) -> None:
        from pigate.web.feed import Feed
        from pigate.web.requests import Asker
        from pigate.web.server import application

        self.asked: list[Any] = []
        self._feed = Feed()
        self._loop = asyncio.new_event_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        self._feed.take(pieces_of(news), news.board, news.gate)
        self._server = uvicorn.Server(
            uvicorn.Config(application(self._feed, Asker(self.asked.append)), log_config=None, lifespan="off")
        )
        serve = self._server.serve([listener])
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[serve])
        self._thread.start()

    def tell(self, news: News) -> None:
        """Tell the page something new, as the gate would."""
        self._loop.call_soon_threadsafe(self._feed.take, pieces_of(news), news.board, news.gate)

    def close(self) -> None:
        """End the server, streams and all."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def news_of(
    examined: Examined, levels: str | None, *, simulated: bool = True, chattering: tuple[int, ...] = ()
) -> News:
    """Return all that the page is told of a gate with this network and these levels."""
    inputs, outputs = (17, 27, 22, 5, 6, 13, 19, 26), (18, 23, 24, 25, 12, 16, 20, 21)
    board = BoardSettings(inputs=inputs[: examined.table.inputs], outputs=outputs[: examined.table.outputs])
    return News(
        board=board_of(board, simulated),
        gate=gate_of(examined),
        training=training_of(examined),
        busy=False,
        snapshot=None if levels is None else decided(examined, levels, chattering).snapshot,
    )


def decided(examined: Examined, levels: str, chattering: tuple[int, ...] = ()) -> News:
    """Return what the page is told of a decision."""
    prediction, decision = examined.decide(levels)
    if chattering:
        decision = tuple("undecided" for _ in decision)
    return News(snapshot=snapshot_of(Snapshot(examined, levels, prediction, decision, chattering)))


@contextmanager
def looking(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open the page; when done, hold it to having said and loaded nothing that it should not."""
    wrong: list[str] = []
    loses = options.pop("loses", False)
    context = browser.new_context(**{"viewport": {"width": 1366, "height": 900}} | options)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"exception: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    home = address.partition("#")[0]
    page.on("request", lambda request: None if request.url.startswith(home) else wrong.append(request.url))
    page.goto(address)
    expect(page.locator("body.waiting")).to_have_count(0)
    yield page
    context.close()
    if loses:  # Chromium reports what was asked for in vain
        wrong = [text for text in wrong if not text.startswith("Failed to load resource")]
    assert wrong == []


def switch(page: Page, number: int) -> Locator:
    """Return a switch, counted from 1."""
    return page.get_by_role("switch", name=f"Switch {number},")


def set_switches(page: Page, levels: str) -> None:
    """Click those switches that stand otherwise."""
    for number, level in enumerate(levels, 1):
        wanted = "true" if level == "1" else "false"
        if switch(page, number).get_attribute("aria-checked") != wanted:
            switch(page, number).click()
        expect(switch(page, number)).to_have_attribute("aria-checked", wanted)


def expect_decision(page: Page, trained: Trained, levels: str) -> None:
    """Expect the LEDs, the marked row and the words for those who hear them to be those of the levels."""
    prediction, decision = trained.decide(levels)
    leds = page.locator(".led")
    expect(page.locator("tr[aria-current]")).to_have_attribute("data-levels", levels)
    expect(page.locator("tr[aria-current]")).to_have_count(1)
    for output, (p, d) in enumerate(zip(prediction, decision, strict=True)):
        expect(leds.nth(output)).to_have_attribute("data-decision", d)
        expect(leds.nth(output)).to_contain_text(f"{p:.3f}")
    expect(page.locator("#announcement")).to_contain_text(re.compile(rf"{levels}: ([a-z]+ )?{decision[0]}"))


def expect_rows(page: Page, network: Network, inputs: int) -> None:
    """Expect all rows, in counting order, with the network's predictions."""
    every = list(every_levels(inputs))
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(len(every))
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.levels)") == every
    predictions = network.predict([[int(bit) for bit in levels] for levels in every])
    expect(rows.locator(".number")).to_have_text([f"{p:.3f}" for p in predictions.ravel().tolist()])


def stop_clock(page: Page) -> None:
    """Stop the page's clock; from then on it goes only by `page.clock.run_for`."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))


def seek(page: Page, moment: int) -> None:
    """Drag the replay's slider to a snapshot."""
    page.locator("#slider").fill(str(moment))


def network_at(trained: Trained, moment: int) -> Network:
    """Return the winner as it was at a snapshot, in the page's digits."""
    return rounded(Network([layer[moment] for layer in trained.record.snapshots], trained.table.inputs))


def rounded(network: Network) -> Network:
    """Return the network as the page has its weights: with five significant digits."""
    matrices = [[[float(f"{w:.5g}") for w in row] for row in matrix.tolist()] for matrix in network.weights]
    return Network(matrices, network.layers[0])
