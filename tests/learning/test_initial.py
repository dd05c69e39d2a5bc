"""Training that begins with a network which is nearly right."""

from random import Random
from statistics import median

import pytest

from pigate.learning.limits import Rule
from pigate.learning.network import Network
from pigate.learning.tables import TruthTable
from pigate.learning.training import train

XOR = TruthTable.named("xor")


def flipped(table: TruthTable, generator: Random) -> TruthTable:
    """Return the table with one random target turned."""
    row, output = generator.choice(list(table.rows)), generator.randrange(table.outputs)
    targets = list(table.rows[row])
    targets[output] = "10"[int(targets[output])]
    return TruthTable({**table.rows, row: "".join(targets)})


@pytest.mark.parametrize(
    ("tables", "hidden", "seeds", "share"),
    [
        ([TruthTable.parse(f"{number:08b}") for number in range(256)], 4, 1, 0.75),
        ([TruthTable.named("parity", 8)], 16, 20, 0.25),
        ([TruthTable.parse(f"{Random(8).getrandbits(256):0256b}")], 64, 5, 0.9),
        ([TruthTable.named("full-adder")], 4, 20, 0.75),
    ],
)
def test_one_flipped_row(tables: list[TruthTable], hidden: int, seeds: int, share: float) -> None:
    """After one flipped row, the present network beside fresh starts is proved in this share of fresh ones' epochs."""
    warm, fresh = [], []
    for number, table in enumerate(tables):
        for seed in range(1, seeds + 1):
            before = train(table, hidden=[hidden], seed=seed)
            other = flipped(table, Random(1000 * number + seed))
            trainings = [
                train(other, hidden=[hidden], seed=seed + 1, initial=initial) for initial in (before.network, None)
            ]
            assert all(trained.learned for trained in trainings)
            warm.append(trainings[0].epochs)
            fresh.append(trainings[1].epochs)
    assert median(warm) <= share * median(fresh)


@pytest.mark.parametrize("rule", ["resilient", "plain"])
@pytest.mark.parametrize("bias", [True, False])
def test_initial_is_the_first_start(bias: bool, rule: Rule) -> None:
    """The network given is the first of the starts; the others are as they would be without it."""
    given = train(XOR, bias=bias, seed=5).network
    alone, beside, without = (
        train(XOR, bias=bias, rule=rule, starts=starts, epochs=1, initial=initial)
        for starts, initial in ((1, given), (4, given), (4, None))
    )
    assert alone.learned  # what is proved before is proved now
    for mine, theirs in zip(alone.network.weights, given.weights, strict=True):
        assert mine == pytest.approx(theirs, abs=1e-12)
    assert beside.record.winner == 0
    assert not without.learned
    parity = TruthTable.named("parity")
    losses = [
        train(parity, bias=bias, rule=rule, epochs=1, initial=initial).record.losses[0].tolist()
        for initial in (given, None)
    ]
    assert losses[0][0] != losses[1][0]
    assert losses[0][1:] == losses[1][1:]


def test_later_attempts_are_fresh() -> None:
    """A network that is stuck for good does not come again: the second attempt is all fresh."""
    stuck = Network([[[1e6] * 4] * 4, [[1e6]] * 5], 3)
    trained = train(TruthTable.named("parity"), starts=1, initial=stuck)
    assert trained.learned
    assert trained.record.attempts > 1
    assert max(abs(matrix).max() for matrix in (snapshot[0] for snapshot in trained.record.snapshots)) < 100


@pytest.mark.parametrize(
    ("hidden", "bias", "message"),
    [
        ((8,), True, "initial must be a 3-8-1 network with biases, as this training makes them"),
        ((4,), False, "initial must be a 3-4-1 network without biases, as this training makes them"),
        ((), True, "initial must be a 3-1 network with biases, as this training makes them"),
    ],
)
def test_initial_of_another_shape(hidden: tuple[int, ...], bias: bool, message: str) -> None:
    """A network of another shape is refused in a sentence that names the right one."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        train(XOR, hidden=hidden, bias=bias, initial=train(XOR).network)
