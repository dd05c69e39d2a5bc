import json

import numpy as np

from pigate.learning.network import Network
from pigate.learning.proof import examine
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train
from pigate.report import Snapshot, decision_object, snapshot_line, training_object, training_text

PARTIAL = TruthTable({"000": "1", "111": "0", "010": "1"}, "mine")


def test_training_object() -> None:
    """The object has the contract's keys in its order, and every row's prediction, taught or not."""
    trained = train(PARTIAL, seed=3)
    found = json.loads(json.dumps(training_object(trained)))
    assert found == {
        "table": "mine",
        "layers": [3, 4, 1],
        "seed": 3,
        "starts": 16,
        "attempts": 1,
        "epochs": trained.epochs,
        "loss": trained.loss,
        "learned": True,
        "not_learned": [],
        "taught": ["000", "111", "010"],
        "duration_s": trained.record.duration_s,
        "predictions": {row: trained.network.predict([int(bit) for bit in row]).tolist() for row in every_levels(3)},
    }
    assert list(found) == list(training_object(trained))


def test_training_object_not_learned() -> None:
    """A table that was not learned has the rows in not_learned."""
    trained = train(TruthTable.named("xor"), hidden=(), epochs=20)
    found = training_object(trained)
    assert found["learned"] is False
    assert found["not_learned"] == list(trained.not_learned) != []


def rows_of(text: str) -> dict[str, list[str]]:
    """Return the words of each line by its first word."""
    return {words[0]: words[1:] for words in (line.split() for line in text.splitlines())}


def test_training_text() -> None:
    """The text has row, target, prediction and verdict, a guess for what is not taught, and a sum."""
    trained = train(PARTIAL)
    text = training_text(trained)
    assert text.splitlines()[0].split() == ["row", "target", "prediction", "verdict"]
    rows = rows_of(text)
    for levels in every_levels(3):
        prediction, decision = trained.decide(levels)
        verdict = ["learned"] if levels in PARTIAL.rows else ["not", "taught:", "a", "guess,", *decision]
        assert rows[levels] == [PARTIAL.rows.get(levels, "-"), f"{prediction[0]:.5f}", *verdict]
    assert text.splitlines()[-1].startswith(
        f"mine: learned by a 3-4-1 network in {trained.epochs} epochs (16 starts, attempt 1, "
    )
    assert len(text.splitlines()) == 10


def test_training_text_not_learned() -> None:
    """Rows that are not learned are marked, and the sum says NOT."""
    trained = train(TruthTable.named("xor"), hidden=(), epochs=20)
    text = training_text(trained)
    for levels in every_levels(3):
        verdict = ["not", "learned"] if levels in trained.not_learned else ["learned"]
        assert rows_of(text)[levels][2:] == verdict
    assert "xor: NOT learned by a 3-1 network in 20 epochs" in text


def test_training_text_of_two_outputs() -> None:
    """A prediction for each output stands in the row."""
    trained = train(TruthTable.named("full-adder"))
    prediction, _ = trained.decide("011")
    assert rows_of(training_text(trained))["011"] == ["01", *(f"{p:.5f}" for p in prediction), "learned"]


def test_training_text_of_given_weights() -> None:
    """Weights that were given have no epochs to tell of."""
    trained = examine(Network([np.zeros((3, 1))], 3), TruthTable.named("xor"), 0.1)
    assert "xor: NOT learned by a 3-1 network by the given weights, loss 0.25" in training_text(trained)


def test_no_name_breaks_the_lines() -> None:
    """A table's name, which may be a file's, is shown on one printable line, whatever is in it."""
    trained = train(TruthTable({"0": "1"}, "a\nb\x1b[31m\udcff"))
    text = training_text(trained)
    assert len(text.splitlines()) == 4
    assert all(line.isprintable() for line in text.splitlines())


def test_decision_object() -> None:
    """A decision is levels, predictions and decisions as lists, and whether the row is taught."""
    found = decision_object("101", (0.03, 0.5), ("off", "undecided"), False)
    assert found == {"levels": "101", "prediction": [0.03, 0.5], "decision": ["off", "undecided"], "taught": False}
    assert list(found) == ["levels", "prediction", "decision", "taught"]


def test_snapshot_line() -> None:
    """A snapshot is one line of JSON of that form, its numbers not rounded."""
    trained = train(PARTIAL)
    for levels in ("000", "001"):
        prediction, decision = trained.decide(levels)
        line = snapshot_line(Snapshot(trained, levels, prediction, decision))
        assert "\n" not in line
        assert json.loads(line) == decision_object(levels, prediction, decision, levels == "000")
