import json

from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train
from pigate.report import Snapshot, decision_object, snapshot_line, training_object

PARTIAL = TruthTable({"000": "1", "111": "0", "010": "1"}, "mine")


def test_training_object() -> None:
    """The object has the contract's keys in its order, and every row's prediction, taught or not."""
    trained = train(PARTIAL, seed=3)
    found = json.loads(json.dumps(training_object(trained)))
    assert found == {
        "table": "mine",
        "layers": [3, 4, 1],
        "seed": 3,
        "starts": 4,
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
