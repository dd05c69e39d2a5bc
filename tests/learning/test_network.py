import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.errors import ArgumentError, WeightsError
from pigate.learning.network import Network, sigmoid_of_half


def test_sigmoid() -> None:
    """Of half of z it is 1 / (1 + exp(-z))."""
    z = np.linspace(-30, 30, 601)
    assert sigmoid_of_half(z / 2) == pytest.approx([1 / (1 + math.exp(-v)) for v in z], abs=1e-15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("z", [800.0, 1e308])
def test_sigmoid_does_not_overflow(z: float) -> None:
    """Where the article's form overflows, ours says 0 or 1 without a warning."""
    with pytest.raises(RuntimeWarning, match="overflow"):
        1 / (1 + np.exp(np.array([z])))
    assert sigmoid_of_half(np.array([-z, z, -math.inf, math.inf]) / 2).tolist() == [0, 1, 0, 1]


def test_forward_by_hand() -> None:
    """A 2-2-1 network with biases gives the activations that a pencil gives, the inputs first."""
    log = math.log
    hidden = [[log(3), 0.0], [0.0, -log(3)], [-log(3), log(3)]]  # the last row is the bias
    output = [[log(2)], [log(4)], [-log(2)]]
    network = Network([hidden, output], inputs=2)
    levels, middle, last = network.forward([1, 0])
    assert levels.tolist() == [1, 0]
    assert middle == pytest.approx([1 / 2, 3 / 4])  # z = 0 and log 3
    assert last == pytest.approx([1 / (1 + 2**-1)])  # z = log 2 (1/2 + 2 * 3/4 - 1) = log 2
    assert network.layers == [2, 2, 1]


def test_without_bias() -> None:
    """Without a bias every layer has one row less, and all switches open is 0.5 in the first."""
    network = Network([[[1.0, -2.0]] * 3, [[4.0], [2.0]]], inputs=3)
    _, middle, last = network.forward([0, 0, 0])
    assert middle.tolist() == [0.5, 0.5]
    assert last == pytest.approx([1 / (1 + math.exp(-3))])


@given(st.integers(1, 8), st.lists(st.integers(1, 6), min_size=1, max_size=4), st.booleans(), st.integers(0, 99))
def test_rows_together_or_alone(inputs: int, widths: list[int], bias: bool, seed: int) -> None:
    """Many rows at once give what each gives alone, in every layer."""
    generator = np.random.default_rng(seed)
    sizes = [inputs, *widths]
    network = Network([generator.normal(size=(a + bias, b)) for a, b in pairwise(sizes)], inputs)
    assert network.layers == sizes
    rows = generator.integers(0, 2, size=(5, inputs))
    together = network.forward(rows)
    assert [a.shape for a in together] == [(5, width) for width in sizes]
    for number, row in enumerate(rows):
        alone = network.forward(row)
        assert [a.shape for a in alone] == [(width,) for width in sizes]
        for one, all_rows in zip(alone, together, strict=True):
            assert one == pytest.approx(all_rows[number], abs=1e-12)
    assert network.predict(rows).tolist() == together[-1].tolist()
    assert ((together[-1] >= 0) & (together[-1] <= 1)).all()


def test_immutable() -> None:
    """A network keeps a copy of its weights, which nobody can change."""
    matrix = np.ones((3, 1))
    network = Network([matrix], inputs=3)
    matrix[:] = 7
    assert network.weights[0].tolist() == [[1]] * 3
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0][0, 0] = 2


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([], "a network needs at least one layer"),
        ([np.ones((2, 1))], "layer 1 is 2 x 1: it needs 3 rows, or 4 with the bias last"),
        ([np.ones((5, 1))], "layer 1 is 5 x 1"),
        ([np.ones((3, 4)), np.ones((6, 1))], "layer 2 is 6 x 1: it needs 4 rows, or 5"),
        ([np.ones((3, 0))], "layer 1 is 3 x 0"),
        ([np.ones(3)], "layer 1 is 3: it needs"),
        ([np.ones((3, 1, 1))], "layer 1 is 3 x 1 x 1"),
        ([[[math.nan]] * 3], "layer 1 has a weight that is not finite"),
        ([np.ones((3, 1)), [[math.inf]]], "layer 2 has a weight that is not finite"),
    ],
)
def test_wrong_weights(weights: list[list[list[float]]], words: str) -> None:
    """Weights that do not follow one another, or are not finite, are refused in words, naming the layer."""
    with pytest.raises(WeightsError) as caught:
        Network(weights, inputs=3)
    assert str(caught.value).startswith(words)


ONES = Network([np.ones((4, 1))], inputs=3)


def test_predict_text() -> None:
    """Text such as 101 is levels, too; rows of numbers are rows."""
    assert ONES.predict("101").tolist() == ONES.predict([1, 0, 1]).tolist() == ONES.predict((True, False, 1.0)).tolist()
    assert ONES.predict(np.array([[1, 0, 1], [0, 0, 0]])).shape == (2, 1)
    assert Network([[[1.0]]], inputs=1).predict("1").shape == (1,)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ([], "[]"),
        ([1, 0], "[1, 0]"),
        ([1, 0, 1, 1], "[1, 0, 1, 1]"),
        ([[1, 0]], "[[1, 0]]"),
        ([[[1, 0, 1]]], "[[[1, 0, 1]]]"),
        ([[1, 0, 1], [1]], "[[1, 0, 1], [1]]"),
        (5, "5"),
        (None, "None"),
        ("10", "'10'"),
        ("1o1", "'1o1'"),
        ("\u0661\u0661\u0661", "'\u0661\u0661\u0661'"),
        (["a", 0, 1], "['a', 0, 1]"),
        ([1, 0, math.nan], "[1, 0, nan]"),
        ([1, 0, math.inf], "[1, 0, inf]"),
        ([1, 0, 1j], "[1, 0, 1j]"),
        ([None, 0, 1], "[None, 0, 1]"),
        ([10**400, 0, 1], f"[1{'0' * 35}..."),
        (np.zeros((2, 2)), "array([[0., 0.], [0., 0.]])"),
    ],
)
def test_wrong_levels(levels: Any, shown: str) -> None:
    """Levels that do not fit the network, or are no finite numbers, are one sentence; a ValueError, too."""
    with pytest.raises(ArgumentError) as caught:
        ONES.predict(levels)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == (f'give 3 finite numbers, such as [1, 0, 1] or "101", or rows of 3, not {shown}')


@pytest.mark.filterwarnings("error")
def test_largest_weights() -> None:
    """Weights near the largest number there is are refused, or predict 0 to 1: no warning, and no nan."""
    huge = 1.7e308
    try:
        network = Network([[[huge, -huge]] * 4, [[huge], [huge], [-huge]]], inputs=3)
    except WeightsError:
        return
    predicted = network.predict([[0, 0, 0], [1, 1, 1]])
    assert ((predicted >= 0) & (predicted <= 1)).all()
