import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.learning.backpropagation import Batch, plain, resilient
from pigate.learning.network import FloatArray, Network

WIDTHS = st.lists(st.integers(1, 5), min_size=2, max_size=5)


class Case(NamedTuple):
    batch: Batch
    x: FloatArray
    y: FloatArray
    layers: list[FloatArray]


def batch_of(widths: list[int], bias: bool, starts: int, rows: int, seed: int) -> Case:
    """Return a batch of random weights on random rows, with what it was made of."""
    generator = np.random.default_rng(seed)
    layers = [generator.normal(size=(starts, a + bias, b)) for a, b in pairwise(widths)]
    x = generator.integers(0, 2, size=(rows, widths[0])).astype(float)
    y = generator.integers(0, 2, size=(rows, widths[-1])).astype(float)
    return Case(Batch(x, y, layers), x, y, layers)


def half_squared_errors(batch: Batch) -> FloatArray:
    """Return half the sum of squared errors of each start."""
    batch.forward()
    return np.asarray(0.5 * (batch.error**2).sum(axis=(1, 2)))


@settings(max_examples=60, deadline=None)
@given(WIDTHS, st.booleans(), st.integers(1, 3), st.integers(1, 6), st.integers(0, 10**6))
def test_gradient(widths: list[int], bias: bool, starts: int, rows: int, seed: int) -> None:
    """The gradient is minus the slope of half the squared error, by central differences, for any layers."""
    batch = batch_of(widths, bias, starts, rows, seed).batch
    batch.forward()
    gradient = batch.backward().copy()
    step = 1e-5
    for number in range(batch.weights.shape[1]):
        slopes = np.zeros(starts)
        for side in (step, -step):
            batch.weights[:, number] += side
            slopes += np.sign(side) * half_squared_errors(batch) / (2 * step)
            batch.weights[:, number] -= side
        assert gradient[:, number] == pytest.approx(-slopes, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(WIDTHS, st.booleans(), st.integers(1, 3), st.integers(1, 6), st.integers(0, 10**6))
def test_forward_is_the_networks(widths: list[int], bias: bool, starts: int, rows: int, seed: int) -> None:
    """Each start's outputs are those of a network with its weights; its error is target less output."""
    batch, x, y, layers = batch_of(widths, bias, starts, rows, seed)
    outputs = batch.forward()
    for start in range(starts):
        network = Network(Batch.split(batch.weights[start], layers), widths[0])
        assert outputs[start] == pytest.approx(network.predict(x), abs=1e-12)
        assert batch.error[start] == pytest.approx(y - network.predict(x), abs=1e-12)


def test_split() -> None:
    """The flat weights and the layers' matrices are the same numbers, in memory, too."""
    batch, _, _, layers = batch_of([3, 4, 2], True, 5, 2, 0)
    views = Batch.split(batch.weights, layers)
    assert batch.weights.shape == (5, 4 * 4 + 5 * 2)
    for view, matrix in zip(views, layers, strict=True):
        assert view.tolist() == matrix.tolist()
        assert np.shares_memory(view, batch.weights)


def test_one_epoch_by_hand() -> None:
    """One epoch of a 1-1-1 network without a bias on the rows 1 -> 1 and 0 -> 0 is the pencil's.

    With weights 0 and 2 log 3 the hidden neuron is 1/2 and the output 3/4 in both rows. The output's
    deltas are 1/4 * 3/16 = 3/64 and -3/4 * 3/16 = -9/64, so its gradient is (3 - 9)/64 / 2 = -3/64. The
    hidden delta of row 1 is 3/64 * 2 log 3 * 1/4 = 3 log 3 / 128; row 0 has no input to multiply.
    """
    log3 = math.log(3)
    batch = Batch(np.array([[1.0], [0.0]]), np.array([[1.0], [0.0]]), [np.array([[[0.0]]]), np.array([[[2 * log3]]])])
    assert batch.forward().ravel() == pytest.approx([3 / 4, 3 / 4])
    assert batch.error.ravel() == pytest.approx([1 / 4, -3 / 4])
    gradient = batch.backward()
    assert gradient.ravel() == pytest.approx([3 * log3 / 128, -3 / 64])
    plain(1.0)(batch.weights, gradient)
    assert batch.weights.ravel() == pytest.approx([3 * log3 / 128, 2 * log3 - 3 / 64])


def test_one_epoch_with_bias_by_hand() -> None:
    """A bias is fed 1: its gradient is the sum of the deltas.

    One neuron, weight 0 and bias log 3, says 3/4 in both rows: deltas 3/64 and -9/64.
    """
    batch = Batch(np.array([[1.0], [0.0]]), np.array([[1.0], [0.0]]), [np.array([[[0.0], [math.log(3)]]])])
    batch.forward()
    assert batch.backward().ravel() == pytest.approx([3 / 64, -6 / 64])


def test_starts_do_not_mix() -> None:
    """A start alone and among others goes the same way."""
    together, x, y, layers = batch_of([3, 4, 2], True, 4, 8, 5)
    alone = Batch(x, y, [matrix[2:3] for matrix in layers])
    rules = resilient(together.weights.shape), resilient(alone.weights.shape)
    for _ in range(20):
        for batch, rule in zip((together, alone), rules, strict=True):
            batch.forward()
            rule(batch.weights, batch.backward())
    assert together.weights[2] == pytest.approx(alone.weights[0], abs=1e-9)


def test_plain() -> None:
    """The plain rule adds the learning rate times the gradient, in place, and leaves the gradient."""
    weights, gradient = np.array([[1.0, 2.0]]), np.array([[0.5, -1.0]])
    plain(0.5)(weights, gradient)
    assert weights.tolist() == [[1.25, 1.5]]
    assert gradient.tolist() == [[0.5, -1.0]]


def test_resilient_by_hand() -> None:
    """IRprop-: 0.1 at first, x1.2 while the sign holds, halved and no step when it turns, then on anew."""
    weights = np.zeros((1, 1))
    update = resilient((1, 1))
    path = []
    for gradient in (3.0, 0.001, -7.0, -7.0, -1.0, 0.0, -1.0):
        update(weights, np.array([[gradient]]))
        path.append(weights[0, 0])
    assert path == pytest.approx([0.1, 0.22, 0.22, 0.16, 0.088, 0.088, 0.016])


def test_resilient_longest_step() -> None:
    """A step grows to 5 and no further."""
    weights = np.zeros((1, 1))
    update = resilient((1, 1))
    steps = []
    for _ in range(60):
        before = weights[0, 0]
        update(weights, np.ones((1, 1)))
        steps.append(weights[0, 0] - before)
    assert max(steps) == pytest.approx(5)
    assert steps[-20:] == pytest.approx([5] * 20)


@given(st.lists(st.lists(st.sampled_from([-2.0, -1e-300, 0.0, 1e-300, 2.0]), min_size=3, max_size=3), max_size=40))
def test_resilient_is_the_papers(gradients: list[list[float]]) -> None:
    """Each weight goes its own way, which is that of the paper's loop over single weights."""
    weights = np.zeros((1, 3))
    update = resilient((1, 3))
    step, last, expected = [0.1] * 3, [0.0] * 3, [0.0] * 3
    for gradient in gradients:
        update(weights, np.array([gradient]))
        for i, g in enumerate(gradient):
            now = math.copysign(1, g) if g else 0.0
            if last[i] * now > 0:
                step[i] = min(step[i] * 1.2, 5.0)
            elif last[i] * now < 0:
                step[i] *= 0.5
                now = 0.0
            expected[i] += now * step[i]
            last[i] = now
    assert weights[0].tolist() == pytest.approx(expected, abs=1e-12)
