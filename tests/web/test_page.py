"""The live page in a real browser: Debian's Chromium, before real runs and before states made up for it."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import numpy as np
import pytest

from pigate.config import BoardSettings
from pigate.learning.network import Network
from pigate.learning.proof import Examined, examine
from pigate.learning.tables import NAMED, TruthTable, every_levels, named_for
from pigate.learning.training import Trained, train
from pigate.report import Snapshot
from pigate.web.messages import News, SetSwitches, board_of, gate_of, snapshot_of, training_of
from pigate.web.requests import PRESETS, limits
from pigate.web.state import pieces_of

sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install 'pigate[dev]'")
uvicorn = pytest.importorskip("uvicorn", reason="no web server: pip install 'pigate[web]'")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page
expect = sync_api.expect
expect.set_options(timeout=20_000)

XOR = train(TruthTable.named("xor"))
PATTERNS = ["".join(bits) for bits in product("01", repeat=3)]

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
        from pigate.web.server import application

        self.asked: list[Any] = []
        self._feed = Feed()
        self._loop = asyncio.new_event_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        self._feed.take(pieces_of(news), news.board, news.gate)
        self._server = uvicorn.Server(
            uvicorn.Config(application(self._feed, self.asked.append), log_config=None, lifespan="off")
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@contextmanager
def looking(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open the page; when done, hold it to having said and loaded nothing that it should not."""
    wrong: list[str] = []
    loses = options.pop("loses", False)
    context = browser.new_context(**{"viewport": {"width": 1366, "height": 900}} | options)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"exception: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
    page.goto(address)
    expect(page.locator("body.waiting")).to_have_count(0)
    yield page
    context.close()
    if loses:  # Chromium reports what was asked for in vain
        wrong = [text for text in wrong if not text.startswith("Failed to load resource")]
    assert wrong == []


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begins runs, and ends them; to be named before `look`, so that the pages are closed first."""
    with ExitStack() as stack:

        def start(*arguments: str, port: int = 0) -> Run:
            run = Run(tmp_path, port or free_port(), *arguments)
            stack.callback(run.kill)
            return run

        yield start


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that several tests share: none relies on what its switches were."""
    started = Run(tmp_path_factory.mktemp("run"), free_port())
    yield started
    started.kill()


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """Opens pages, and closes them."""
    with ExitStack() as stack:
        yield lambda address, **options: stack.enter_context(looking(browser, address, **options))


@pytest.fixture
def show() -> Iterator[Show]:
    """Serves states, and ends the servers."""
    with ExitStack() as stack:

        def serve(news: News) -> Shown:
            shown = Shown(news)
            stack.callback(shown.close)
            return shown

        yield serve


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
    expect(page.locator("#announcement")).to_contain_text(f"{levels}: {decision[0]}")


def expect_rows(page: Page, network: Network, inputs: int) -> None:
    """Expect all rows, in counting order, with the network's predictions."""
    every = list(every_levels(inputs))
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(len(every))
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.levels)") == every
    predictions = network.predict([[int(bit) for bit in levels] for levels in every])
    expect(rows.locator(".number")).to_have_text([f"{p:.3f}" for p in predictions.ravel().tolist()])


def seek(page: Page, moment: int) -> None:
    """Drag the replay's slider to a snapshot."""
    page.locator("#slider").fill(str(moment))


def network_at(trained: Trained, moment: int) -> Network:
    """Return the winner as it was at a snapshot."""
    return Network([layer[moment] for layer in trained.record.snapshots], trained.table.inputs)


