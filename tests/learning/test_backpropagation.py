import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.learning.backpropagation import FIRST_STEP, LONGEST_STEP, Batch, fold, plain, resilient, shapes_of, unfold
from pigate.learning.network import FloatArray, Network

#: the inputs, 0 to 3 hidden layers, the outputs
WIDTHS = st.lists(st.integers(1, 5), min_size=2, max_size=5)
BOTH = (False, True)
BATCHES = (WIDTHS, st.booleans(), st.booleans(), st.integers(1, 3), st.integers(1, 6), st.integers(0, 10**6))


class Case(NamedTuple):
    batch: Batch
    x: FloatArray
    y: FloatArray
    #: the weights of each start, a matrix a layer, as a `Network` has them
    given: list[list[FloatArray]]


def batch_of(widths: list[int], bias: bool, cross_entropy: bool, starts: int, rows: int, seed: int) -> Case:
    """Return a batch of random weights on random rows, with what it was made of."""
    generator = np.random.default_rng(seed)
    shapes = shapes_of(widths, bias)
    x = generator.integers(0, 2, size=(rows, widths[0])).astype(float)
    y = generator.integers(0, 2, size=(rows, widths[-1])).astype(float)
    batch = Batch(x, y, shapes, starts, cross_entropy=cross_entropy)
    given = [[generator.normal(size=shape) for shape in shapes] for _ in range(starts)]
    for start, layers in enumerate(given):
        batch.set_start(start, layers)
    return Case(batch, x, y, given)


def networks(case: Case) -> list[Network]:
    """Return each start as a network."""
    return [Network(case.batch.layers(row), case.x.shape[1]) for row in case.batch.weights]


def sloping(case: Case, cross_entropy: bool) -> FloatArray:
    """Return, for each start, what its gradient is minus the slope of."""
    outputs = np.array([network.predict(case.x) for network in networks(case)])
    if not cross_entropy:
        return np.asarray(0.5 * ((case.y - outputs) ** 2).sum(axis=(1, 2)))
    return np.asarray(-np.log(np.where(case.y == 1, outputs, 1 - outputs)).sum(axis=(1, 2)))


@settings(max_examples=100, deadline=None)
@given(*BATCHES)
def test_gradient(widths: list[int], bias: bool, cross_entropy: bool, starts: int, rows: int, seed: int) -> None:
    """The gradient is minus the slope, by central differences, of half the squared error or the cross-entropy.

    For either rule and 0 to 3 hidden layers, with the error that the folded network has. An output next to 0 or 1
    loses digits in 1 - output: what rounding then does to the difference is allowed for.
    """
    case = batch_of(widths, bias, cross_entropy, starts, rows, seed)
    weights = case.batch.weights
    outputs = np.array([network.predict(case.x) for network in networks(case)])
    case.batch.forward()
    gradient = case.batch.backward().copy()
    step = 1e-5
    rounding = (np.finfo(float).eps / np.minimum(outputs, 1 - outputs)).sum(axis=(1, 2)) / step
    for number in range(weights.shape[1]):
        slopes = np.zeros(starts)
        for side in (step, -step):
            weights[:, number] += side
            slopes += np.sign(side) * sloping(case, cross_entropy) / (2 * step)
            weights[:, number] -= side
        assert np.all(np.abs(gradient[:, number] + slopes) <= 1e-8 + 1e-8 * np.abs(slopes) + rounding)


@settings(max_examples=100, deadline=None)
@given(*BATCHES)
def test_forward_is_the_networks(
    widths: list[int], bias: bool, cross_entropy: bool, starts: int, rows: int, seed: int
) -> None:
    """A start's errors and loss are those of the network that it is given as, and that it is folded into."""
    case = batch_of(widths, bias, cross_entropy, starts, rows, seed)
    case.batch.forward()
    squares = np.empty(starts)
    case.batch.squares(squares)
    errors = [case.y - Network(layers, widths[0]).predict(case.x) for layers in case.given]
    assert case.batch.unit * case.batch.error == pytest.approx(np.array(errors), abs=1e-12)
    assert case.batch.mean * squares == pytest.approx([np.mean(error**2) for error in errors], abs=1e-12)
    winner, largest = case.batch.nearest()
    assert largest == pytest.approx(np.abs(errors[winner]).max(), abs=1e-12)
    assert largest <= min(np.abs(error).max() for error in errors) + 1e-12
    for network, error in zip(networks(case), errors, strict=True):
        assert case.y - network.predict(case.x) == pytest.approx(error, abs=1e-12)


