"""Teaching a real board, on mock pins, through its page: nothing without the key, everything with the link."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pigate.learning.tables import TruthTable

from ..gate.run.hands import on_pins
from .browsing import XOR, Look, Show, expect, free_port, news_of
from .lessons import Pointer, aim, button, guess
from .site import Site, served
from .test_accessible import serious
from .test_lesson import opened
from .test_teach_by_clicks import click_to, refuse, told, undo, wrong

if TYPE_CHECKING:
    from playwright.sync_api import Page

NO_KEY = "This is not the key: open the link that pigate key prints."


class Real:
    """A gate on mock pins whose page takes the key, and its files."""

    def __init__(self, site: Site, state: Path, config: Path) -> None:
        self.site = site
        self.key_file = state / "key"
        self.address = f"http://127.0.0.1:{site.port}/"
        command = [sys.executable, "-m", "pigate", "key", "--config", str(config)]
        environment = os.environ | {"STATE_DIRECTORY": str(state)}
        #: what `pigate key` prints
        self.link = subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout.strip()
        self.key = self.key_file.read_text().strip()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    """A gate that these tests share: each leaves its rows as they were."""
    folder = tmp_path_factory.mktemp("real")
    command = on_pins(folder, f"[web]\nenabled = true\nteach = true\nport = {free_port()}\n")
    state = folder / "state"
    with served(command, env=os.environ | {"STATE_DIRECTORY": str(state)}) as site:
        yield Real(site, state, folder / "pigate.toml")


def nothing_offered(page: Page) -> None:
    """Expect no control that teaches."""
    expect(page.locator("tr[data-levels='000'] .target")).to_have_text("1")
    expect(page.locator(".aim")).to_have_count(0)
    expect(wrong(page)).to_be_hidden()
    expect(undo(page)).to_be_hidden()


POST = """([path, body]) =>
  fetch(path, {method: "POST", headers: {"Content-Type": "application/json"}, body}).then((it) => it.status)"""


def test_without_the_key_nothing_is_offered_or_taken(real: Real, look: Look) -> None:
    """The real board's page has no control that teaches, and whatever is sent from it without the key gets 403."""
    page = look(real.address, loses=True)
    nothing_offered(page)
    expect(page.locator("#teacher")).to_be_hidden()
    for path in ("teach", "weights", "key", "switches", "train", "cancel"):
        assert page.evaluate(POST, [f"/api/{path}", "{}"]) == 403, path
    page.goto(f"{real.address}lesson#7")
    expect(page.locator("#extra")).to_contain_text("A board may not be taught from here")
    expect(page.locator("#put")).to_be_hidden()


def test_the_link_lets_one_teach(real: Real, look: Look) -> None:
    """With the link the controls are there and work, in this tab alone; the key leaves the address at once."""
    page = look(real.link)
    assert page.url == real.address
    assert real.key not in page.content()
    expect(page.locator("#hint")).to_contain_text("A real board")
    wrong(page).click()
    told(page, "Learned: row 000 is 0.")
    expect(page.locator(".led")).to_have_attribute("data-decision", "off")
    page.reload()
    click_to(page, "101", "\u2013")
    click_to(page, "101", "1")
    assert real.site.state()["gate"]["rows"] == XOR.table.rows | {"000": "0", "101": "1"}
    assert serious(page) == []
    nobody = page.context.new_page()
    nobody.goto(real.address)
    expect(nobody.locator("tr[data-levels='000'] .target")).to_have_text("0")
    expect(nobody.locator(".aim")).to_have_count(0)
    for levels, wanted in {"101": "0", "000": "1"}.items():
        click_to(page, levels, wanted)
    assert real.site.state()["gate"]["table"] == "xor"


def test_the_link_opened_in_a_page_that_is_there(real: Real, look: Look) -> None:
    """Pasted into the tab of a page that only shows, the link brings the controls without a reload."""
    page = look(real.address)
    nothing_offered(page)
    page.evaluate("link => { location.href = link; }", f"{real.link}&table=00000001")
    expect(page.locator(".aim")).to_have_count(8)
    assert page.url == f"{real.address}#table=00000001", "what else the address says stays"


