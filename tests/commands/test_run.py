"""`pigate run`, as far as it is a command; tests/gate tests the gate."""

import json
from pathlib import Path

import pytest

from pigate.pins.board import on_a_pi

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
