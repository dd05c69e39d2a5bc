"""Teaching through the page's server: rows and weights, from where, and with which key."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pigate import TruthTable, train
from pigate.web.guard import MAX_WRONG

from .site import Site, configured, served

XOR = dict(TruthTable.named("xor"))
ELSEWHERE = {"X_Forwarded_For": "192.0.2.7"}


@pytest.fixture
def state_folder(tmp_path: Path) -> Path:
    """Return the state directory of a gate."""
    return tmp_path / "state"


@pytest.fixture
def own(tmp_path: Path, state_folder: Path) -> Iterator[Site]:
    """A simulated gate whose page takes a key, with a state directory of its own."""
    command = [*configured(tmp_path, "teach = true\n"), "--board", "simulated"]
    with served(command, env=os.environ | {"STATE_DIRECTORY": str(state_folder)}) as site:
        yield site


def error_of(answer: tuple[int, Any, bytes]) -> str:
    """Return why a request was refused."""
    error: str = json.loads(answer[2])["error"]
    return error


def rows_after(site: Site, rows: dict[str, str]) -> None:
    """See that the gate's table becomes these rows, and that nothing trains then."""
    site.until_state(lambda state: state["gate"]["rows"] == rows and not state["busy"])


def test_a_row_is_taught_undone_and_left_out(own: Site, state_folder: Path) -> None:
    """On a simulated board, from this machine, a row is taught without a key; the answer has what undoes it."""
    assert own.state()["board"]["teach"] == "free"
    status, _, answer = own.post("/api/teach", {"levels": "110", "outputs": "1"})
    assert (status, json.loads(answer)) == (202, {"levels": "110", "outputs": "1", "before": "0"})
    rows_after(own, XOR | {"110": "1"})
    assert own.state()["gate"]["table"] == "xor as taught"
    assert '"110":"1"' in (state_folder / "taught.json").read_text()
    assert own.post("/api/teach", {"levels": "110", "outputs": "-"})[0] == 202
    rows_after(own, {levels: target for levels, target in XOR.items() if levels != "110"})
    status, _, answer = own.post("/api/teach", {"levels": "110", "outputs": "0"})
    assert json.loads(answer)["before"] == "-"
    rows_after(own, XOR)
    assert own.state()["gate"]["table"] == "xor"
    assert not (state_folder / "taught.json").exists()


def test_weights_are_proved_and_used(own: Site, state_folder: Path) -> None:
    """Weights that decide every row rightly drive the gate; others are refused, and change nothing."""
    parity = train(TruthTable.named("parity"), hidden=[5], seed=3).network
    weights = [matrix.tolist() for matrix in parity.weights]
    before = own.state()["gate"]
    refused = own.post("/api/weights", {"table": "and", "weights": weights})
    assert refused[0] == 422
    assert "the table and is not learned by the given weights" in error_of(refused)
    assert own.state()["gate"] == before
    assert own.post("/api/weights", {"table": "parity", "weights": weights})[0] == 202
    state = own.until_state(lambda state: state["gate"]["table"] == "parity")
    assert state["gate"]["layers"] == [3, 5, 1]
    assert not (state_folder / "taught.json").exists(), "it is not kept over a restart"


@pytest.mark.parametrize(
    "weights",
    [
        [],
        [[]],
        [[[1.0]]],
        [[[1.0], [1.0, 2.0], [1.0], [1.0]]],
        [[[1.0, 1.0]] * 4],
        [[[1e301]] * 4],
        [[[1.0] * 64] * 4, [[1.0]] * 65, [[1.0] * 64] * 2],
        [[[1.0]] * 4] * 6,
        "x",
        [[["1"]]],
    ],
)
def test_weights_that_are_none(site: Site, weights: Any) -> None:
    """Weights of no network, of another shape or too many are refused in one line."""
    status, _, answer = site.post("/api/weights", {"table": "xor", "weights": weights})
    assert status == 422
    assert "\n" not in json.loads(answer)["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"levels": "11", "outputs": "1"},
        {"levels": "1101", "outputs": "1"},
        {"levels": "110", "outputs": "11"},
        {"levels": "110", "outputs": "?"},
        {"levels": "110", "outputs": ""},
        {"levels": "110", "outputs": "1\n"},
        {"levels": "110"},
        {"levels": "110", "outputs": "1", "more": 1},
    ],
)
def test_rows_that_are_none(site: Site, body: Any) -> None:
    """A row that does not fit is refused in one line, and changes nothing."""
    before = site.state()["gate"]
    status, _, answer = site.post("/api/teach", body)
    assert status == 422
    assert "\n" not in json.loads(answer)["error"]
    assert site.state()["gate"] == before


ROW = {"levels": "110", "outputs": "1"}