def test_a_wrong_key_offers_nothing_and_says_so(real: Real, look: Look) -> None:
    """A key that is void opens nothing, is said to, and is forgotten; so is one that is replaced while it is used."""
    page = look(f"{real.address}#key=wrong", loses=True)
    told(page, NO_KEY)
    nothing_offered(page)
    assert page.evaluate("sessionStorage.getItem('pigate-key')") == ""
    page.goto("about:blank")
    page.goto(real.link)
    expect(page.locator(".aim")).to_have_count(8)
    real.key_file.write_text("another\n")
    try:
        wrong(page).click()
        told(page, NO_KEY)
        nothing_offered(page)
    finally:
        real.key_file.write_text(f"{real.key}\n")
    assert real.site.state()["gate"]["rows"] == XOR.table.rows


def test_the_key_where_it_opens_nothing(show: Show, look: Look) -> None:
    """Where the settings take no key, the page says that, and offers nothing."""
    page = look(f"{show(news_of(XOR, '010', simulated=False)).address}#key=x")
    told(page, "The key opens nothing here: the settings do not say teach = true.")
    nothing_offered(page)


def test_a_network_of_the_lesson_on_a_real_board(real: Real, look: Look) -> None:
    """In the last step a network learns in the browser, is put on the board with the key, and works there."""
    page = opened(look, real.address, 7)
    page.evaluate("key => sessionStorage.setItem('pigate-key', key)", real.key)
    page.reload()
    expect(page.locator("#extra")).to_contain_text("Then you can put it on the board.")
    put = page.get_by_role("button", name="Put it on the board")
    expect(put).to_be_disabled()
    guess(page, Pointer(page), 2)
    aim(page, Pointer(page), {"011": "1", "110": "\u2013"})
    button(page, "Teach").click()
    expect(page.locator("#seen")).to_contain_text("You taught it 7 of 8 rows")
    put.click()
    expect(page.locator("#put")).to_contain_text("It is on the board")
    expect(page.locator("#put")).to_contain_text("After a restart it works as before.")
    assert serious(page) == []
    gate = real.site.until_state(lambda state: state["gate"]["table"] == "100100-1")["gate"]
    kept = {levels: bit for levels, bit in XOR.table.rows.items() if levels != "110"}
    assert gate["rows"] == kept | {"011": "1"}
    assert gate["layers"] == [3, 4, 1]
    live = look(real.address)
    expect(live.locator("#introduction")).to_contain_text("the network was given weights that keep 100100-1.")
    every = TruthTable(XOR.table.rows)
    weights = [matrix.tolist() for matrix in XOR.network.weights]
    body = {"table": "".join(every.rows.values()), "weights": weights}
    assert real.site.post("/api/weights", body, Authorization=f"Bearer {real.key}")[0] == 202
    real.site.until_state(lambda state: state["gate"]["table"] == body["table"])


def test_this_is_wrong_in_the_lesson(real: Real, look: Look) -> None:
    """In the last step "This is wrong" turns over what the LED shows for these switches, and teaches it."""
    page = opened(look, real.address, 7)
    guess(page, Pointer(page), 2)
    expect(page.locator(".led")).to_have_attribute("data-decision", "undecided")
    for decision, target in (("on", "1"), ("off", "0")):
        button(page, "This is wrong").click()
        expect(page.locator(".led")).to_have_attribute("data-decision", decision)
        expect(page.locator("#score")).to_have_text("8 of 8 rows right")
        expect(page.locator("[data-levels='000'] .target")).to_have_text(target)
    expect(page.locator("#seen")).to_contain_text("You taught it 8 of 8 rows")


def test_a_closed_door(real: Real, look: Look) -> None:
    """Where the door is closed, one sentence says so; the key is kept, and asked about again."""
    page = look(real.address, loses=True)
    answer = {"status": 429, "json": {"error": "there were too many wrong keys: wait a minute"}}
    page.route("**/api/key", partial(refuse, answer))
    page.clock.install()
    page.goto("about:blank")
    page.goto(real.link)
    told(page, "There were too many wrong keys: wait a minute.")
    nothing_offered(page)
    page.unroute("**/api/key")
    page.clock.fast_forward(15_000)
    expect(page.locator(".aim")).to_have_count(8)
