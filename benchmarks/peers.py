"""Other ways to train a network of sigmoids on a table; each says whether its network decides every row rightly."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from pigate.learning.network import FloatArray
from pigate.learning.proof import rows_as_arrays
from pigate.learning.tables import TruthTable

from . import article, levenberg_marquardt
from .article import TOLERANCE

#: Trains on a table with hidden layers of these widths, from a seed.
Train = Callable[[TruthTable, Sequence[int], int], bool]

#: Of Adam, which PyTorch and Keras run. With 0.03 PyTorch takes twice as long for xor, with 0.1 for random bits.
LEARNING_RATE = 0.05

#: Adam's updates: PyTorch stops when it is right, as a loop of one's own does; Keras's `fit` goes to its end.
TORCH_EPOCHS = 2000
KERAS_EPOCHS = 300


def published(table: TruthTable, _hidden: Sequence[int], seed: int) -> bool:
    """Run the article's arithmetic, which has four hidden neurons."""
    return article.train(*rows_as_arrays(table), seed)


def scikit_learn(table: TruthTable, hidden: Sequence[int], seed: int) -> bool:
    """Train with scikit-learn's quickest solver for few rows."""
    x, y = rows_as_arrays(table)
    network = MLPClassifier(tuple(hidden), activation="logistic", solver="lbfgs", random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(x, y.ravel())
    return _right(y, network.predict_proba(x)[:, 1:])


def torch(table: TruthTable, hidden: Sequence[int], seed: int) -> bool:
    """Train with PyTorch, by Adam."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x, y = (torch.tensor(array, dtype=torch.float32) for array in rows_as_arrays(table))
    layers: list[nn.Module] = []
    width = table.inputs
    for neurons in hidden:
        layers += [nn.Linear(width, neurons), nn.Sigmoid()]
        width = neurons
    network = nn.Sequential(*layers, nn.Linear(width, table.outputs))
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    for _ in range(TORCH_EPOCHS):
        z = network(x)
        if bool(((torch.sigmoid(z) - y).abs() < TOLERANCE).all()):
            return True
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(z, y).backward()
        optimizer.step()
    return False


def keras(table: TruthTable, hidden: Sequence[int], seed: int) -> bool:
    """Train with Keras, by Adam, all rows in one batch."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    keras.utils.set_random_seed(seed)
    widths = [*hidden, table.outputs]
    network = keras.Sequential([keras.Input((table.inputs,)), *(keras.layers.Dense(w, "sigmoid") for w in widths)])
    network.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="binary_crossentropy")
    x, y = rows_as_arrays(table)
    network.fit(x, y, batch_size=len(x), epochs=KERAS_EPOCHS, verbose=0)
    return _right(y, network.predict(x, verbose=0))


def _right(targets: FloatArray, predictions: FloatArray) -> bool:
    return bool((np.abs(targets - predictions) < TOLERANCE).all())


#: Name and way of those that train any table here: the last two where they are installed.
PEERS: dict[str, Train] = {
    "scikit-learn's MLPClassifier(lbfgs)": scikit_learn,
    "Levenberg-Marquardt, 4 starts": levenberg_marquardt.train,
    **({"PyTorch, Adam": torch} if find_spec("torch") else {}),
    **({f"Keras, Adam, {KERAS_EPOCHS} epochs": keras} if find_spec("keras") else {}),
}
