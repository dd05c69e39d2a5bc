"""The published xor-gate program's arithmetic, a matrix a line as it was written, without its printing."""

from __future__ import annotations

import numpy as np

from pigate.learning.network import FloatArray

#: The article's own rule: above 0.9 is 1, below 0.1 is 0.
TOLERANCE = 0.1


def sigmoid(z: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-z)), any shape."""
    return np.asarray(1 / (1 + np.exp(-z)))


def train(x: FloatArray, y: FloatArray, seed: int, epochs: int = 1000) -> bool:
    """Train one 3-4-1 network on ``(rows, 3)`` and ``(rows, 1)``; return whether it meets its own rule."""
    random = np.random.RandomState(seed)
    w1 = random.randn(3, 4)
    w2 = random.randn(4, 1)
    losses = []
    for _ in range(epochs):
        hidden = sigmoid(np.dot(x, w1))
        output = sigmoid(np.dot(hidden, w2))
        error = y - output
        losses.append(np.mean(np.square(error)))
        output_delta = error * (output * (1 - output))
        hidden_delta = np.dot(output_delta, w2.T) * (hidden * (1 - hidden))
        w1 += np.dot(x.T, hidden_delta)
        w2 += np.dot(hidden.T, output_delta)
    output = sigmoid(np.dot(sigmoid(np.dot(x, w1)), w2))
    return bool((np.abs(y - output) < TOLERANCE).all())
