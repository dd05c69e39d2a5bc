"""The drawing of the network, its formulas, and the arithmetic behind them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pigate.learning.network import Network
from pigate.learning.tables import TruthTable
from pigate.learning.training import train

from .browsing import XOR, Look, Run, Show, expect, expect_decision, expect_rows, news_of, rounded, set_switches


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
    values = [f"{a:.2f}" for a in np.concatenate(rounded(XOR.network).forward([0, 1, 1])[1:])]
    expect(page.locator(".neuron:not(.bias) .value")).to_have_text(["0", "1", "1", *values])
    expect(page.locator(".neuron.bias")).to_have_count(2)


def test_formula(run: Run, look: Look) -> None:
    """A neuron's formula stands there with its numbers, on hovering and on focus, by keyboard too."""
    page = look(run.address)
    set_switches(page, "101")
    activations = rounded(XOR.network).forward([1, 0, 1])
    first, second = rounded(XOR.network).weights
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
    paths = page.locator(".weights path").evaluate_all("all => all.map(path => path.getAttribute('d'))")
    drawn = "".join(paths).count("M")
    assert drawn == min(weights, 600)
    assert len(paths) <= 300  # of a wide network, lines that look the same are one element
    if drawn < weights:
        expect(page.locator("#left-out")).to_contain_text(f"the strongest {drawn:,} are drawn")
    last = "hidden 4.64:" if len(layers) == 6 else "output:"
    page.get_by_role("img", name=last).focus()
    activation = rounded(trained.network).forward([int(bit) for bit in levels])[-2 if len(layers) == 6 else -1][-1]
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
