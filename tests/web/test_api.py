"""What programs get from the page's server: the state, the stream of events, and three requests."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pigate.settings import TrainingSettings
from pigate.web import requests
from pigate.web.messages import Answer, Train

from . import programs
from .site import Site


def test_state_is_the_snapshot_the_network_and_the_table(site: Site) -> None:
    """/api/state has what the README documents, and the gate's own figures."""
    state = site.until_state(lambda state: state["snapshot"] is not None)
    assert set(state) == {"board", "snapshot", "gate", "training", "tables", "meanings", "output_names", "form", "busy"}
    assert state["board"] == {
        "kind": "simulated",
        "inputs": [17, 27, 22],
        "outputs": [18],
        "writable": True,
        "teach": "free",
    }
    assert state["gate"]["rows"] == {f"{n:03b}": str(int(n in (0, 7))) for n in range(8)}
    assert [len(matrix) for matrix in state["gate"]["weights"]] == [4, 5]
    training = state["training"]
    assert training["learned"]
    assert len(training["losses"]) == len(training["loss_epochs"]) == training["epochs"]
    assert len(training["losses"][0]) == training["starts"]
    assert training["snapshots"][-1] == state["gate"]["weights"]
    assert "full-adder" not in state["tables"]
    assert {"xor", "mux"} <= set(state["tables"])


@pytest.mark.parametrize("levels", ["101", "111", "000"])
def test_page_moves_the_switches(site: Site, levels: str) -> None:
    """A simulated board's switches move as the page asks, and the decision is the gate's."""
    assert site.post("/api/switches", {"levels": levels})[0] == 202
    state = site.until(levels)
    assert state["snapshot"]["decision"] == ["on" if state["gate"]["rows"][levels] == "1" else "off"]


def test_stream_tells_each_decision(site: Site) -> None:
    """/api/events begins with the state, and then tells a decision when it is made."""
    site.post("/api/switches", {"levels": "000"})
    site.until("000")
    with site.stream() as connection, connection.makefile("rb") as lines:
        events = (line.decode().strip() for line in lines)
        assert next(line for line in events if line.startswith("event:")) == "event: state"
        assert json.loads(next(events).removeprefix("data: "))["gate"]["table"]
        site.post("/api/switches", {"levels": "110"})
        for line in events:
            if line.startswith("data: ") and json.loads(line.removeprefix("data: ")).get("levels") == "110":
                break


def test_train_again(site: Site) -> None:
    """What is learned anew decides from then on; what is not leaves the gate as it was."""
    before = site.state()["gate"]
    assert site.post("/api/train", {"table": "parity", "epochs": 1, "starts": 1})[0] == 202
    state = site.until_state(lambda state: state["training"]["table"] == "parity" and not state["busy"])
    assert not state["training"]["learned"]
    assert state["gate"] == before
    assert site.post("/api/train", {"table": "10000001", "seed": 7})[0] == 202
    state = site.until_state(lambda state: state["gate"]["table"] == "10000001")
    assert state["training"]["seed"] == 7
    assert site.post("/api/train", {"table": "xor"})[0] == 202
    site.until_state(lambda state: state["gate"]["table"] == "xor" and not state["busy"])


def test_rows_that_are_not_taught(site: Site) -> None:
    """A table in bits may leave rows out; one that teaches no row, or has not one for each setting, is refused."""
    assert site.post("/api/train", {"table": "0-1---10"})[0] == 202
    state = site.until_state(lambda state: state["gate"]["table"] == "0-1---10")
    assert state["gate"]["rows"] == {"000": "0", "010": "1", "110": "1", "111": "0"}
    for table in ("--------", "0-1-", ""):
        assert site.post("/api/train", {"table": table})[0] == 422
    assert site.post("/api/train", {"table": "xor"})[0] == 202
    site.until_state(lambda state: state["gate"]["table"] == "xor" and not state["busy"])


def test_published_programs(site: Site) -> None:
    """/api/published has the programs as node's tests have them, who are held to what `pigate reproduce` says."""
    status, headers, body = site.ask("GET", "/api/published")
    assert (status, headers["content-type"]) == (200, "application/json")
    kept = json.loads(programs.FILE.read_text())
    assert json.loads(body) == kept["published"]
    found = programs.found()
    assert found["inside_rule"] == kept["inside_rule"]
    for name, outcome in found["reproduced"].items():
        for levels, prediction in outcome["predictions"].items():
            assert prediction == pytest.approx(kept["reproduced"][name]["predictions"][levels], rel=1e-6)


