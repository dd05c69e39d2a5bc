"""How long training takes: against the article's arithmetic, libraries and Levenberg-Marquardt, and by inputs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import Random
from statistics import median

from pigate import TruthTable, train

from .figure import Figure
from .peers import PEERS, Train, published

#: A pair is trained from a seed after the other, this often, or until this time is over, but three times at least.
TIMES = 100
PAIR_S = 15.0

#: What is trained, with its hidden layer, and the largest ratios to these peers that are good enough.
LM, LBFGS, ARTICLE = (
    "Levenberg-Marquardt, 4 starts",
    "scikit-learn's MLPClassifier(lbfgs)",
    "the article's 1,000 epochs",
)
RANDOM = TruthTable.parse(f"{Random(8).getrandbits(256):0256b}", "random")
TABLES: list[tuple[str, TruthTable, int, dict[str, float]]] = [
    ("xor, 3-4-1", TruthTable.named("xor"), 4, {ARTICLE: 1 / 20, LBFGS: 1 / 10, LM: 0.75}),
    ("parity of 8, 8-16-1", TruthTable.named("parity", 8), 16, {LM: 1 / 5}),
    ("256 random bits, 8-64-1", RANDOM, 64, {LM: 1 / 8}),
]

#: Neurons of the hidden layer for parity of so many inputs.
HIDDEN = {1: 4, 2: 4, 3: 4, 4: 8, 5: 8, 6: 16, 7: 16, 8: 16}
SEEDS_EACH = 5


def figures() -> Iterator[Figure]:
    """Train each table with each peer, in turn with pigate."""
    for what, table, hidden, targets in TABLES:
        first: dict[str, Train] = {ARTICLE: published} if ARTICLE in targets else {}
        for name, peer in (first | PEERS).items():
            yield _pair(what, table, [hidden], name, peer, targets.get(name))


def _pair(what: str, table: TruthTable, hidden: Sequence[int], name: str, peer: Train, target: float | None) -> Figure:
    trainers: tuple[Train, Train] = (_pigate, peer)
    taken: tuple[list[float], list[float]] = ([], [])
    learned = [0, 0]
    begin = time.perf_counter()
    for seed in range(TIMES + 1):
        for i, trainer in enumerate(trainers):
            before = time.process_time()  # of all threads: on a busy machine, theirs wait for each other
            right = trainer(table, hidden, seed)
            if seed:  # the first round only warms up
                taken[i].append((time.process_time() - before) * 1e3)
                learned[i] += right
        if seed >= 3 and time.perf_counter() > begin + PAIR_S:
            break
    ours, theirs = (f"{n} of {len(taken[0])} learned" for n in learned)
    return Figure(
        f"training {what}, CPU",
        "ms",
        taken[0],
        name,
        taken[1],
        target,
        ours_note=ours,
        theirs_note=theirs,
        failed=not learned[1],
    )


def _pigate(table: TruthTable, hidden: Sequence[int], seed: int) -> bool:
    return train(table, hidden=hidden, seed=seed).learned


def by_inputs() -> list[tuple[str, ...]]:
    """Return what parity takes with 1 to 8 inputs, a row each: inputs, network, epochs, time, how many learned it."""
    rows: list[tuple[str, ...]] = [("parity of", "network", "epochs", "CPU", "learned")]
    for inputs, hidden in HIDDEN.items():
        table = TruthTable.named("parity", inputs)
        epochs, taken, learned = [], [], 0
        for seed in range(1, SEEDS_EACH + 1):
            before = time.process_time()
            trained = train(table, hidden=[hidden], seed=seed)
            taken.append((time.process_time() - before) * 1e3)
            epochs.append(trained.epochs)
            learned += trained.learned
        cells = f"{median(epochs):.0f}", f"{median(taken):.1f} ms", f"{learned} of {SEEDS_EACH}"
        rows.append((str(inputs), f"{inputs}-{hidden}-1", *cells))
    return rows
