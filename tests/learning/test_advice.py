from itertools import product

import numpy as np
import pytest

from pigate.learning.advice import not_learned, why_no_single_layer
from pigate.learning.network import Network
from pigate.learning.proof import examine
from pigate.learning.tables import TruthTable
from pigate.learning.training import train

XOR = TruthTable.named("xor")
UNLEARNED = {"starts": 2, "epochs": 1}


@pytest.mark.parametrize(("inputs", "learnable"), [(1, 4), (2, 14), (3, 104)])
def test_the_proof_finds_all_that_a_single_layer_cannot_learn(inputs: int, learnable: int) -> None:
    """As many whole tables have no proof against them as there are threshold functions (OEIS A000609)."""
    tables = (TruthTable.parse("".join(bits)) for bits in product("01", repeat=2**inputs))
    assert sum(not why_no_single_layer(table, bias=True) for table in tables) == learnable


def test_the_proof_of_a_partial_table() -> None:
    """Four rows are enough, and three are no proof; what is not taught is not counted."""
    rows = {"000": "1", "111": "1", "001": "0", "110": "0", "010": "1"}
    assert why_no_single_layer(TruthTable(rows), bias=True) == (
        "000 and 111 are on, 001 and 110 are off, and the inputs of both pairs add up alike"
    )
    for left_out in ("000", "111", "001", "110"):
        table = TruthTable({row: target for row, target in rows.items() if row != left_out})
        assert why_no_single_layer(table, bias=True) == ""
        assert train(table, hidden=()).learned


def test_the_proof_of_one_output_of_several() -> None:
    """The output that cannot be learned is named."""
    assert why_no_single_layer(TruthTable.from_function(lambda a, b: (a, a != b), inputs=2), bias=True) == (
        "in output 2, 01 and 10 are on, 00 and 11 are off, and the inputs of both pairs add up alike"
    )


def test_without_a_bias() -> None:
    """Without a bias a single layer gives 0.5 where all inputs are 0; a table without that row may be learned."""
    assert why_no_single_layer(TruthTable.named("or"), bias=False) == "without a bias, 000 is always 0.5"
    assert why_no_single_layer(TruthTable({"001": "1", "110": "0"}), bias=False) == ""
    assert not train(TruthTable.named("or"), hidden=(), bias=False, epochs=50).learned
    assert train(TruthTable.named("or"), hidden=()).learned


@pytest.mark.parametrize(
    ("table", "settings", "hint"),
    [
        (XOR, {}, "try another seed: --seed 2, or twice the neurons: --hidden 8"),
        (XOR, {"seed": 2**63 - 1}, "try another seed: --seed 0, or twice the neurons: --hidden 8"),
        (XOR, {"hidden": (4, 40)}, "try another seed: --seed 2, or twice the neurons: --hidden 8,64"),
        (XOR, {"hidden": (64,)}, "try another seed: --seed 2"),
        (XOR, {"bias": False}, "try another seed: --seed 2, or twice the neurons: --hidden 8"),
        (TruthTable.named("or"), {"hidden": ()}, "try another seed: --seed 2, or a hidden layer: --hidden 4"),
        (
            TruthTable.named("or"),
            {"hidden": (), "bias": False},
            "a single layer cannot learn it: without a bias, 000 is always 0.5; try a hidden layer: --hidden 4",
        ),
        (
            XOR,
            {"hidden": ()},
            "a single layer cannot learn it: 000 and 111 are on, 001 and 110 are off, and the inputs of both pairs "
            "add up alike; try a hidden layer: --hidden 4",
        ),
    ],
)
def test_what_to_try(table: TruthTable, settings: dict[str, object], hint: str) -> None:
    """What to try is another seed and a larger network; "cannot" is said only with a proof."""
    trained = train(table, **(UNLEARNED | settings))  # type: ignore[arg-type]
    assert not trained.learned
    assert not_learned(trained).hints == (hint,)


def test_how_far_it_came() -> None:
    """The message counts epochs, attempts and wrong rows, and names the first eight."""
    trained = train(TruthTable.named("parity", 5), **UNLEARNED)  # type: ignore[arg-type]
    wrong = trained.not_learned
    assert len(wrong) > 8
    assert str(not_learned(trained)) == (
        f"the table parity is not learned after 1 epochs and 1 attempt: {len(wrong)} of 32 rows wrong in the best "
        f"start: {', '.join(wrong[:8])} and {len(wrong) - 8} more"
    )


def test_given_weights() -> None:
    """Weights that were given have no epochs and no other seed."""
    error = not_learned(examine(Network([np.zeros((3, 1))], 3), TruthTable({"000": "1"}, "mine"), 0.1))
    assert str(error) == "the table mine is not learned by the given weights: 1 of 1 rows wrong: 000"
    assert error.hints == ()