def test_centred_only_with_a_bias_and_the_cross_entropy() -> None:
    """A batch is fed -1..1, at half the unit, where a bias can make up for it and the rule is resilient."""
    units = {(bias, cross): batch_of([3, 4, 1], bias, cross, 1, 8, 1).batch.unit for bias in BOTH for cross in BOTH}
    assert units == {(False, False): 1.0, (False, True): 1.0, (True, False): 1.0, (True, True): 0.5}


MATRICES = st.tuples(st.integers(2, 9), st.integers(1, 9), st.integers(0, 10**6)).map(
    lambda drawn: np.random.default_rng(drawn[2]).uniform(-50, 50, size=(3, *drawn[:2]))
)


@settings(deadline=None)
@given(MATRICES)
def test_fold_is_exact(centred: FloatArray) -> None:
    """On any levels, a layer of tanh on -1..1 and the folded one of sigmoids on 0..1 say the same, to 1e-12."""
    levels = np.random.default_rng(1).uniform(0, 1, size=(5, centred.shape[1] - 1))
    ones = np.ones((5, 1))
    weights = fold(centred)
    tanh = np.tanh(np.hstack([2 * levels - 1, ones]) @ centred)
    sigmoid = 0.5 * (1 + np.tanh(0.5 * np.hstack([levels, ones]) @ weights))
    assert np.abs(tanh - (2 * sigmoid - 1)).max() <= 1e-12
    assert np.abs(unfold(weights) - centred).max() <= 1e-12
    for one, of_many in zip(centred, weights, strict=True):
        assert fold(one).tobytes() == of_many.tobytes()  # a snapshot among others or alone


def test_weights_are_one_row_a_start() -> None:
    """All weights of a start are one row, layer by layer."""
    case = batch_of([3, 4, 2], bias=True, cross_entropy=False, starts=5, rows=2, seed=0)
    assert case.batch.weights.shape == (5, 4 * 4 + 5 * 2)
    for row, layers in zip(case.batch.weights, case.given, strict=True):
        assert row.tolist() == [weight for matrix in layers for weight in matrix.ravel().tolist()]


def test_one_epoch_by_hand() -> None:
    """One epoch of a 1-1-1 network without a bias on the rows 1 -> 1 and 0 -> 0 is the pencil's.

    With weights 0 and 2 log 3 the hidden neuron is 1/2 and the output 3/4 in both rows. The output's
    deltas are 1/4 * 3/16 = 3/64 and -3/4 * 3/16 = -9/64, so its gradient is (3 - 9)/64 / 2 = -3/64. The
    hidden delta of row 1 is 3/64 * 2 log 3 * 1/4 = 3 log 3 / 128; row 0 has no input to multiply.
    Of the cross-entropy the output's deltas are 1/4 and -3/4 themselves, so both are 16/3 and 16/3 times that.
    """
    log3 = math.log(3)
    rows = np.array([[1.0], [0.0]])
    for cross_entropy, times in ((False, (1, 1)), (True, (16 / 3, 16 / 3))):
        batch = Batch(rows, rows, [(1, 1), (1, 1)], 1, cross_entropy=cross_entropy)
        batch.weights[...] = [[0.0, 2 * log3]]
        batch.forward()
        assert batch.error.ravel() == pytest.approx([1 / 4, -3 / 4])
        gradient = batch.backward()
        assert gradient.ravel() == pytest.approx([3 * log3 / 128 * times[0], -3 / 64 * times[1]])
    plain(1.0, (1, 2))(batch.weights, gradient)
    assert batch.weights.ravel() == pytest.approx([log3 / 8, 2 * log3 - 1 / 4])


