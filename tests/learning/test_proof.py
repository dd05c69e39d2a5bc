"""The proof: which taught rows a network does not decide as the table says."""

import math

from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from pigate.learning.network import FloatArray, Network
from pigate.learning.proof import decide, examine, rows_as_arrays
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train

XOR = TruthTable.named("xor")


class OtherAlone(Network):
    """A network that says the opposite when it is asked one row."""

    def forward(self, levels: ArrayLike) -> list[FloatArray]:
        *before, outputs = super().forward(levels)
        return [*before, outputs if outputs.ndim == 2 else 1 - outputs]


def test_rows_are_asked_as_the_switches_ask() -> None:
    """Rows that are right together and wrong alone are not learned."""
    network = train(XOR).network
    assert examine(network, XOR, 0.1).not_learned == ()
    assert examine(OtherAlone(network.weights, 3), XOR, 0.1).not_learned == tuple(XOR.rows)


@given(
    st.lists(st.sampled_from(list(every_levels(3))), min_size=1, unique=True),
    st.integers(0, 2**16 - 1),
    st.sampled_from([0.05, 0.1, 0.3]),
)
def test_wrong_rows_are_named_in_order(rows: list[str], bits: int, tolerance: float) -> None:
    """The rows that are not decided as the table says are named, all of them, in the table's order."""
    network = train(TruthTable.named("full-adder"), epochs=6).network
    table = TruthTable({row: f"{bits >> 2 * number & 3:02b}" for number, row in enumerate(rows)})
    wrong = []
    for row, targets in table.rows.items():
        decisions = [decide(p, tolerance) for p in network.predict([int(bit) for bit in row]).tolist()]
        if decisions != ["on" if bit == "1" else "off" for bit in targets]:
            wrong.append(row)
    assert examine(network, table, tolerance).not_learned == tuple(wrong)


@given(st.floats(0.1, 8), st.sampled_from([-1, 1]), st.sampled_from([0.0, 1.0]))
def test_at_the_limit(weight: float, sign: int, towards: float) -> None:
    """At the very limit of the tolerance, and a hair beside it, the proof is what `decide` says, together as alone."""
    network = Network([[[sign * weight]]], 1)
    prediction = float(network.predict([1])[0])
    limit = min(prediction, 1 - prediction)
    for tolerance in (limit, math.nextafter(limit, towards)):
        for target, decision in (("1", "on"), ("0", "off")):
            learned = examine(network, TruthTable({"1": target}), tolerance).learned
            assert learned is (decide(prediction, tolerance) == decision)
            # Beside a row that is wrong, the answer is that of all rows at once.
            both = examine(network, TruthTable({"0": "1", "1": target}), tolerance).not_learned
            assert both == ("0", "1")[: 2 - learned]


def test_rows_as_arrays() -> None:
    """Levels and targets are numbers, a row a row, in the table's order."""
    x, y = rows_as_arrays(TruthTable({"101": "01", "000": "10"}))
    assert x.tolist() == [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    assert y.tolist() == [[0.0, 1.0], [1.0, 0.0]]
