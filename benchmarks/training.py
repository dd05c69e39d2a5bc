"""How long training takes: against the article's arithmetic, against scikit-learn, and by inputs."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from pigate import TruthTable, train
from pigate.learning.proof import rows_as_arrays

from . import article
from .figure import Figure

TIMES = 100

#: Neurons of the hidden layer for parity of so many inputs.
HIDDEN = {1: 4, 2: 4, 3: 4, 4: 8, 5: 8, 6: 16, 7: 16, 8: 16}
SEEDS_EACH = 5


def figures() -> Iterator[Figure]:
    """Train xor with a seed after the other, each seed with all three."""
    xor = TruthTable.named("xor")
    x, y = rows_as_arrays(xor)

    def lbfgs(seed: int) -> bool:
        network = MLPClassifier((4,), activation="logistic", solver="lbfgs", random_state=seed)
        network.fit(x, y.ravel())
        return bool((np.abs(y.ravel() - network.predict_proba(x)[:, 1]) < article.TOLERANCE).all())

    def ours(seed: int) -> bool:
        return train(xor, seed=seed).learned

    def theirs(seed: int) -> bool:
        return article.train(x, y, seed)

    trainers: tuple[Callable[[int], bool], ...] = (ours, theirs, lbfgs)
    taken: list[list[float]] = [[], [], []]
    learned = [0, 0, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for seed in range(TIMES + 1):
            for i, trainer in enumerate(trainers):
                begin = time.perf_counter()
                proved = trainer(seed)
                if seed:  # the first round only warms up
                    taken[i].append((time.perf_counter() - begin) * 1e3)
                    learned[i] += proved
    what = f"training xor (proved {learned[0]} of {TIMES})"
    yield Figure(what, "ms", taken[0], f"the article's 1,000 epochs ({learned[1]} of {TIMES})", taken[1], 1 / 8)
    yield Figure(what, "ms", taken[0], f"scikit-learn MLPClassifier(lbfgs) ({learned[2]} of {TIMES})", taken[2], 1.0)


def by_inputs() -> str:
    """Return a table of the time that parity takes with 1 to 8 inputs."""
    lines = [f"{'parity of':<11}{'network':<10}{'epochs':>8}{'time':>12}   proved"]
    for inputs, hidden in HIDDEN.items():
        table = TruthTable.named("parity", inputs)
        runs = [train(table, hidden=[hidden], seed=seed) for seed in range(1, SEEDS_EACH + 1)]
        epochs, taken = median(r.epochs for r in runs), median(r.record.duration_s for r in runs)
        proved = sum(r.learned for r in runs)
        network = f"{inputs}-{hidden}-1"
        lines.append(f"{inputs:<11}{network:<10}{epochs:>8.0f}{taken * 1e3:>9.1f} ms   {proved} of {SEEDS_EACH}")
    return "\n".join(lines)
