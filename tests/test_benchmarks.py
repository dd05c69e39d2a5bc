"""The benchmarks' own arithmetic: the peer that is written here, the middle of three runs, and the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path

import numpy as np
import pytest

from benchmarks import document, levenberg_marquardt
from benchmarks.figure import HEAD, Figure, measured, worse
from benchmarks.picture import drawing
from pigate.learning.backpropagation import shapes_of
from pigate.learning.proof import rows_as_arrays
from pigate.learning.tables import TruthTable


@pytest.mark.parametrize("widths", [[3, 1], [3, 4, 1], [2, 3, 4, 2]])
def test_slopes(widths: list[int]) -> None:
    """Levenberg-Marquardt's slopes are those of central differences, for any layers."""
    generator = np.random.default_rng(1)
    shapes = shapes_of(widths, bias=True)
    weights = generator.standard_normal((2, sum(map(prod, shapes))))
    x = generator.choice([-1.0, 1.0], size=(5, widths[0]))
    layers = levenberg_marquardt.forward(x, weights, shapes)
    slopes = levenberg_marquardt.slopes(layers, weights, shapes)
    for number in range(weights.shape[1]):
        step = np.zeros_like(weights)
        step[:, number] = 1e-5
        up, down = (levenberg_marquardt.forward(x, weights + side * step, shapes)[-1] for side in (1, -1))
        assert slopes[:, :, number] == pytest.approx((up - down).reshape(2, -1) / 2e-5, abs=1e-8)


def test_steps() -> None:
    """A step solves the same equations on either side, with more weights than residuals or fewer."""
    generator = np.random.default_rng(1)
    for residuals, weights in ((3, 7), (7, 3)):
        j, errors = generator.standard_normal((2, residuals, weights)), generator.standard_normal((2, residuals))
        damping = np.array([[[0.1]], [[2.0]]])
        steps = levenberg_marquardt.steps(j, errors, damping)
        for step, slope, error, much in zip(steps, j, errors, damping.ravel(), strict=True):
            assert slope.T @ slope @ step + much * step == pytest.approx(slope.T @ error)


@pytest.mark.parametrize(("name", "inputs", "hidden"), [("xor", 3, 4), ("full-adder", 3, 4), ("parity", 5, 8)])
def test_levenberg_marquardt_learns(name: str, inputs: int, hidden: int) -> None:
    """The peer is a worthy one: it learns what it is compared by, from every seed."""
    table = TruthTable.named(name, inputs)
    assert all(levenberg_marquardt.train(table, [hidden], seed) for seed in range(1, 21))
    assert len(rows_as_arrays(table)[0]) == 2**inputs


def runs_of(*ratios: tuple[float, float]) -> tuple[Callable[[], Iterator[Figure]], list[int]]:
    """Return a group of the figures a and b, with a pair of ratios each run, and how often it was measured."""
    done: list[int] = []

    def group() -> Iterator[Figure]:
        done.append(len(done))
        for what, ratio in zip("ab", ratios[done[-1]], strict=True):
            yield Figure(what, "ms", [ratio], "peer", [1.0])

    return group, done


COMMITTED = {"a: peer": 0.5, "b: peer": 2.0, "gone: peer": 1.0}


@pytest.mark.parametrize(
    ("runs", "times", "kept", "named"),
    [
        ([(0.5, 2.0)], 1, (0.5, 2.0), []),
        ([(0.6, 2.4)], 1, (0.6, 2.4), []),  # a fifth more is not more than a fifth
        ([(0.7, 2.0), (0.5, 2.1), (0.4, 2.2)], 3, (0.5, 2.1), []),  # worse in one run of three
        ([(0.7, 2.0), (0.4, 2.5), (0.8, 2.2)], 3, (0.7, 2.2), ["a: peer"]),  # in two; b in one that does not count
        ([(0.7, 2.5), (0.7, 2.5), (0.7, 2.5)], 3, (0.7, 2.5), ["a: peer", "b: peer"]),
    ],
)
def test_worse_in_two_runs_of_three(
    runs: list[tuple[float, float]], times: int, kept: tuple[float, float], named: list[str]
) -> None:
    """What is worse by more than a fifth in two runs of three is named; a second run is made only if one is needed."""
    group, done = runs_of(*runs)
    figures = measured(group, COMMITTED)
    assert len(done) == times
    assert tuple(figure.ratio for figure in figures) == kept
    assert worse(figures, COMMITTED) == named


def test_new_figures_are_not_worse() -> None:
    """A figure that was not there before cannot be worse."""
    assert worse([Figure("new", "ms", [9.0], "peer", [1.0])], COMMITTED) == []


def test_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page, the picture and the ratios say the same; a ratio that was not measured again stays."""
    for name in ("PAGE", "PICTURE", "RATIOS"):
        monkeypatch.setattr(document, name, tmp_path / name)
    figures = [
        Figure("training", "ms", [2.0, 1.0, 3.0], "a & b", [8.0], 1 / 5, theirs_note="3 of 4 learned"),
        Figure("training", "ms", [2.0], "never", [1.0], 1 / 5, failed=True),
        Figure("idle", "%", [3.0], "c", [2.0]),
    ]
    document.write(figures, [("inputs", "time"), ("1", "2 ms")], COMMITTED)
    page = (tmp_path / "PAGE").read_text()
    assert "| training | 2 ms | a & b | 8 ms (3 of 4 learned) | 1/4 | <= 1/5 MISSED |" in page
    assert "| training | 2 ms | never | 1 ms | - | - |" in page
    assert "| idle | 3 % | c | 2 % | 1.50 | - |" in page
    assert "| 1 | 2 ms |" in page
    assert document.committed() == COMMITTED | {"training: a & b": 0.25, "idle: c": 1.5}
    picture = (tmp_path / "PICTURE").read_text()
    assert picture == drawing([figures[0], figures[2]])
    assert re.findall(r">([^<]+)</text>", picture)[-6:] == ["training", "a &amp; b", "1/4", "idle", "c", "1.50"]


def test_page_is_of_one_run() -> None:
    """The committed page's ratios are those of the committed JSON, each in a line of its own."""
    rows = [re.split(r" \| ", line.strip("| ")) for line in document.PAGE.read_text().splitlines()]
    shown = {f"{row[0]}: {row[2]}": row[4] for row in rows if len(row) == 6 and row[0] != HEAD[0]}
    ratios = json.loads(document.RATIOS.read_text())
    assert shown
    compared = {name: ratio for name, ratio in shown.items() if ratio != "-"}
    for name, ratio in compared.items():
        value = 1 / float(ratio[2:]) if ratio.startswith("1/") else float(ratio)
        assert value == pytest.approx(ratios[name], rel=0.01, abs=0.01)
    assert len(re.findall(r"<rect class=\"(?:less|more)\"", document.PICTURE.read_text())) == len(compared)
