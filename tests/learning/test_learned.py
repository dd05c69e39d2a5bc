"""What is learned, from every seed, and in how many epochs."""

from collections.abc import Sequence
from random import Random
from statistics import median

import pytest

from pigate.learning.proof import examine
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train

from .proved import proved


def random_table(inputs: int, outputs: int, rows: int | None = None) -> TruthTable:
    """Return a table of random targets, always the same, for all rows or so many random ones."""
    generator = Random(f"{inputs} {outputs} {rows}")
    levels = list(every_levels(inputs))
    taught = levels if rows is None else generator.sample(levels, rows)
    return TruthTable({row: f"{generator.getrandbits(outputs):0{outputs}b}" for row in taught})


def epochs_of(table: TruthTable, hidden: Sequence[int], seeds: int, *, bias: bool = True) -> list[int]:
    """Return the epochs that each seed takes; assert that each learns the table."""
    epochs = []
    for seed in range(1, seeds + 1):
        trained = train(table, hidden=hidden, bias=bias, seed=seed)
        assert trained.learned, seed
        assert proved(trained), seed
        epochs.append(trained.epochs)
    return epochs


@pytest.mark.parametrize(("bias", "seeds", "most", "middle"), [(True, 20, 60, 8), (False, 2, 300, 20)])
def test_all_three_input_tables(bias: bool, seeds: int, most: int, middle: int) -> None:
    """All 256 tables of three inputs, 20 seeds each: 5,120 of 5,120 proved, none over 60 epochs.

    Without a bias they are learned, too, if not so soon.
    """
    epochs = []
    for number in range(256):
        table = TruthTable.parse(f"{number:08b}")
        for seed in range(1, seeds + 1):
            trained = train(table, bias=bias, seed=seed)
            assert trained.learned, (table.name, seed)
            assert examine(trained.network, table, 0.1).learned, (table.name, seed)
            epochs.append(trained.epochs)
    assert len(epochs) == 256 * seeds
    assert max(epochs) <= most
    assert median(epochs) <= middle


@pytest.mark.parametrize(
    ("name", "inputs", "hidden"),
    [
        ("full-adder", 3, 4),
        *(("majority", inputs, 4) for inputs in range(3, 9)),
        ("parity", 4, 8),
        ("parity", 5, 8),
        *(("parity", inputs, 16) for inputs in range(6, 9)),
    ],
)
def test_wider_tables(name: str, inputs: int, hidden: int) -> None:
    """Wider tables are learned from every seed."""
    epochs_of(TruthTable.named(name, inputs), [hidden], seeds=20)


@pytest.mark.parametrize(("inputs", "hidden"), [(5, 8), (6, 16), (7, 16), (8, 64)])
def test_random_tables(inputs: int, hidden: int) -> None:
    """Random bits are learned from every seed."""
    epochs_of(random_table(inputs, 1), [hidden], seeds=20)


@pytest.mark.parametrize(("rows", "hidden"), [(None, [64]), (None, [64, 64]), (60, [64]), (60, [16])])
def test_eight_outputs(rows: int | None, hidden: list[int]) -> None:
    """Random bytes, for all 256 rows or 60 of them, are learned from every seed, none over 1,000 epochs."""
    assert max(epochs_of(random_table(8, 8, rows), hidden, seeds=5)) <= 1000


@pytest.mark.parametrize(("inputs", "hidden"), [(4, 8), (5, 8), (6, 16)])
def test_parity_without_a_bias(inputs: int, hidden: int) -> None:
    """Without a bias parity is learned, too."""
    epochs_of(TruthTable.named("parity", inputs), [hidden], seeds=5, bias=False)
