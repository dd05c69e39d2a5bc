"""Full-batch backpropagation, many networks side by side, and the two rules that use it.

**Plain**, as the articles have it: sigmoids, the squared error (Rumelhart, Hinton and Williams 1986,
"Learning representations by back-propagating errors", Nature 323):

    forward    a[l+1] = sigmoid(a[l] @ W[l])
    backward   d[L] = (y - a[L]) * a[L] * (1 - a[L])
               d[l] = (d[l+1] @ W[l].T) * a[l] * (1 - a[l])
    gradient   G[l] = a[l].T @ d[l+1]      (downhill: minus the slope of half the squared error)

With a bias, a[l] has a last column of ones, and the last row of W[l] is the bias.

**Resilient** takes the gradient of the cross-entropy, -sum(y log a + (1 - y) log(1 - a)), instead. Its
d[L] is `y - a[L]`: without the factor a (1 - a) an output at the wrong end, where that is almost 0, is
not stuck there.

With a bias it also centres what a layer is fed, -1..1 instead of 0..1, which makes the slopes of a
layer's weights less alike (LeCun, Bottou, Orr and Müller 1998, "Efficient BackProp", sections 4.3 and
4.4). Since 2 sigmoid(2 u) - 1 = tanh(u), the network is then one of tanh:

    forward    h[0] = 2 x - 1,  h[l+1] = tanh(h[l] @ V[l])
    backward   d[L] = (2 y - 1) - h[L],  d[l] = (d[l+1] @ V[l].T) * (1 - h[l] ** 2)
    gradient   G[l] = h[l].T @ d[l+1]      (minus the slope of the cross-entropy)

and a sigmoid network on 0..1, exactly: `fold` puts h = 2 a - 1 into 2 (h @ V), which is a @ W.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod

import numpy as np

from .network import HALF, ONE, FloatArray, sigmoid_of_half

#: Changes weights in place, given the gradient; both (starts, weights in all).
Update = Callable[[FloatArray, FloatArray], None]

#: Rows and columns of a layer's weight matrix.
Shape = tuple[int, int]

#: The first step of the resilient rule, and its longest, in the unit of W: see `Batch.unit`. Of first
#: steps from 0.1 to 0.6, this one took the fewest epochs over tables of 3 to 8 inputs; steps hardly ever
#: grow beyond 2, and the longest only keeps weights finite where a gradient never turns.
FIRST_STEP = 0.4
LONGEST_STEP = 10.0


def shapes_of(widths: Sequence[int], bias: bool) -> list[Shape]:
    """Return the shapes of the weight matrices between layers of these widths, the inputs first."""
    return [(fan_in + bias, fan_out) for fan_in, fan_out in pairwise(widths)]


def split(flat: FloatArray, shapes: Sequence[Shape]) -> list[FloatArray]:
    """Return views of ``(..., weights in all)`` as the layers' matrices ``(..., rows, columns)``."""
    views, begin = [], 0
    for rows, columns in shapes:
        end = begin + rows * columns
        views.append(flat[..., begin:end].reshape(*flat.shape[:-1], rows, columns))
        begin = end
    return views


def fold(centred: FloatArray) -> FloatArray:
    """Return W of a sigmoid layer on 0..1 for V of a tanh layer on -1..1; both ``(..., fan_in + 1, fan_out)``."""
    folded = 4.0 * centred
    bias = folded[..., -1, :]
    bias -= np.add.reduce(folded[..., :-1, :], axis=-2)
    bias *= 0.5
    return folded


def unfold(weights: FloatArray) -> FloatArray:
    """Return V for W: the inverse of `fold`."""
    centred = 0.25 * weights
    centred[..., -1, :] = 0.5 * weights[..., -1, :] + centred[..., :-1, :].sum(axis=-2)
    return centred