def test_from_another_machine_only_with_the_key(own: Site, state_folder: Path) -> None:
    """Elsewhere one needs the key: none, a wrong or replaced one, or the right one from other sites, is refused."""
    key = (state_folder / "key").read_text().strip()
    bearer = f"Bearer {key}"
    assert own.ask("GET", "/api/state", headers={"X-Forwarded-For": "192.0.2.7"})[2].count(key.encode()) == 0
    seen = json.loads(own.ask("GET", "/api/state", headers={"X-Forwarded-For": "192.0.2.7"})[2])["board"]
    assert (seen["writable"], seen["teach"]) == (False, "key")
    for headers in ({}, {"Authorization": f"{bearer}x"}, {"Authorization": key}):
        assert own.post("/api/teach", ROW, **headers, **ELSEWHERE)[0] == 403
        assert own.post("/api/weights", {"table": "xor", "weights": [[[1]]]}, **headers, **ELSEWHERE)[0] == 403
        assert own.post("/api/key", {}, **headers, **ELSEWHERE)[0] == 403
    foreign = own.post("/api/teach", ROW, Authorization=bearer, Origin="http://evil.example", **ELSEWHERE)
    assert (foreign[0], error_of(foreign)) == (403, "only this page may ask for that")
    for path in ("/api/switches", "/api/train", "/api/cancel"):
        assert own.post(path, {}, Authorization=bearer, **ELSEWHERE)[0] == 403, "the key is for teaching"
    assert own.post("/api/key", {}, Authorization=bearer, **ELSEWHERE)[0] == 202
    assert own.state()["gate"]["rows"] == XOR
    assert own.post("/api/teach", ROW, Authorization=bearer, **ELSEWHERE)[0] == 202
    rows_after(own, XOR | {"110": "1"})
    (state_folder / "key").write_text("another\n")
    assert own.post("/api/teach", ROW, Authorization=bearer, **ELSEWHERE)[0] == 403
    assert own.post("/api/teach", ROW, Authorization="Bearer another", **ELSEWHERE)[0] == 202


def test_wrong_keys_close_the_door_but_not_for_this_machine(own: Site, state_folder: Path) -> None:
    """Ten wrong keys close the door to the right one; wrong ones that another site's page sends do not count."""
    bearer = f"Bearer {(state_folder / 'key').read_text().strip()}"
    for _ in range(MAX_WRONG + 5):
        own.post("/api/teach", ROW, Authorization="Bearer x", Origin="http://evil.example", **ELSEWHERE)
    assert own.post("/api/teach", ROW, Authorization=bearer, **ELSEWHERE)[0] == 202
    rows_after(own, XOR | {"110": "1"})
    for _ in range(MAX_WRONG):
        assert own.post("/api/teach", ROW, Authorization="Bearer x", **ELSEWHERE)[0] == 403
    closed = own.post("/api/teach", ROW, Authorization=bearer, **ELSEWHERE)
    assert (closed[0], "wait a minute" in error_of(closed)) == (429, True)
    assert own.post("/api/teach", {"levels": "110", "outputs": "0"})[0] == 202


def test_without_teach_the_key_opens_nothing(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the settings do not allow it, nobody teaches from another machine, with whatever key."""
    refused = site.post("/api/teach", ROW, Authorization="Bearer x", **ELSEWHERE)
    assert (refused[0], "where pigate runs" in error_of(refused)) == (403, True)


DRIVER = """
import sys
from pigate.web.page import GateActions, Page
from pigate.settings import BoardSettings, WebSettings
from pigate import TruthTable, train
def obeyed(*request): print('obeyed', request, file=sys.stderr, flush=True)
def taught(*request): obeyed(*request); return True
page = Page(WebSettings(port=0, teach={}), BoardSettings(), False, train(TruthTable.named('xor')),
    GateActions(obeyed, obeyed, obeyed, taught, lambda *request: obeyed(*request) or ''),
    lambda line: print(line, file=sys.stderr, flush=True), False)
sys.stdin.read()
"""


@pytest.mark.parametrize("allowed", [False, True])
def test_a_real_board_is_taught_with_the_key_alone(state_folder: Path, allowed: bool) -> None:
    """On a real board this machine's own page needs the key, too; without `teach = true` nothing is written."""
    state_folder.mkdir()
    (state_folder / "key").write_text("secret\n")
    paths = ("/api/switches", "/api/train", "/api/cancel", "/api/teach", "/api/weights")
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER.format(allowed)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"STATE_DIRECTORY": str(state_folder)},
    ) as process:
        assert process.stderr is not None
        found = re.search(r":(\d+)/", process.stderr.readline())
        assert found is not None
        site = Site(process, int(found[1]))
        assert site.state()["board"]["teach"] == ("key" if allowed else "no")
        assert [site.post(path, ROW)[0] for path in paths] == [403] * 5
        with_key = [site.post(path, ROW, Authorization="Bearer secret")[0] for path in paths]
        assert with_key == [403, 403, 403, *([202, 422] if allowed else [403, 403])]
        _, err = process.communicate()
        assert re.findall("obeyed .*", err) == (["obeyed ('110', '1')"] if allowed else [])