def serious(page: Page) -> list[str]:
    """Return axe-core's findings that are serious or worse."""
    axe = next(Path(str(files("axe_playwright_python"))).rglob("axe.min.js")).read_text()
    found = page.evaluate(f"{axe}\naxe.run()")
    return [
        f"{finding['id']}: {[node['html'] for node in finding['nodes']]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


def test_clicks(run: Run, look: Look) -> None:
    """Clicked through all eight patterns, the LED, the marked row and its prediction follow."""
    page = look(run.address)
    for levels in [*PATTERNS, "000"]:
        set_switches(page, levels)
        expect_decision(page, XOR, levels)
    expect_rows(page, XOR.network, 3)
    expect(page.locator("td.verdict")).to_have_text(["learned"] * 8)
    expect(page.locator("#introduction")).to_contain_text("xor (1 when all inputs agree)")


def test_keys(run: Run, look: Look) -> None:
    """Keys toggle the switches of their numbers: the board's alone, and not while one types."""
    page = look(run.address)
    set_switches(page, "000")
    page.keyboard.press("3")
    expect_decision(page, XOR, "001")
    page.keyboard.press("1")
    expect_decision(page, XOR, "101")
    page.locator("[name=seed]").fill("7")
    page.locator("[name=seed]").press("2")
    expect(page.locator("[name=seed]")).to_have_value("72")
    page.locator("h1").click()
    page.keyboard.press("4")
    page.keyboard.press("3")
    expect_decision(page, XOR, "100")


def test_patience(show: Show, look: Look) -> None:
    """A flip shows at once; the switch goes back if the gate does not follow in time, counted from the last flip."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address)
    expect_decision(page, XOR, "000")
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))  # else it goes on by itself, too
    for number in (1, 2):
        page.clock.run_for(1900)
        with page.expect_response("**/api/switches"):
            switch(page, number).click()
        expect(switch(page, number)).to_have_attribute("aria-checked", "true")
    page.clock.run_for(1900)
    assert shown.asked == [SetSwitches("100"), SetSwitches("110")]
    expect(switch(page, 1)).to_have_attribute("aria-checked", "true")
    page.clock.run_for(200)
    expect(switch(page, 1)).to_have_attribute("aria-checked", "false")


def test_flipped_elsewhere(begin: Begin, look: Look) -> None:
    """A switch that is moved on the board, not on the page, shows on every page."""
    run = begin()
    pages = [look(run.address), look(run.address)]
    for levels in ("111", "110"):
        run.type(levels)
        for page in pages:
            expect_decision(page, XOR, levels)
            expect(switch(page, 3)).to_have_attribute("aria-checked", str(levels[2] == "1").lower())


def test_drawing(run: Run, look: Look) -> None:
    """The drawing is of the real network: its weights by sign and size, its neurons lit as they are."""
    page = look(run.address)
    set_switches(page, "011")
    weights = np.concatenate([matrix.ravel() for matrix in XOR.network.weights])
    for sign, count in (("negative", int((weights < 0).sum())), ("positive", int((weights >= 0).sum()))):
        expect(page.locator(f".weights path.{sign}")).to_have_count(count)
    dashed = page.locator(".weights path[stroke-dasharray]")
    expect(dashed).to_have_count(int((weights < 0).sum()))
    widths = page.locator(".weights path").evaluate_all("all => all.map(line => +line.getAttribute('stroke-width'))")
    assert sorted(widths) == pytest.approx(
        sorted(0.4 + (max(widths) - 0.4) * np.abs(weights) / np.abs(weights).max()), abs=0.02
    )
    values = [f"{a:.2f}" for a in np.concatenate(XOR.network.forward([0, 1, 1])[1:])]
    expect(page.locator(".neuron:not(.bias) .value")).to_have_text(["0", "1", "1", *values])
    expect(page.locator(".neuron.bias")).to_have_count(2)


def test_formula(run: Run, look: Look) -> None:
    """A neuron's formula stands there with its numbers, on hovering and on focus, by keyboard too."""
    page = look(run.address)
    set_switches(page, "101")
    activations = XOR.network.forward([1, 0, 1])
    first, second = XOR.network.weights
    formula = page.locator("#formula")
    page.get_by_role("img", name="hidden 2:").hover()
    expect(formula).to_contain_text(f"= {activations[1][1]:.3f}")
    for weight in first[:, 1]:
        expect(formula).to_contain_text(f"{abs(weight):.2f}")
        expect(page.locator(".labels text", has_text=f"{weight:+.2f}".replace("-", "\u2212"))).to_have_count(1)
    page.get_by_role("img", name="output:").focus()
    expect(formula).to_contain_text(f"= {activations[2][0]:.3f}")
    expect(formula).to_contain_text(f"{abs(second[-1, 0]):.2f}")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("img", name="hidden 1:")).to_be_focused()
    expect(page.get_by_role("img", name="hidden 1:")).to_have_attribute("aria-describedby", "formula")
    expect(formula).to_contain_text(f"= {activations[1][0]:.3f}")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("img", name="hidden 2:")).to_be_focused()


