"""The script of docs/tensorflow.md: Keras's weights on pigate, with Keras and with a stand-in."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pigate.learning.network import FloatArray
from pigate.learning.tables import TruthTable
from pigate.learning.training import train

SCRIPT = Path(__file__).parents[2] / "docs" / "tensorflow_xor.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Return the script, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("tensorflow_xor", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Dense:
    """As much of Keras's layer as the script uses: a kernel and a bias, of 32 bits, apart from each other."""

    def __init__(self, kernel: FloatArray, bias: FloatArray) -> None:
        self._kernel, self._bias = kernel.astype(np.float32), bias.astype(np.float32)

    def get_weights(self) -> list[np.ndarray]:
        return [self._kernel, self._bias]

    def __call__(self, fed: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-(fed @ self._kernel + self._bias))))


@pytest.mark.parametrize("hidden", [(4,), (5, 3), (8,)])
def test_hand_over(hidden: tuple[int, ...], script: ModuleType, tmp_path: Path) -> None:
    """A gate that runs by layers of a kernel and a bias predicts what those layers do, and decides each row."""
    table = TruthTable.named("xor")
    layers = [Dense(matrix[:-1], matrix[-1]) for matrix in train(table, hidden=hidden).network.weights]
    script.hand_over(layers, table.inputs, [0.5, 0.25], tmp_path)
    says = script.levels_of(table).astype(np.float32)
    for layer in layers:
        says = layer(says)
    decided = script.run(tmp_path, table.rows)
    assert [answer["levels"] for answer in decided] == list(table.rows)
    assert [answer["prediction"][0] for answer in decided] == pytest.approx(says[:, 0].tolist(), abs=1e-6)
    assert [answer["decision"] for answer in decided] == [
        ["on" if target == "1" else "off"] for target in table.rows.values()
    ]
    assert (tmp_path / "SumSquaredLossList.csv").read_text() == "0,0.5\n1,0.25\n"


def test_keras() -> None:
    """What Keras learned is what the gate runs by: the script's predictions agree in every row."""
    if importlib.util.find_spec("keras") is None:
        pytest.skip("Keras is not installed: pip install tensorflow")
    ran = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    rows = re.findall(r"^[01]{3}  ([01]) +([\d.]+) +([\d.]+) +(\w+)$", ran.stdout, re.MULTILINE)
    assert len(rows) == 8
    for target, keras, pigate, decision in rows:
        assert decision == ("on" if target == "1" else "off")
        assert float(pigate) == pytest.approx(float(keras), abs=1e-4)
    assert "Keras:  8 of 8 rows" in ran.stdout
    assert "pigate: 8 of 8 rows" in ran.stdout
