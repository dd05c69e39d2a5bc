"""`pigate reproduce`: the published programs."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from .calls import Call, pigate


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """Return what `reproduce --json --export` prints, and the folder it writes."""
    folder = tmp_path_factory.mktemp("reproduce")
    run = pigate("reproduce", "--json", "--export", str(folder / "files"))
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout), folder / "files"


def test_reproduce_json(reproduced: tuple[Any, Path]) -> None:
    """`reproduce --json` is an object with a key for each program, with the contract's keys and the printed figures."""
    found, _ = reproduced
    assert list(found) == ["multi-layer", "single-layer", "xor-gate"]
    usual = ["predictions", "loss", "epochs"]
    assert [list(program) for program in found.values()] == [usual, usual, [*usual, "starts", "starts_inside_rule"]]
    assert f"{found['multi-layer']['predictions']['110'][0]:.7f}" == "0.0078876"
    single = found["single-layer"]["predictions"]
    figures = " ".join(f"{single[row][0]:.8f}" for row in ("001", "011", "101", "111"))
    assert figures == "0.00966449 0.00786506 0.99358898 0.99211957"
    assert [program["epochs"] for program in found.values()] == [60_000, 10_000, 1_000]
    assert found["xor-gate"]["starts"] == 200
    assert 80 <= found["xor-gate"]["starts_inside_rule"] <= 132


def test_reproduce_export(reproduced: tuple[Any, Path], call: Call) -> None:
    """The exported files are the xor-gate program's network: `--weights` gives its predictions."""
    found, folder = reproduced
    assert sorted(os.listdir(folder)) == ["SumSquaredLossList.csv", "weightsLayer1.txt", "weightsLayer2.txt"]
    predicted = json.loads(call("train", "--weights", str(folder), "--json")[1])["predictions"]
    for levels, (value,) in found["xor-gate"]["predictions"].items():
        assert predicted[levels][0] == pytest.approx(value, abs=1e-12)


def test_reproduce_one(call: Call) -> None:
    """One program is run alone, and its figures stand beside the printed ones."""
    code, out, err = call("reproduce", "single-layer")
    assert (code, err) == (0, "")
    assert re.search(r"001 +0\.00966449 +0\.00966449\n", out)
    assert list(call.json("reproduce", "single-layer")) == ["single-layer"]
    assert re.search(r"inside its own rule.*: \d+ of 200 starts\n", call("reproduce", "xor-gate")[1])
    assert "multi-layer" in call.refused("reproduce", "none")


def test_export_of_a_named_program(call: Call) -> None:
    """`reproduce PROGRAM --export` writes that program's network, which predicts what was printed."""
    found = call.json("reproduce", "single-layer", "--export", "files")["single-layer"]
    assert sorted(os.listdir("files")) == ["SumSquaredLossList.csv", "weightsLayer1.txt"]
    predicted = json.loads(call("train", "--weights", "files", "--json")[1])["predictions"]
    for levels, (value,) in found["predictions"].items():
        assert predicted[levels][0] == pytest.approx(value, abs=1e-12)
    assert len(Path("files/SumSquaredLossList.csv").read_text().splitlines()) == found["epochs"]