class Batch:
    """Networks of one shape, learning the same rows side by side.

    Shapes, with S starts, R rows and a weight matrix ``(r, c)`` for each layer: the weights of a
    layer are ``(S, r, c)``, its activations ``(S, R, c)``. All weights of a start lie in one row of
    ``weights``, ``(S, weights in all)``, and the gradient in the same order in ``gradient``, so that
    a rule updates them with one operation. The buffers are made once: in a narrow network the time
    of an epoch is the time of its calls, in a wide one a fresh array costs as much as what fills it.
    One thread at a time.

    Args:
        x: ``(R, inputs)``, the taught levels.
        y: ``(R, outputs)``, their targets.
        shapes: of the layers' matrices, ``(fan_in, fan_out)`` or, with a bias, ``(fan_in + 1, fan_out)``.
        starts: S.
        cross_entropy: whether the gradient is that of the cross-entropy, and centred if there is a
            bias, or that of the squared error.
    """

    def __init__(
        self, x: FloatArray, y: FloatArray, shapes: Sequence[Shape], starts: int, *, cross_entropy: bool
    ) -> None:
        self._shapes = shapes
        self._cross_entropy = cross_entropy
        self._centred = cross_entropy and shapes[0][0] > x.shape[1]
        #: W, or V where it is centred; 0 until they are set
        self.weights: FloatArray = np.zeros((starts, sum(map(prod, shapes))))
        self.gradient: FloatArray = np.zeros(self.weights.shape)
        #: what 1 in W is in ``weights``, as a neuron's sum goes: the sum of V is half that of W
        self.unit = 0.5 if self._centred else 1.0
        self._w = split(self.weights, shapes)
        self._g = split(self.gradient, shapes)
        # Activations are kept twice: as they are, for what is done to each number is quickest where
        # numbers lie side by side, and as the next layer is fed, with a column of ones for its bias.
        fed = [np.ones((starts, len(x), rows)) for rows, _ in shapes]
        fed[0][..., : x.shape[1]] = 2.0 * x - 1.0 if self._centred else x
        self._a = [np.empty((starts, len(x), columns)) for _, columns in shapes]
        self._targets = 2.0 * y - 1.0 if self._centred else y
        #: target less output, ``(S, R, outputs)``, as `forward` left it; twice that where it is centred
        self.error: FloatArray = np.empty_like(self._a[-1])
        self._d = [np.empty_like(a) for a in self._a]
        if cross_entropy:
            self._d[-1] = self.error
        # A layer's views: what it is fed, its weights, what it gives, and that as the next layer is fed.
        above = [matrix[..., : a.shape[2]] for a, matrix in zip(self._a, fed[1:], strict=False)]
        self._up = list(zip(fed, self._w, self._a, [*above, None], strict=True))
        # The same on the way back: what it was fed, its gradient; the weights and what is below them.
        turned = [w[:, : a.shape[2]].swapaxes(1, 2) for a, w in zip(self._a, self._w[1:], strict=False)]
        below = [None, *zip(turned, self._d, self._a, strict=False)]
        self._down = list(zip([matrix.swapaxes(1, 2) for matrix in fed], self._g, below, strict=True))[::-1]
        flat = self.error.reshape(starts, -1)
        self._row, self._column = flat[:, np.newaxis, :], flat[:, :, np.newaxis]
        #: makes sums of squared errors the mean squared errors of outputs from 0 to 1
        self.mean = self.unit**2 / flat.shape[1]

    def set_start(self, start: int, layers: Sequence[FloatArray]) -> None:
        """Give a start the matrices W of a `Network`."""
        for mine, weights in zip(self._w, layers, strict=True):
            mine[start] = unfold(weights) if self._centred else weights

    def layers(self, flat: FloatArray) -> list[FloatArray]:
        """Return rows of ``weights``, ``(..., weights in all)``, as the matrices W of a `Network`, ``(..., r, c)``."""
        return [fold(matrix) if self._centred else matrix for matrix in split(flat, self._shapes)]

    def forward(self) -> None:
        """Run all rows through all networks, and compare the outputs with the targets."""
        centred = self._centred
        for fed, w, a, above in self._up:
            np.matmul(fed, w, out=a)
            if centred:
                np.tanh(a, out=a)
            else:
                np.multiply(a, HALF, out=a)
                sigmoid_of_half(a)
            if above is not None:
                above[...] = a
        np.subtract(self._targets, self._a[-1], out=self.error)

    def squares(self, out: FloatArray) -> None:
        """Write the sum of each start's squared errors, ``(S,)``, after `forward`: `mean` times that is the loss."""
        np.matmul(self._row, self._column, out=out.reshape(-1, 1, 1))

    def nearest(self) -> tuple[int, float]:
        """Return the start whose largest error is the smallest, and that error, after `forward`."""
        largest = np.abs(self._row).max(axis=(1, 2))
        winner = int(largest.argmin())
        return winner, float(largest[winner]) * self.unit

    def backward(self) -> FloatArray:
        """Fill and return ``gradient`` for the weights that `forward` used; the activations are used up."""
        d = self._d[-1]
        if not self._cross_entropy:
            d[...] = self.error
            self._times_slope(d, self._a[-1])
        for fed, gradient, below in self._down:
            np.matmul(fed, d, out=gradient)
            if below is not None:
                turned, d_below, a_below = below
                np.matmul(d, turned, out=d_below)
                self._times_slope(d_below, a_below)
                d = d_below
        return self.gradient

    def _times_slope(self, d: FloatArray, a: FloatArray) -> None:
        """Multiply d by 1 - a ** 2 or a * (1 - a), in place; a is used up."""
        factor = a if self._centred else d
        np.multiply(factor, a, out=factor)
        np.subtract(ONE, a, out=a)
        np.multiply(d, a, out=d)


def plain(learning_rate: float, shape: tuple[int, ...]) -> Update:
    """Return gradient descent as published, ``W += rate * G``, for weights of this shape."""
    rate, change = np.array(learning_rate), np.empty(shape)

    def update(weights: FloatArray, gradient: FloatArray) -> None:
        np.multiply(rate, gradient, out=change)
        np.add(weights, change, out=weights)

    return update


def resilient(shape: tuple[int, ...], unit: float = 1.0) -> Update:
    """Return iRprop- for weights of this shape, and of this `Batch.unit`.

    Igel and Hüsken 2000, "Improving the Rprop learning algorithm". Each weight has a step of its own:
    `FIRST_STEP` at first, times 1.2 (at most `LONGEST_STEP`) while its gradient keeps its sign, halved
    when the sign turns, and then it rests for one epoch.
    """
    steps = np.full(shape, unit * FIRST_STEP)
    moved = np.zeros(shape)  # by how much each weight moved last: by its step, with a sign, or not
    sign, along, most, change = (np.empty(shape) for _ in range(4))
    longest, grow, shrink = np.array(unit * LONGEST_STEP), np.array(0.2), HALF

    def update(weights: FloatArray, gradient: FloatArray) -> None:
        np.sign(gradient, out=sign)
        np.multiply(moved, sign, out=along)  # the step if the sign held, minus the step if it turned, else 0
        np.add(steps, along, out=most)  # 0 if the sign turned, else no bound
        np.multiply(along, grow, out=change)
        np.multiply(along, shrink, out=along)
        np.minimum(change, along, out=change)
        np.add(steps, change, out=steps)
        np.minimum(steps, longest, out=steps)
        np.minimum(steps, most, out=moved)
        np.multiply(moved, sign, out=moved)
        np.add(weights, moved, out=weights)

    return update
