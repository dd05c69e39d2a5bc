"""Full-batch backpropagation, many networks side by side, and the two rules that use it.

For a sigmoid network with the squared error (Rumelhart, Hinton and Williams 1986):

    forward    a[l+1] = sigmoid(a[l] @ W[l])
    backward   d[L] = (y - a[L]) * a[L] * (1 - a[L])
               d[l] = (d[l+1] @ W[l].T) * a[l] * (1 - a[l])
    gradient   G[l] = a[l].T @ d[l+1]      (downhill: minus the slope of half the squared error)

With a bias, a[l] has a last column of ones, and the last row of W[l] is the bias.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .network import FloatArray

#: Changes weights in place, given the gradient; both (starts, weights in all).
Update = Callable[[FloatArray, FloatArray], None]


class Batch:
    """Networks of one shape, learning the same rows side by side.

    Shapes, with S starts, R rows and a weight matrix ``(r, c)`` for each layer: the weights of a
    layer are ``(S, r, c)``, its activations ``(S, R, c)``. All weights of a start lie in one row of
    ``weights``, ``(S, weights in all)``, and the gradient in the same order in ``gradient``, so that
    a rule updates them with one operation. The buffers are made once: at this size, the time of an
    epoch is the time of its calls. One thread at a time.

    Args:
        x: ``(R, inputs)``, the taught levels.
        y: ``(R, outputs)``, their targets.
        layers: for each layer the first weights, ``(S, fan_in, fan_out)`` or, with a bias,
            ``(S, fan_in + 1, fan_out)``.
    """

    def __init__(self, x: FloatArray, y: FloatArray, layers: Sequence[FloatArray]) -> None:
        starts = layers[0].shape[0]
        self._y = y
        self.weights: FloatArray = np.concatenate([w.reshape(starts, -1) for w in layers], axis=1)
        self.gradient: FloatArray = np.zeros_like(self.weights)
        self._w = self.split(self.weights, layers)
        self._g = self.split(self.gradient, layers)
        # Activations are kept twice: as they are, for what is done to each number is quickest where
        # numbers lie side by side, and as the next layer is fed, with a column of ones for its bias.
        self._fed: list[FloatArray] = [np.ones((starts, x.shape[0], w.shape[1])) for w in layers]
        self._fed[0][..., : x.shape[1]] = x
        self._a: list[FloatArray] = [np.empty((starts, x.shape[0], w.shape[2])) for w in layers]
        #: target less output, (S, R, outputs), as `forward` left it
        self.error: FloatArray = np.empty_like(self._a[-1])

    @staticmethod
    def split(flat: FloatArray, layers: Sequence[FloatArray]) -> list[FloatArray]:
        """Return views of ``(..., weights in all)`` as the layers' matrices ``(..., r, c)``."""
        views, begin = [], 0
        for matrix in layers:
            rows, columns = matrix.shape[-2:]
            end = begin + rows * columns
            views.append(flat[..., begin:end].reshape(*flat.shape[:-1], rows, columns))
            begin = end
        return views

    def forward(self) -> FloatArray:
        """Run all rows through all networks; return the outputs, ``(S, R, outputs)``."""
        for layer, a in enumerate(self._a):
            np.matmul(self._fed[layer], self._w[layer], out=a)
            a *= 0.5  # the sigmoid of `network`, in place
            np.tanh(a, out=a)
            a += 1.0
            a *= 0.5
            if layer + 1 < len(self._a):
                self._fed[layer + 1][..., : a.shape[2]] = a
        np.subtract(self._y, self._a[-1], out=self.error)
        return self._a[-1]

    def backward(self) -> FloatArray:
        """Fill and return ``gradient`` for the weights that `forward` used."""
        delta = self.error
        for layer in reversed(range(len(self._w))):
            a = self._a[layer]
            delta = delta * a
            delta *= 1.0 - a
            np.matmul(self._fed[layer].swapaxes(1, 2), delta, out=self._g[layer])
            if layer:
                width = self._a[layer - 1].shape[2]
                delta = delta @ self._w[layer][:, :width].swapaxes(1, 2)
        return self.gradient


def plain(learning_rate: float) -> Update:
    """Return gradient descent as published: ``W += rate * G``."""

    def update(weights: FloatArray, gradient: FloatArray) -> None:
        weights += learning_rate * gradient

    return update


def resilient(shape: tuple[int, ...]) -> Update:
    """Return iRprop- (Igel and Huesken 2000) for weights of this shape.

    Each weight has a step of its own: 0.1 at first, times 1.2 (at most 5) while its gradient keeps
    its sign, halved when the sign turns, and then it rests for one epoch.
    """
    steps = np.full(shape, 0.1)
    signs = np.zeros(shape)
    factors = np.array([1.0, 1.2, 0.5])  # by the product of two signs: 0, 1, -1

    def update(weights: FloatArray, gradient: FloatArray) -> None:
        nonlocal signs
        now = np.sign(gradient)
        product = signs * now
        np.multiply(steps, factors[product.astype(np.int8)], out=steps)
        np.minimum(steps, 5.0, out=steps)
        now *= product >= 0
        weights += now * steps
        signs = now

    return update
