"""What a training may compute, and hold."""

import subprocess
import sys

import pytest

from pigate.learning import training
from pigate.learning.limits import Rule
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train
from pigate.settings import TrainingSettings

XOR = TruthTable.named("xor")

#: Trains as large as the settings allow for some epochs; prints by how many MB memory grew, and the starts.
LARGEST = """
import re, sys
from pathlib import Path
from random import Random
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train

def largest_mb():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

hidden, epochs, rule, bias = [64] * int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4] == "True"
bits = Random(1).getrandbits
table = TruthTable({levels: f"{bits(8):08b}" for levels in every_levels(8)})
before = largest_mb()
trained = train(table, hidden=hidden, starts=256, epochs=epochs, rule=rule, bias=bias, tolerance=1e-9)
print(largest_mb() - before, trained.record.starts, trained.epochs)
"""


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A training ends after its epochs or its work, starts x weights x rows x epochs, whichever comes first."""
    never = TruthTable({"00": "0", "01": "1", "10": "1", "11": "0"})  # for a single layer: 3 weights, 4 rows
    for work, epochs, done in ((2 * 12 * 70, 1000, 70), (2 * 12 * 71 - 1, 1000, 70), (2 * 12 * 70, 50, 50)):
        monkeypatch.setattr(training, "MAX_WORK", work)
        trained = train(never, hidden=(), starts=2, epochs=epochs)
        assert not trained.learned
        assert trained.epochs == done


def test_defaults_are_far_from_the_bounds() -> None:
    """A training by the default settings is ended by its epochs, and all its starts run side by side."""
    settings = TrainingSettings()
    weights = 4 * 4 + 5
    assert settings.starts * weights * 8 * settings.epochs < training.MAX_WORK / 100
    trained = train(XOR, starts=256, epochs=2)
    assert trained.record.starts == 256


def test_starts_that_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a network too large for all its starts, those that fit run side by side, at least one, as the record says."""
    weights, fed, given = 4 * 4 + 5 * 1, 4 + 5, 4 + 1
    numbers = 5 * (10 * weights + 8 * (fed + 2 * given))
    monkeypatch.setattr(training, "MAX_NUMBERS", numbers - 1)
    assert train(XOR, starts=100, epochs=1).record.starts == 4
    monkeypatch.setattr(training, "MAX_NUMBERS", numbers)
    some, one = (train(XOR, hidden=hidden, starts=100, epochs=200) for hidden in ((4,), (64, 64)))
    assert some.record.starts == 5
    assert some.record.losses.shape[1] == some.record.starts
    assert one.record.starts == 1
    assert some.learned
    assert one.learned


def test_losses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a training is, an attempt's losses are no more than so many numbers."""
    monkeypatch.setattr(training, "MAX_LOSSES", 300)
    trained = train(XOR, hidden=(), starts=4, epochs=1980)  # without the bound 11 attempts, the last of 330 epochs
    assert trained.epochs == 1980
    assert trained.record.losses.size <= 300
    assert trained.record.attempts > 11


@pytest.mark.parametrize(
    ("layers", "epochs", "rule", "bias"),
    [
        (4, 12, "resilient", True),
        (4, 3, "plain", False),
        (1, 20, "resilient", False),
        (0, 100, "resilient", True),
        pytest.param(4, 1_000_000, "resilient", True, marks=pytest.mark.long),
        pytest.param(0, 20_000, "plain", True, marks=pytest.mark.long),
    ],
)
def test_memory_of_the_largest(layers: int, epochs: int, rule: Rule, bias: bool) -> None:
    """256 starts of a network as deep and wide as can be, 256 rows of 8 by 8: at most 150 MB over the imports."""
    assert len(list(every_levels(8))) == 256
    command = [sys.executable, "-c", LARGEST, str(layers), str(epochs), rule, str(bias)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    grown, starts, done = map(float, run.stdout.split())
    assert grown <= 150
    assert 1 <= starts <= 256
    assert 1 <= done <= epochs