#: a training that goes on for minutes, if it is let: a wide network, by a rule that moves it hardly at all
LONG = {
    "table": "parity",
    "hidden": [64, 64, 64, 64],
    "rule": "plain",
    "learning_rate": 0.001,
    "epochs": 20_000,
    "starts": 64,
}


def test_one_training_at_a_time(site: Site) -> None:
    """Of many trainings asked for at once the gate begins one; the rest are refused, and switches move meanwhile."""
    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(lambda _: site.post("/api/train", LONG)[0], range(40)))
    try:
        assert sorted(answers) == [202] + [409] * 39
        assert site.until_state(lambda state: state["busy"])
        assert site.post("/api/train", {})[0] == 409
        site.post("/api/switches", {"levels": "011"})
        assert site.until("011")["busy"]
        assert threads_of(site) < 20
    finally:
        site.post("/api/cancel", {})
    site.until_state(lambda state: not state["busy"])


def threads_of(site: Site) -> int:
    """Return how many threads the gate's process has."""
    return len(list(Path(f"/proc/{site.process.pid}/task").iterdir()))


def test_cancelled_training(site: Site) -> None:
    """A training that is cancelled ends, the gate and its last training stay, and another can begin."""
    before = site.state()
    assert site.post("/api/cancel", {})[0] == 202  # there is none: nothing happens
    assert site.post("/api/train", LONG)[0] == 202
    site.until_state(lambda state: state["busy"])
    assert site.post("/api/cancel", {})[0] == 202
    after = site.until_state(lambda state: not state["busy"])
    assert (after["gate"], after["training"]) == (before["gate"], before["training"])
    assert site.post("/api/train", {"table": "xor", "seed": 11})[0] == 202
    site.until_state(lambda state: state["training"]["seed"] == 11)


def test_gate_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request to train that the gate does not answer is answered with 503 after a while, and is not kept."""
    monkeypatch.setattr(requests, "ANSWER_S", 0.2)
    asked: list[Any] = []

    async def ask() -> None:
        waiting = requests.Asker(asked.append)
        request = Train("xor", {"000": "1"}, TrainingSettings())
        with pytest.raises(TimeoutError):
            await waiting.ask(request)
        waiting.take(Answer(asked[0].number, taken=True))  # late: nobody waits for it
        answered = asyncio.ensure_future(waiting.ask(request))
        await asyncio.sleep(0)
        waiting.take(Answer(asked[1].number, taken=True))
        assert await answered

    asyncio.run(ask())
    assert asked[0].number != asked[1].number


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/switches", b"{"),
        ("/api/switches", b"[]"),
        ("/api/switches", b'{"levels": "10"}'),
        ("/api/switches", b'{"levels": "1010"}'),
        ("/api/switches", b'{"levels": "10x"}'),
        ("/api/switches", b'{"levels": "101\\n"}'),
        ("/api/switches", b'{"levels": "101", "more": 1}'),
        ("/api/switches", b"\xff"),
        ("/api/train", b"[" * 2000),
        ("/api/train", b'{"table": "nothing"}'),
        ("/api/train", b'{"table": "full-adder"}'),
        ("/api/train", b'{"table": "01"}'),
        ("/api/cancel", b'{"seed": 1}'),
        ("/api/train", b'{"starts": 100000}'),
        ("/api/train", b'{"starts": 65}'),
        ("/api/train", b'{"epochs": 20001}'),
        ("/api/train", b'{"seed": 9007199254740992}'),
        ("/api/train", b'{"learning_rate": 0.0001}'),
        ("/api/train", b'{"rule": "magic"}'),
        ("/api/train", b'{"rule": null}'),
        ("/api/train", b'{"hidden": [65]}'),
        ("/api/train", b'{"weights": "/etc"}'),
        ("/api/train", b'{"tolerance": 0.4}'),
        ("/api/train", b'{"learning_rate": 1e999}'),
        ("/api/train", b'{"epochs": true}'),
    ],
)
def test_nonsense_is_refused_in_one_line(site: Site, path: str, body: bytes) -> None:
    """A body that is no request is answered with 422 and one line, and changes nothing."""
    before = site.state()["gate"]
    status, _, answer = site.post(path, body)
    assert status == 422
    assert "\n" not in json.loads(answer)["error"]
    assert site.state()["gate"] == before
