from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pigate.config import Task, given_network
from pigate.errors import ConfigError, NotLearnedError, one_line
from pigate.gate import learn as gate
from pigate.gate.learn import EXTEND_EVERY_S, EXTEND_S, learn, prove, train_for_service
from pigate.gate.systemd import Systemd
from pigate.learning import weight_files as weights
from pigate.learning.network import Network
from pigate.learning.proof import examine
from pigate.learning.tables import TruthTable
from pigate.learning.training import Trained, train
from pigate.report import record_of
from pigate.settings import Settings, TrainingSettings

XOR = TruthTable.named("xor")


def task(training: TrainingSettings, table: TruthTable = XOR) -> Task:
    """Return the task of learning a table with these settings."""
    settings = Settings(training=training)
    return Task(settings, table, given_network(settings, table))


class Manager(Systemd):
    """A service manager that notes for what time it is asked."""

    def __init__(self) -> None:
        super().__init__({})
        self.asked: list[tuple[int, str | None]] = []

    def extend_timeout(self, seconds: int, status: str | None = None) -> None:
        """Note it."""
        self.asked.append((seconds, status))


def test_defaults() -> None:
    """The settings' defaults are the training's own: the same network, bit for bit."""
    ours, theirs = learn(task(TrainingSettings())), train(XOR)
    assert [w.tobytes() for w in ours.network.weights] == [w.tobytes() for w in theirs.network.weights]


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden": (5, 3)},
        {"bias": False},
        {"rule": "plain"},
        {"rule": "plain", "learning_rate": 4.0},
        {"starts": 5},
        {"tolerance": 0.02},
        {"seed": 9},
    ],
)
def test_every_setting_counts(settings: dict[str, object]) -> None:
    """Each setting of [training] reaches the training, and changes what comes of it."""
    ours = learn(task(TrainingSettings(**settings)))  # type: ignore[arg-type]
    theirs = train(XOR, **settings)  # type: ignore[arg-type]
    usual = train(XOR)
    if settings.get("learning_rate"):
        usual = train(XOR, rule="plain")
    assert [w.tobytes() for w in ours.network.weights] == [w.tobytes() for w in theirs.network.weights]
    assert [w.tobytes() for w in ours.network.weights] != [w.tobytes() for w in usual.network.weights]


def test_epochs_count() -> None:
    """The number of epochs after which to give up is the settings'."""
    trained = learn(task(TrainingSettings(hidden=(), epochs=7)))
    assert isinstance(trained, Trained)
    assert trained.epochs == 7


def test_progress() -> None:
    """The callback is the training's."""
    heard: list[int] = []
    trained = learn(task(TrainingSettings()), lambda epoch, _: heard.append(epoch))
    assert isinstance(trained, Trained)
    assert heard == list(range(1, trained.epochs + 1))


def test_weights(tmp_path: Path) -> None:
    """Given weights are used as they are, and proved with the settings' tolerance."""
    network = train(XOR).network
    weights.export(network, [], tmp_path)
    found = learn(task(TrainingSettings(weights=str(tmp_path))))
    assert found.learned
    assert record_of(found) is None
    assert [w.tobytes() for w in found.network.weights] == [w.tobytes() for w in network.weights]
    assert not learn(task(TrainingSettings(weights=str(tmp_path), tolerance=1e-6))).learned


def test_weights_of_another_table(tmp_path: Path) -> None:
    """Weights that have other inputs or outputs than the table are refused, in words."""
    weights.export(train(XOR).network, [], tmp_path)
    settings = TrainingSettings(weights=str(tmp_path))
    with pytest.raises(ConfigError, match=r"training.weights: .*: the last layer has 1 outputs, the table has 2"):
        task(settings, TruthTable.named("full-adder"))
    with pytest.raises(ConfigError, match=r"training.weights: .*: layer 1 is 4 x 4: it needs 5 rows, or 6"):
        task(settings, TruthTable.named("xor", 5))


@pytest.mark.parametrize("output", [0, 1])
def test_every_output_is_proved(output: int) -> None:
    """A full adder whose sum, or whose carry, is inverted is proved in no row; a single wrong row is found, too."""
    table = TruthTable.named("full-adder")
    *hidden, last = train(table).network.weights
    wrong = last.copy()
    wrong[:, output] *= -1
    with pytest.raises(NotLearnedError):
        prove(examine(Network([*hidden, wrong], 3), table, 0.1))
    assert examine(Network([*hidden, wrong], 3), table, 0.1).not_learned == tuple(table.rows)
    targets = table.rows["101"]
    other = f"{targets[:output]}{1 - int(targets[output])}{targets[output + 1 :]}"
    changed = TruthTable({**table.rows, "101": other})
    assert examine(Network([*hidden, last], 3), changed, 0.1).not_learned == ("101",)


def test_prove_passes_a_learned_training() -> None:
    """A training that is proved comes back as it is."""
    trained = train(XOR)
    assert prove(trained) is trained


def test_prove_names_the_rows() -> None:
    """A table that was not learned is refused, naming the rows; the error is a RuntimeError, too."""
    trained = train(XOR, hidden=(), epochs=50)
    with pytest.raises(NotLearnedError) as caught:
        prove(trained)
    assert isinstance(caught.value, RuntimeError)
    rows = trained.not_learned
    assert str(caught.value) == (
        f"the table xor is not learned after 50 epochs and 2 attempts: {len(rows)} of 8 rows wrong in the best start: "
        f"{', '.join(rows)}"
    )


def test_prove_names_no_more_than_eight(tmp_path: Path) -> None:
    """Of many rows, eight are named and the rest are counted: it stays one line of a terminal."""
    weights.export(Network([np.zeros((5, 1))], 5), [], tmp_path)
    trained = learn(task(TrainingSettings(weights=str(tmp_path)), TruthTable.named("xor", 5)))
    with pytest.raises(NotLearnedError) as caught:
        prove(trained)
    text = str(caught.value)
    assert text.startswith("the table xor is not learned by the given weights: 32 of 32 rows wrong: 00000, 00001, ")
    assert text.endswith("00111 and 24 more")
    assert text == one_line(text)


def test_a_service_asks_for_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a service trains, its manager is told, and asked again for time before that runs out."""
    clock = count(0, 2)
    monkeypatch.setattr(
        gate, "time", SimpleNamespace(monotonic=lambda: next(clock))
    )  # two seconds pass with each look at it
    manager = Manager()
    trained = train_for_service(task(TrainingSettings()), manager)
    assert isinstance(trained, Trained)
    assert trained.learned
    assert manager.asked[0] == (EXTEND_S, "training on xor")
    assert set(manager.asked[1:]) == {(EXTEND_S, None)}
    assert 2 <= len(manager.asked) < trained.epochs  # again and again, though not with every epoch
    assert 2 * EXTEND_EVERY_S < EXTEND_S


def test_a_service_proves() -> None:
    """A service takes no network that is not proved."""
    with pytest.raises(NotLearnedError, match="not learned after 9 epochs"):
        train_for_service(task(TrainingSettings(hidden=(), epochs=9)), Manager())


def test_a_person_who_waits_is_told() -> None:
    """A training for a service tells its progress, epoch by epoch, to whoever waits for it."""
    heard: list[int] = []
    trained = train_for_service(task(TrainingSettings()), Manager(), lambda epoch, _loss: heard.append(epoch))
    assert isinstance(trained, Trained)
    assert heard == list(range(1, trained.epochs + 1))
