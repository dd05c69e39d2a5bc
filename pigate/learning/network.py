"""The network: layers of weights, and what they make of the switches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError, WeightsError, shortened

FloatArray = NDArray[np.float64]

#: Beyond this, sums of weights would overflow.
LARGEST = 1e300

#: As arrays, which NumPy takes up more quickly than Python's numbers: half the time for a few neurons.
HALF, ONE = np.array(0.5), np.array(1.0)


def sigmoid_of_half(half: FloatArray) -> FloatArray:
    """Replace z / 2 by 1 / (1 + exp(-z)), any shape, in the form that cannot overflow; return it."""
    np.tanh(half, out=half)
    np.add(half, ONE, out=half)
    np.multiply(half, HALF, out=half)
    return half


class Network:
    """A feed-forward network of sigmoid layers.

        >>> from pigate import Network
        >>> network = Network([[[4.0], [4.0], [-6.0]]], inputs=2)  # two weights and a bias: and
        >>> network
        <Network 2-1 with biases>
        >>> network.predict("11").round(2).tolist()
        [0.88]
        >>> network.predict([[0, 0], [0, 1]]).round(2).tolist()
        [[0.0], [0.12]]

    Args:
        weights: one matrix a layer, ``(fan_in + 1, fan_out)`` with the bias as the last row, or
            ``(fan_in, fan_out)`` without.
        inputs: the number of inputs, which tells the two forms apart.

    Raises:
        WeightsError: the shapes do not follow one another, or a weight is not finite.

    Immutable; any thread may use it.
    """

    def __init__(self, weights: Sequence[ArrayLike], inputs: int) -> None:
        self.weights: tuple[FloatArray, ...] = tuple(np.array(w, dtype=np.float64) for w in weights)
        #: the number of inputs, then of the neurons of each layer: [3, 4, 1]
        self.layers = [inputs]
        # Half of each matrix, which gives z / 2 to the last bit, and of its bias, if it has one.
        self._halves: list[tuple[FloatArray, FloatArray | None]] = []
        for number, matrix in enumerate(self.weights, 1):
            fan_in = self.layers[-1]
            if matrix.ndim != 2 or matrix.shape[1] == 0 or matrix.shape[0] not in (fan_in, fan_in + 1):
                shape = " x ".join(map(str, matrix.shape))
                raise WeightsError(
                    f"layer {number} is {shape}: it needs {fan_in} rows, or {fan_in + 1} with the "
                    "bias last, and a column for each neuron"
                )
            if not (np.abs(matrix) < LARGEST).all():
                raise WeightsError(f"layer {number} has a weight that is not finite, or beyond {LARGEST:g}")
            matrix.flags.writeable = False
            half = 0.5 * matrix
            self._halves.append((half[:fan_in], half[-1] if len(half) > fan_in else None))
            self.layers.append(matrix.shape[1])
        if not self.weights:
            raise WeightsError("a network needs at least one layer of weights")

    def __repr__(self) -> str:
        biases = [len(matrix) > fan_in for matrix, fan_in in zip(self.weights, self.layers, strict=False)]
        kind = "with" if all(biases) else "without" if not any(biases) else "with some"
        return f"<Network {'-'.join(map(str, self.layers))} {kind} biases>"

    def forward(self, levels: ArrayLike) -> list[FloatArray]:
        """Return the activations of every layer, the inputs first. Nothing is checked: see `predict`.

        Args:
            levels: ``(inputs,)`` or ``(rows, inputs)``, 0 or 1 each.

        Returns:
            for each layer ``(width,)`` or ``(rows, width)``.
        """
        activations = [np.asarray(levels, dtype=np.float64)]
        for matrix, bias in self._halves:
            half = activations[-1].dot(matrix)  # for a single row in half the time of @
            if bias is not None:
                half += bias
            activations.append(sigmoid_of_half(half))
        return activations

    def predict(self, levels: ArrayLike) -> FloatArray:
        """Return the network's outputs, 0 to 1, ``(outputs,)`` or ``(rows, outputs)``.

        Args:
            levels: ``(inputs,)`` or ``(rows, inputs)``, or text such as "101".

        Raises:
            ArgumentError: there are more levels or fewer, or one is no finite number.
        """
        try:
            asked = np.array([*map("01".index, levels)] if isinstance(levels, str) else levels, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            asked = np.empty(0)
        inputs = self.layers[0]
        if asked.ndim not in (1, 2) or asked.shape[-1] != inputs or not np.isfinite(asked).all():
            example = [1, 0, 1, 0, 1, 0, 1, 0][:inputs]
            raise ArgumentError(
                f'give {inputs} finite numbers, such as {example} or "{"".join(map(str, example))}", '
                f"or rows of {inputs}, not {shortened(levels)}"
            )
        return self.forward(asked)[-1]
