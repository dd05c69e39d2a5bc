from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pigate.config import TrainingSettings
from pigate.errors import NotLearnedError, WeightsError, one_line
from pigate.gate import learn as gate
from pigate.gate.learn import EXTEND_EVERY_S, EXTEND_S, learn, prove, prove_by
from pigate.learning import weight_files as weights
from pigate.learning.network import Network
from pigate.learning.tables import TruthTable
from pigate.learning.training import train

XOR = TruthTable.named("xor")


def test_defaults() -> None:
    """The settings' defaults are the training's own: the same network, bit for bit."""
    ours, theirs = learn(XOR, TrainingSettings()), train(XOR)
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
    ours = learn(XOR, TrainingSettings(**settings))  # type: ignore[arg-type]
    theirs = train(XOR, **settings)  # type: ignore[arg-type]
    usual = train(XOR)
    if settings.get("learning_rate"):
        usual = train(XOR, rule="plain")
    assert [w.tobytes() for w in ours.network.weights] == [w.tobytes() for w in theirs.network.weights]
    assert [w.tobytes() for w in ours.network.weights] != [w.tobytes() for w in usual.network.weights]


def test_epochs_count() -> None:
    """The number of epochs after which to give up is the settings'."""
    assert learn(XOR, TrainingSettings(hidden=(), epochs=7)).epochs == 7


def test_progress() -> None:
    """The callback is the training's."""
    heard: list[int] = []
    trained = learn(XOR, TrainingSettings(), lambda epoch, _: heard.append(epoch))
    assert heard == list(range(1, trained.epochs + 1))


def test_weights(tmp_path: Path) -> None:
    """Given weights are used as they are, and proved with the settings' tolerance."""
    network = train(XOR).network
    weights.export(network, [], tmp_path)
    found = learn(XOR, TrainingSettings(weights=str(tmp_path)))
    assert found.learned
    assert (found.starts, found.epochs) == (0, 0)
    assert [w.tobytes() for w in found.network.weights] == [w.tobytes() for w in network.weights]
    assert not learn(XOR, TrainingSettings(weights=str(tmp_path), tolerance=1e-6)).learned


def test_weights_of_another_table(tmp_path: Path) -> None:
    """Weights that have other inputs or outputs than the table are refused, in words."""
    weights.export(train(XOR).network, [], tmp_path)
    settings = TrainingSettings(weights=str(tmp_path))
    with pytest.raises(WeightsError, match="the last layer has 1 outputs, the table full-adder has 2"):
        learn(TruthTable.named("full-adder"), settings)
    with pytest.raises(WeightsError, match="layer 1 is 4 x 4: it needs 5 rows, or 6"):
        learn(TruthTable.named("xor", 5), settings)


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
    assert str(caught.value) == f"the table xor is not learned after 50 epochs: {', '.join(trained.not_learned)}"


def test_prove_names_no_more_than_eight(tmp_path: Path) -> None:
    """Of many rows, eight are named and the rest are counted: it stays one line of a terminal."""
    weights.export(Network([np.zeros((5, 1))], 5), [], tmp_path)
    trained = learn(TruthTable.named("xor", 5), TrainingSettings(weights=str(tmp_path)))
    with pytest.raises(NotLearnedError) as caught:
        prove(trained)
    text = str(caught.value)
    assert text.startswith("the table xor is not learned by the given weights: 00000, 00001, ")
    assert text.endswith("00111 and 24 more")
    assert text == one_line(text)


def test_a_service_asks_for_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a service trains, its manager is told, and asked again for time before that runs out."""
    clock = count(0, 2)
    monkeypatch.setattr(
        gate, "time", SimpleNamespace(monotonic=lambda: next(clock))
    )  # two seconds pass with each look at it
    sent: list[tuple[str, ...]] = []
    trained = prove_by(XOR, TrainingSettings(), lambda *lines: sent.append(lines))
    assert trained.learned
    more = "EXTEND_TIMEOUT_USEC=60000000"
    assert sent[0] == ("STATUS=training on xor", more)
    assert set(sent[1:]) == {(more,)}
    assert 2 <= len(sent) < trained.epochs  # again and again, though not with every epoch
    assert 2 * EXTEND_EVERY_S < EXTEND_S


def test_a_service_proves() -> None:
    """A service takes no network that is not proved."""
    with pytest.raises(NotLearnedError, match="not learned after 9 epochs"):
        prove_by(XOR, TrainingSettings(hidden=(), epochs=9), lambda *_: None)