def test_one_epoch_with_bias_by_hand() -> None:
    """A bias is fed 1: its gradient is the sum of the deltas.

    One neuron, weight 0 and bias log 3, says 3/4 in both rows: deltas 3/64 and -9/64. Centred it is
    weight 0 and bias log 3 / 2, says 1/2, where 1 and -1 should be: deltas 1/2 and -3/2, on 1 and -1.
    """
    rows = np.array([[1.0], [0.0]])
    for cross_entropy, gradient in ((False, [3 / 64, -6 / 64]), (True, [2, -1])):
        batch = Batch(rows, rows, [(2, 1)], 1, cross_entropy=cross_entropy)
        batch.set_start(0, [np.array([[0.0], [math.log(3)]])])
        batch.forward()
        assert batch.backward().ravel() == pytest.approx(gradient)


@pytest.mark.parametrize("bias", [False, True])
def test_starts_do_not_mix(bias: bool) -> None:
    """A start alone and among others goes the same way."""
    case = batch_of([3, 4, 2], bias, cross_entropy=True, starts=4, rows=8, seed=5)
    together, alone = case.batch, Batch(case.x, case.y, shapes_of([3, 4, 2], bias), 1, cross_entropy=True)
    alone.set_start(0, case.given[2])
    for batch in (together, alone):
        update = resilient(batch.weights.shape, batch.unit)
        for _ in range(20):
            batch.forward()
            update(batch.weights, batch.backward())
    assert together.weights[2] == pytest.approx(alone.weights[0], abs=1e-9)


def test_plain() -> None:
    """The plain rule adds the learning rate times the gradient, in place, and leaves the gradient."""
    weights, gradient = np.array([[1.0, 2.0]]), np.array([[0.5, -1.0]])
    plain(0.5, (1, 2))(weights, gradient)
    assert weights.tolist() == [[1.25, 1.5]]
    assert gradient.tolist() == [[0.5, -1.0]]


def test_resilient_by_hand() -> None:
    """IRprop-: the first step, x1.2 while the sign holds, halved and no step when it turns, then on anew."""
    weights = np.zeros((1, 1))
    update = resilient((1, 1))
    path = []
    for gradient in (3.0, 0.001, -7.0, -7.0, -1.0, 0.0, -1.0):
        update(weights, np.array([[gradient]]))
        path.append(weights[0, 0] / FIRST_STEP)
    assert path == pytest.approx([1, 2.2, 2.2, 1.6, 0.88, 0.88, 0.16])


@pytest.mark.parametrize("unit", [1.0, 0.5])
def test_resilient_longest_step(unit: float) -> None:
    """A step grows to the longest and no further, in the unit of the weights."""
    weights = np.zeros((1, 1))
    update = resilient((1, 1), unit)
    steps = []
    for _ in range(60):
        before = weights[0, 0]
        update(weights, np.ones((1, 1)))
        steps.append(weights[0, 0] - before)
    assert steps[0] == unit * FIRST_STEP
    assert max(steps) == pytest.approx(unit * LONGEST_STEP)
    assert steps[-20:] == pytest.approx([unit * LONGEST_STEP] * 20)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([-2.0, -1e-300, 0.0, 1e-300, 2.0]), min_size=3, max_size=3), max_size=40))
def test_resilient_is_the_papers(gradients: list[list[float]]) -> None:
    """Each weight goes its own way, which is that of the paper's loop over single weights."""
    weights = np.zeros((1, 3))
    update = resilient((1, 3))
    step, last, expected = [FIRST_STEP] * 3, [0.0] * 3, [0.0] * 3
    for gradient in gradients:
        update(weights, np.array([gradient]))
        for i, g in enumerate(gradient):
            now = math.copysign(1, g) if g else 0.0
            if last[i] * now > 0:
                step[i] = min(step[i] * 1.2, LONGEST_STEP)
            elif last[i] * now < 0:
                step[i] *= 0.5
                now = 0.0
            expected[i] += now * step[i]
            last[i] = now
    assert weights[0].tolist() == pytest.approx(expected, abs=1e-12)
