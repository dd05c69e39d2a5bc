"""The proof: from predictions to decisions, and whether a network decides every taught row as the table says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .network import FloatArray, Network
from .tables import UNKNOWN, TruthTable, every_levels, possible

Decision = Literal["on", "off", "undecided"]


def decide(prediction: float, tolerance: float) -> Decision:
    """Return ``on`` above 1 - tolerance, ``off`` below tolerance, ``undecided`` between: the article's rule.

    Args:
        prediction: a network output, 0 to 1; NaN is undecided.
        tolerance: above 0 and below 0.5; the article's is 0.1.
    """
    if prediction > 1 - tolerance:
        return "on"
    if prediction < tolerance:
        return "off"
    return "undecided"


@dataclass(frozen=True, eq=False, repr=False)
class Examined:
    """A network held against its table: what it decides, and the rows it decides wrongly.

    Printed, it is a table of the rows with their predictions. Immutable; any thread may use it.
    """

    table: TruthTable
    network: Network
    #: how near to 0 or 1 an output must be to be decided
    tolerance: float
    #: taught rows that are not decided rightly; empty when the table is proved
    not_learned: tuple[str, ...]
    #: mean squared error of the network
    loss: float

    @property
    def learned(self) -> bool:
        """Whether every taught row is decided rightly."""
        return not self.not_learned

    @property
    def how(self) -> str:
        """How the network came to its weights, in words for a person."""
        return "by the given weights" if self.table else "of zeros, since no row is taught"

    def decide(self, levels: str) -> tuple[tuple[float, ...], tuple[Decision, ...]]:
        """Return the network's prediction for the levels, such as "101", and the decision of each output.

        A level "?" is unknown: both are tried, in all combinations where there are several. Of the predictions
        between the least and the greatest, each output has the one nearest to 0.5. So it is decided only where
        it is decided alike whatever the unknown levels are. Where the table allows no guesses, a row that it does
        not give is undecided.

        Raises:
            ArgumentError: the levels do not fit the network.
        """
        if UNKNOWN in levels:
            tried = [self.network.predict(each) for each in possible(levels)]
            prediction = np.clip(0.5, np.min(tried, axis=0), np.max(tried, axis=0)).tolist()
        else:
            prediction = self.network.predict(levels).tolist()
        known = self.table.guesses or all(each in self.table for each in possible(levels))
        return tuple(prediction), tuple(decide(p, self.tolerance) if known else "undecided" for p in prediction)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._sum()}>"

    def __str__(self) -> str:
        """Return a line for each row, with its target, predictions and verdict, and a line that sums up."""
        table = self.table
        lines = [f"{'row':<9} {'target':<8} {'prediction':<{11 * table.outputs - 1}} verdict"]
        for levels in every_levels(table.inputs):
            prediction, decision = self.decide(levels)
            if levels not in table.rows:
                verdict = f"not taught: a guess, {' '.join(decision)}"
            else:
                verdict = "not learned" if levels in self.not_learned else "learned"
            numbers = " ".join(f"{p:<10.5f}" for p in prediction)
            lines.append(f"{levels:<9} {table.rows.get(levels, '-'):<8} {numbers} {verdict}".rstrip())
        return "\n".join([*lines, self._sum()])

    def _sum(self) -> str:
        verb = "learned" if self.learned else "NOT learned"
        layers = "-".join(map(str, self.network.layers))
        return f"{self.table.name}: {verb} by a {layers} network {self.how}, loss {self.loss:.3g}"


def examine(network: Network, table: TruthTable, tolerance: float) -> Examined:
    """Hold a network against a table: the proof.

    The rows are asked one by one, as the switches ask, so that what is proved is what will run.
    """
    x, y = rows_as_arrays(table)
    predictions = np.array([network.forward(levels)[-1] for levels in x])
    # As `decide` does, for all rows together.
    right = np.where(y == 1, predictions > 1 - tolerance, predictions < tolerance)
    wrong = tuple(levels for levels, outputs in zip(table.rows, right.tolist(), strict=True) if not all(outputs))
    return Examined(table, network, tolerance, wrong, _loss(y, predictions))


def rows_as_arrays(table: TruthTable) -> tuple[FloatArray, FloatArray]:
    """Return the taught rows as levels ``(rows, inputs)`` and targets ``(rows, outputs)``."""
    return _bits(table.rows, table.inputs), _bits(table.rows.values(), table.outputs)


def _bits(texts: Iterable[str], width: int) -> FloatArray:
    characters = np.frombuffer("".join(texts).encode(), np.uint8)
    return (characters - ord("0")).astype(np.float64).reshape(-1, width)


def mean_squared_error(network: Network, table: TruthTable) -> float:
    """Return the loss: the mean over taught rows and outputs of the squared error."""
    x, y = rows_as_arrays(table)
    return _loss(y, network.forward(x)[-1])


def _loss(targets: FloatArray, predictions: FloatArray) -> float:
    return float(((targets - predictions) ** 2).mean()) if len(targets) else 0.0
