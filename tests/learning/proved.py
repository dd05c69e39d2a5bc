import math

from pigate.learning.training import Trained


def proved(trained: Trained) -> bool:
    """Prove a training without pigate's own proof: formulas and the article's rule, row by row."""
    for levels, targets in trained.table.rows.items():
        a = [float(bit) for bit in levels]
        for matrix in trained.network.weights:
            fed = [*a, 1.0][: matrix.shape[0]]
            a = [
                0.5 * (1 + math.tanh(0.5 * sum(x * w for x, w in zip(fed, column, strict=True)))) for column in matrix.T
            ]
        if any(
            not (p > 1 - trained.tolerance if t == "1" else p < trained.tolerance)
            for p, t in zip(a, targets, strict=True)
        ):
            return False
    return True
