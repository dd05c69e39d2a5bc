"""The proof: whether a network decides every taught row as the table says."""

from __future__ import annotations

import numpy as np

from .decision import decide, target_of
from .network import FloatArray, Network
from .tables import TruthTable


def rows_as_arrays(table: TruthTable) -> tuple[FloatArray, FloatArray]:
    """Return the taught rows as levels ``(rows, inputs)`` and targets ``(rows, outputs)``."""
    x = np.array([[float(bit) for bit in levels] for levels in table.rows])
    y = np.array([[float(bit) for bit in targets] for targets in table.rows.values()])
    return x, y


def rows_not_learned(network: Network, table: TruthTable, tolerance: float) -> tuple[str, ...]:
    """Return the taught rows that the network does not decide as the table says: the proof.

    Rows are asked one by one, as the switches ask, so that what is proved is what will run.
    """
    wrong = []
    for levels, targets in table.rows.items():
        prediction = network.predict([int(bit) for bit in levels])
        if "".join(target_of(decide(p, tolerance)) for p in prediction.tolist()) != targets:
            wrong.append(levels)
    return tuple(wrong)


def mean_squared_error(network: Network, table: TruthTable) -> float:
    """Return the loss: the mean over taught rows and outputs of the squared error."""
    x, y = rows_as_arrays(table)
    return float(np.mean((y - network.predict(x)) ** 2))