def test_replay(run: Run, look: Look) -> None:
    """Replayed, weights, neurons and rows are those of the epoch, while the LED stays live."""
    page = look(run.address)
    set_switches(page, "101")
    epochs = XOR.record.snapshot_epochs
    expect(page.locator(".losers path")).to_have_count(XOR.record.starts - 1)
    for moment in (0, len(epochs) // 2, len(epochs) - 1):
        seek(page, moment)
        expect(page.locator("#mode")).to_have_text("Replay")
        expect(page.locator("#mode-moment")).to_contain_text(f"epoch {epochs[moment]} of {epochs[-1]}")
        expect_rows(page, network_at(XOR, moment), 3)
        outputs = network_at(XOR, moment).predict([1, 0, 1])
        expect(page.get_by_role("img", name="output:")).to_have_attribute("aria-label", f"output: {outputs[0]:.2f}")
        expect(page.locator(".led")).to_contain_text(f"{XOR.decide('101')[0][0]:.3f}")
    expect(page.locator("#mode-moment")).to_contain_text("proved")
    switch(page, 2).click()  # the switches work in a replay, too
    expect(page.locator("tr[aria-current]")).to_have_attribute("data-levels", "111")
    page.get_by_role("button", name="Back to live").click()
    expect(page.locator("#mode")).to_have_text("Live")
    expect_rows(page, XOR.network, 3)


def test_play(run: Run, look: Look) -> None:
    """Played, the replay goes on by itself to the last epoch; paused, it stays."""
    page = look(run.address)
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#mode-moment")).to_contain_text("epoch 5 of")
    page.get_by_role("button", name="Pause").click()
    stopped = page.locator("#slider").input_value()
    page.wait_for_timeout(600)
    assert page.locator("#slider").input_value() == stopped
    page.get_by_role("button", name="Play").click()
    expect(page.locator("#mode-moment")).to_contain_text("proved")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


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
    expect(page.locator("#outcome")).to_have_text("xor was not learned")
    for row in failed.not_learned:
        expect(page.locator("#history")).to_contain_text(row)
    expect(page.locator("#history")).to_contain_text("The old gate, xor, goes on")
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


def test_refusal(show: Show, look: Look) -> None:
    """What the server refuses is told in its own words, beside the form."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address, loses=True)
    page.route("**/api/train", lambda route: route.fulfill(status=409, json={"error": "a training is running"}))
    with page.expect_response("**/api/train"):
        page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("a training is running")


def test_lost_and_regained(begin: Begin, look: Look) -> None:
    """A killed run is told of plainly and looks stale; once it is back, the page is, by itself."""
    port = free_port()
    run = begin(port=port)
    page = look(run.address, loses=True)
    set_switches(page, "111")
    expect_decision(page, XOR, "111")
    run.kill(signal.SIGKILL)
    expect(page.locator("#banner")).to_contain_text("No connection to the gate. What you see is how it was at")
    expect(page.locator("#mode")).to_have_text("Last known")
    assert page.locator("#exhibit").evaluate("box => getComputedStyle(box).filter") == "grayscale(1)"
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(switch(page, 1)).to_have_attribute("aria-disabled", "true")

    parity = train(TruthTable.named("parity"))
    begin("--table", "parity", port=port)
    expect(page.locator("#banner")).to_be_empty()
    expect(page.locator("#mode")).to_have_text("Live")
    expect_decision(page, parity, "000")
    page.keyboard.press("2")
    expect_decision(page, parity, "010")


def test_refused_stream(show: Show, look: Look) -> None:
    """A stream that is answered with an error, at which the browser gives up, is asked for again."""
    shown = show(news_of(XOR, "000"))
    page = look(shown.address, loses=True)
    page.route("**/api/events", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("#banner")).to_contain_text("No connection to the gate.")
    page.unroute("**/api/events")
    expect(page.locator("#banner")).to_be_empty()
    expect_decision(page, XOR, "000")


def test_keyboard_only(run: Run, look: Look) -> None:
    """Everything is reached with the Tab key, shows where the focus is, and does its work by keys."""
    page = look(run.address)
    set_switches(page, "000")
    page.reload()  # so that no click has set the focus
    expect_decision(page, XOR, "000")
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(
            """() => {
              const it = document.activeElement, ring = it.querySelector(".ring");
              const outlined = getComputedStyle(it).outlineStyle !== "none";
              const ringed = ring && parseFloat(getComputedStyle(ring).strokeWidth) >= 3;
              return [it.getAttribute("aria-label") || it.id || it.name || it.textContent.trim(), outlined || ringed];
            }"""
        )
        if name in reached or name == "":
            break
        assert ring, f"{name} has the focus, and does not show it"
        reached.append(name)
        if name.startswith("Switch 2"):
            page.keyboard.press("Space")
            expect_decision(page, XOR, "010")
        elif name == "Epoch to show":
            page.keyboard.press("Home")
            expect(page.locator("#mode-moment")).to_contain_text("epoch 0 of")
            page.keyboard.press("ArrowRight")
            expect(page.locator("#slider")).to_have_attribute(
                "aria-valuetext", f"epoch 1 of {XOR.record.snapshot_epochs[-1]}"
            )
    wanted = ["Switch 1", "Switch 2", "Switch 3", "output: ", "The rows", "play", "Epoch to show", "As published"]
    for start in [*wanted, "pigate\u2019s way", "table", "rule", "starts", "epochs", "seed", "bias", "go"]:
        assert any(name.startswith(start) for name in reached), f"{start} in {reached}"


@pytest.mark.parametrize("table", ["xor", "full-adder"])
def test_phone(table: str, show: Show, look: Look) -> None:
    """On a phone nothing is wider than the screen, the drawing runs downwards, and fingers fit."""
    trained = train(TruthTable.named(table))
    shown = show(news_of(trained, "101"))
    phone: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = look(shown.address, **phone)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    boxes = [page.get_by_role("img", name=name).first.bounding_box() for name in ("input 1:", "hidden 1:", "output")]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 3
    assert tops == sorted(tops)
    for button in page.get_by_role("switch").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40
    page.get_by_role("switch").nth(1).tap()
    expect(page.get_by_role("switch").nth(1)).to_have_attribute("aria-checked", "true")
    seek(page, 3)
    expect(page.locator("#mode")).to_have_text("Replay")
    page.evaluate("scrollTo(0, 0)")
    for seen in ("#diagram", "#play", "#slider"):  # together: one watches the weights move
        expect(page.locator(seen)).to_be_in_viewport()


def test_undecided(show: Show, look: Look) -> None:
    """An undecided LED blinks, says so and has a question mark; without motion it has a pattern instead."""
    rows = {"000": "0", "001": "1", "111": "0", "110": "1"}
    trained, levels = next(
        (trained, levels)
        for trained in (train(TruthTable(rows), seed=seed) for seed in range(100))
        for levels in PATTERNS
        if trained.decide(levels)[1] == ("undecided",)
    )
    shown = show(news_of(trained, levels))
    page = look(shown.address)
    expect_decision(page, trained, levels)
    expect(page.locator(".led")).to_contain_text("undecided")
    expect(page.locator(".doubt")).to_be_visible()
    expect(page.locator("tr[aria-current] .bar")).to_have_attribute("data-decision", "undecided")
    glow = "glow => getComputedStyle(glow).animationName"
    assert page.locator(".glow").evaluate(glow) == "blink"
    still = look(shown.address, reduced_motion="reduce")
    expect(still.locator(".hatch")).to_be_visible()
    assert still.locator(".glow").evaluate(glow) == "none"


def test_guesses(show: Show, look: Look) -> None:
    """Rows that were never taught are marked as guesses, in the table and to those who hear it."""
    trained = train(TruthTable({"000": "1", "001": "0", "010": "0", "111": "1"}))
    page = look(show(news_of(trained, "011")).address)
    for levels in PATTERNS:
        row = page.locator(f"tr[data-levels='{levels}']")
        target, verdict = row.locator(".target"), row.locator(".verdict")
        if levels in trained.table.rows:
            expect(target).to_have_text(trained.table.rows[levels])
            expect(verdict).to_have_text("learned")
        else:
            expect(target).to_have_text("\u2013")
            expect(verdict).to_have_text(f"a guess: {trained.decide(levels)[1][0]}")
    expect(page.locator("#rule")).to_contain_text("Four rows were never taught")
    expect(page.locator("#announcement")).to_contain_text("a guess: this row is not taught")


def test_chattering(show: Show, look: Look) -> None:
    """A switch that does not come to rest is named and marked, until it does."""
    shown = show(news_of(XOR, "010", chattering=(27,)))
    page = look(shown.address)
    expect(page.locator("#chatter")).to_contain_text("GPIO 27 does not come to rest")
    expect(page.locator(".switch.chattering")).to_contain_text("27")
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")
    shown.tell(decided(XOR, "010"))
    expect(page.locator("#chatter")).to_be_empty()
    expect(page.locator(".switch.chattering")).to_have_count(0)
    expect_decision(page, XOR, "010")


def test_real_board(show: Show, look: Look) -> None:
    """Before a real board one can only look: the switches are disabled, keys do nothing, no form is there."""
    shown = show(news_of(XOR, "010", simulated=False))
    page = look(shown.address)
    expect_decision(page, XOR, "010")
    for number in (1, 2, 3):
        expect(switch(page, number)).to_be_disabled()
        page.keyboard.press(str(number))
    expect(page.locator("#trainer")).to_be_hidden()
    expect(page.locator("#hint")).to_contain_text("A real board")
    shown.tell(decided(XOR, "110"))
    expect_decision(page, XOR, "110")
    expect(switch(page, 1)).to_have_attribute("aria-checked", "true")
    assert shown.asked == []


def test_given_weights(show: Show, look: Look) -> None:
    """Weights that were given are said to be, and there is nothing to replay."""
    page = look(show(news_of(examine(XOR.network, XOR.table, 0.1), "000")).address)
    expect(page.locator("#history")).to_contain_text("The weights were given")
    expect(page.locator("#introduction")).to_contain_text("was given weights")
    expect(page.locator("#play")).to_be_hidden()
    expect_decision(page, XOR, "000")


def test_before_the_first_decision(show: Show, look: Look) -> None:
    """Until the switches are read, the page says so, and shows the network and its table all the same."""
    shown = show(news_of(XOR, None))
    page = look(shown.address)
    expect(page.locator("#announcement")).to_have_text("The switches are not read yet.")
    expect_rows(page, XOR.network, 3)
    shown.tell(decided(XOR, "000"))
    expect_decision(page, XOR, "000")


def test_first_state(show: Show) -> None:
    """The first thing that a page hears is how it is now, not how it was at the last change of the network."""
    shown = show(news_of(XOR, "000"))
    shown.tell(decided(XOR, "111"))
    with urlopen(f"{shown.address}api/state") as answer:  # the snapshot has arrived when this has been answered
        assert json.load(answer)["snapshot"]["levels"] == "111"
    with urlopen(f"{shown.address}api/events") as stream:
        assert stream.readline() == b"event: state\n"
        assert json.loads(stream.readline().removeprefix(b"data: "))["snapshot"]["levels"] == "111"


def test_many_outputs(show: Show, look: Look) -> None:
    """Each output has its LED and its bar in every row, with lines at the tolerance and 1 less it."""
    trained = train(TruthTable.named("full-adder"), tolerance=0.2)
    page = look(show(news_of(trained, "011")).address)
    expect_decision(page, trained, "011")
    expect_rows(page, trained.network, 3)
    bars = page.locator("tr[aria-current] .bar")
    expect(bars).to_have_count(2)
    bar, lines, fill = bars.first.evaluate(
        """bar => [getComputedStyle(bar).width, getComputedStyle(bar, "::after").left,
                   getComputedStyle(bar, "::before").width].map(parseFloat)"""
    )
    assert lines / bar == pytest.approx(0.2, abs=0.01)
    assert fill / bar == pytest.approx(trained.decide("011")[0][0], abs=0.02)


@pytest.mark.parametrize(
    ("table", "inputs", "hidden"), [("majority", 8, (16,)), ("xor", 3, (64, 64, 64, 64)), ("and", 2, ())]
)
@pytest.mark.parametrize("width", [360, 1366])
def test_all_sizes(table: str, inputs: int, hidden: tuple[int, ...], width: int, show: Show, look: Look) -> None:
    """From one neuron to four layers of 64, every neuron is drawn inside the picture and tells its formula."""
    trained = train(TruthTable.named(table, inputs), hidden=hidden)
    levels = "10" * (inputs // 2) + "1" * (inputs % 2)
    page = look(show(news_of(trained, levels)).address, viewport={"width": width, "height": 900})
    layers = trained.network.layers
    expect(page.locator(".neuron:not(.bias)")).to_have_count(sum(layers))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    outside = page.locator(".neuron .cell").evaluate_all(
        """cells => {
          const edge = document.getElementById("window").getBoundingClientRect();
          const boxes = cells.map(cell => cell.getBoundingClientRect());
          return boxes.filter(({ left, right, top, bottom }) =>
            left < edge.left || right > edge.right || top < edge.top || bottom > edge.bottom).length;
        }"""
    )
    assert outside == 0
    weights = sum(matrix.size for matrix in trained.network.weights)
    drawn = page.locator(".weights path").count()
    assert drawn == min(weights, 1200)
    if drawn < weights:
        expect(page.locator("#left-out")).to_contain_text(f"the strongest {drawn:,} are drawn")
    last = "hidden 4.64:" if len(layers) == 6 else "output:"
    page.get_by_role("img", name=last).focus()
    activation = trained.network.forward([int(bit) for bit in levels])[-2 if len(layers) == 6 else -1][-1]
    expect(page.locator("#formula")).to_contain_text(f"= {activation:.3f}")
    row, box = (page.locator(name).bounding_box() for name in ("tr[aria-current]", "#rows-box"))
    assert row is not None
    assert box is not None
    assert box["y"] < row["y"] < box["y"] + box["height"] - row["height"] / 2  # in sight in its box
    expect_decision(page, trained, levels)
    expect_rows(page, trained.network, inputs)


def test_arithmetic(run: Run, look: Look) -> None:
    """The page's arithmetic is the gate's, for any weights, with bias and without, however large."""
    page = look(run.address)
    generator = np.random.default_rng(7)
    for case in range(30):
        bias, scale = case % 2, 10.0 ** generator.integers(-1, 5)
        widths = generator.integers(1, 9, size=generator.integers(2, 6)).tolist()
        shapes = [(a + bias, b) for a, b in pairwise(widths)]
        network = Network([scale * generator.standard_normal(shape) for shape in shapes], widths[0])
        levels = "".join(map(str, generator.integers(0, 2, size=widths[0])))
        shown = page.evaluate(
            "async ([weights, levels]) => (await import('/page/network.js')).forward(weights, levels)",
            [[matrix.tolist() for matrix in network.weights], levels],
        )
        for ours, theirs in zip(network.forward([int(bit) for bit in levels]), shown, strict=True):
            assert theirs == pytest.approx(ours.tolist(), abs=1e-9)


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
        meaning = NAMED[name][0].replace(" (the article's table)", "")
        expect(page.locator(f"[name=table] option[value={name}]")).to_have_text(f"{name} ({meaning})")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 740), (1366, 768)])
def test_accessible(scheme: str, size: tuple[int, int], run: Run, look: Look) -> None:
    """axe-core has no serious finding: live, in a replay, on a neuron, with the connection lost."""
    page = look(run.address, color_scheme=scheme, viewport={"width": size[0], "height": size[1]}, loses=True)
    set_switches(page, "110")
    assert serious(page) == []
    page.get_by_role("img", name="hidden 3:").focus()
    seek(page, 4)
    expect(page.locator("#mode")).to_have_text("Replay")
    assert serious(page) == []
    page.evaluate("document.body.classList.add('lost')")
    page.locator("#banner").evaluate("banner => { banner.textContent = 'No connection'; }")
    assert serious(page) == []
