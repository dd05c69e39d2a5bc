"""`pigate run`, as far as it is a command; tests/gate tests the gate."""

import json
from pathlib import Path

import pytest

from pigate.cli import _parser
from pigate.config import Task
from pigate.options import task_for_board, task_of
from pigate.pins.board import on_a_pi
from pigate.settings import TrainingSettings, WebSettings

from .calls import NO_PAGE, Call, pigate


@pytest.mark.parametrize("board", [["--board", "simulated"], []])
def test_run_simulated(tmp_path: Path, board: list[str]) -> None:
    """Two lines on a simulated board: decisions for 000, 111 and 110, and exit 0; it is said that it is simulated."""
    if not board and on_a_pi():
        pytest.skip("this is a Raspberry Pi")
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    run = pigate("run", *board, "--json", "--config", "quiet.toml", stdin="111\n110\n", cwd=tmp_path)
    assert "on a simulated board" in run.stderr.splitlines()[0]
    assert run.returncode == 0
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(d["levels"], d["decision"], d["taught"]) for d in found] == [
        ("000", ["on"], True),
        ("111", ["on"], True),
        ("110", ["off"], True),
    ]
    assert {tuple(d) for d in found} == {("levels", "prediction", "decision", "taught")}


@pytest.mark.skipif(on_a_pi(), reason="this is a Raspberry Pi")
def test_run_without_a_board() -> None:
    """Where there is no board, `--board gpio` is exit 69 with one line that says what to type."""
    run = pigate("run", "--board", "gpio")
    assert run.returncode == 69
    assert run.stdout == ""
    assert "pigate run --board simulated" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


def test_run_takes_as_many_simulated_pins_as_the_table_needs(tmp_path: Path) -> None:
    """On a simulated board a table from the command line gets the pins it needs."""
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    arguments = ["run", "--board", "simulated", "--table", "full-adder", "--json", "--config", "quiet.toml"]
    run = pigate(*arguments, stdin="011\n", cwd=tmp_path)
    assert [json.loads(line)["decision"] for line in run.stdout.splitlines()] == [["off", "off"], ["off", "on"]]


def test_run_needs_pins_that_fit(call: Call) -> None:
    """On a real board, a table that does not fit the pins is a wrong command line: exit 2."""
    line = call.refused("run", "--board", "gpio", "--table", "full-adder")
    assert "1 pins are named, but the table full-adder has 2 outputs" in line


def typed(*arguments: str) -> Task:
    """Return the task that a run on a simulated board has."""
    return task_for_board(_parser().parse_args(["run", *arguments]), simulated=True)


def test_run_takes_what_train_takes(call: Call) -> None:
    """Every option of `train` changes the training of a run, and of a prediction, too."""
    options = ["--hidden", "5,3", "--rule", "plain", "--learning-rate", "2", "--starts", "3", "--epochs", "70"]
    options += ["--tolerance", "0.2", "--seed", "9", "--no-bias"]
    expected = TrainingSettings(
        hidden=(5, 3), bias=False, rule="plain", learning_rate=2.0, starts=3, epochs=70, tolerance=0.2, seed=9
    )
    assert typed(*options).settings.training == expected
    assert task_of(_parser().parse_args(["predict", "101", *options])).settings.training == expected
    assert task_of(_parser().parse_args(["train", *options])).settings.training == expected
    assert call("run", "--board", "simulated", "--hidden", "none", "--epochs", "50")[0] == 78


def test_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--port` is the live page's, which a person who gives it wants."""
    monkeypatch.chdir(tmp_path)
    Path("closed.toml").write_text("[web]\nenabled = false\nport = 8001\n")
    assert typed().settings.web == WebSettings()
    for arguments in (["--port", "8123"], ["--port", "8123", "--config", "closed.toml"]):
        web = typed(*arguments).settings.web
        assert (web.port, web.enabled, web.host) == (8123, True, "127.0.0.1")
