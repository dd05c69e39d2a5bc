"""What a training, a network and a record look like where they are printed, and in a notebook."""

import numpy as np
import pytest

from pigate.learning.network import Network
from pigate.learning.proof import examine
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train

PARTIAL = TruthTable({"000": "1", "111": "0", "010": "1"}, "mine")


def rows_of(text: str) -> dict[str, list[str]]:
    """Return the words of each line by its first word."""
    return {words[0]: words[1:] for words in (line.split() for line in text.splitlines())}


def test_text() -> None:
    """The text has row, target, prediction and verdict, a guess for what is not taught, and a sum."""
    trained = train(PARTIAL)
    text = str(trained)
    assert text.splitlines()[0].split() == ["row", "target", "prediction", "verdict"]
    rows = rows_of(text)
    for levels in every_levels(3):
        prediction, decision = trained.decide(levels)
        verdict = ["learned"] if levels in PARTIAL.rows else ["not", "taught:", "a", "guess,", *decision]
        assert rows[levels] == [PARTIAL.rows.get(levels, "-"), f"{prediction[0]:.5f}", *verdict]
    assert text.splitlines()[-1].startswith(
        f"mine: learned by a 3-4-1 network in {trained.epochs} epochs (4 starts, attempt 1, "
    )
    assert len(text.splitlines()) == 10


@pytest.mark.parametrize("name", ["xor", "full-adder"])
def test_columns(name: str) -> None:
    """Each column of the text begins under its heading, for one output and for several."""
    heading, *lines = str(train(TruthTable.named(name))).splitlines()[:-1]
    for column in ("target", "prediction", "verdict"):
        at = heading.index(column)
        assert all(line[at - 1] == " " and line[at] != " " for line in lines)


def test_text_not_learned() -> None:
    """Rows that are not learned are marked, and the sum says NOT."""
    trained = train(TruthTable.named("xor"), hidden=(), epochs=20)
    text = str(trained)
    for levels in every_levels(3):
        verdict = ["not", "learned"] if levels in trained.not_learned else ["learned"]
        assert rows_of(text)[levels][2:] == verdict
    assert "xor: NOT learned by a 3-1 network in 20 epochs" in text


def test_text_of_two_outputs() -> None:
    """A prediction for each output stands in the row."""
    trained = train(TruthTable.named("full-adder"))
    prediction, _ = trained.decide("011")
    assert rows_of(str(trained))["011"] == ["01", *(f"{p:.5f}" for p in prediction), "learned"]


def test_text_of_given_weights() -> None:
    """Weights that were given have no epochs to tell of."""
    trained = examine(Network([np.zeros((3, 1))], 3), TruthTable.named("xor"), 0.1)
    assert "xor: NOT learned by a 3-1 network by the given weights, loss 0.25" in str(trained)


def test_no_name_breaks_the_lines() -> None:
    """A table's name, which may be a file's, is shown on one printable line, whatever is in it."""
    trained = train(TruthTable({"0": "1"}, "a\nb\x1b[31m\udcff"))
    text = str(trained)
    assert len(text.splitlines()) == 4
    assert all(line.isprintable() for line in text.splitlines())


def test_repr() -> None:
    """In a notebook a training is the line that sums it up, and its parts a line each."""
    trained = train(PARTIAL)
    assert repr(trained) == f"<Trained {str(trained).splitlines()[-1]}>"
    assert repr(trained.record) == f"<Record resilient rule, {trained.how}>"
    assert repr(trained.network) == "<Network 3-4-1 with biases>"
    assert repr(train(PARTIAL, bias=False).network) == "<Network 3-4-1 without biases>"
    assert repr(Network([np.ones((4, 4)), np.ones((4, 1))], 3)) == "<Network 3-4-1 with some biases>"
    assert repr(examine(trained.network, PARTIAL, 0.1)).startswith("<Examined mine: learned by a 3-4-1 network by the")


@pytest.mark.parametrize("inputs", [1, 8])
def test_repr_is_short(inputs: int) -> None:
    """However wide the table and however long the training, all of it is three lines of a terminal at most."""
    trained = train(TruthTable.named("parity", inputs), hidden=[4, 4, 4, 4], epochs=300)
    for shown in (trained, trained.record, trained.network, trained.table):
        assert len(repr(shown)) < 3 * 80
        assert "\n" not in repr(shown)
