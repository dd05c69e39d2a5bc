"""Trains pigate's table in Keras, and runs its weights on pigate: python docs/tensorflow_xor.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pigate import Network, TruthTable, train
from pigate.learning.weight_files import export

EPOCHS = 300

#: above 0.9 is 1, below 0.1 is 0
TOLERANCE = 0.1


def main() -> None:
    """Train in Keras and in pigate, run Keras's weights on pigate, and print all of it side by side."""
    table = TruthTable.named("xor")
    begin = time.process_time()
    model, losses, seconds = in_keras(table)
    with_imports = time.process_time() - begin
    with tempfile.TemporaryDirectory() as folder:
        hand_over(model.layers, table.inputs, losses, Path(folder))
        decided = run(Path(folder), table.rows)
    begin = time.process_time()
    trained = train(table)
    ours = (time.process_time() - begin) * 1e3
    keras_says = model.predict(levels_of(table), verbose=0)
    print("row  target  Keras    pigate run  decision")
    for (row, target), theirs, answer in zip(table.rows.items(), keras_says[:, 0], decided, strict=True):
        print(f"{row}  {target}       {theirs:.5f}  {answer['prediction'][0]:.5f}     {answer['decision'][0]}")
    apart = max(abs(float(a[0]) - b["prediction"][0]) for a, b in zip(keras_says, decided, strict=True))
    print(f"largest difference: {apart:.1e}")
    targets = np.array([[float(bit) for bit in bits] for bits in table.rows.values()])
    right = int((np.abs(targets - keras_says) < TOLERANCE).all(axis=1).sum())
    rows = len(table.rows)
    print(
        f"Keras:  {right} of {rows} rows in {EPOCHS} epochs, {seconds:.1f} s of CPU, {with_imports:.1f} s with imports"
    )
    learned = rows - len(trained.not_learned)
    print(f"pigate: {learned} of {rows} rows in {trained.epochs} epochs, {ours:.1f} ms of CPU")


def in_keras(table: TruthTable, seed: int = 1) -> tuple[Any, list[float], float]:
    """Train a 3-4-1 network; return the model, its losses and the seconds of CPU that the training took."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # else TensorFlow speaks of the processor
    import keras

    keras.utils.set_random_seed(seed)
    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((table.inputs,)), dense(4, "sigmoid"), dense(table.outputs, "sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
    x = levels_of(table)
    y = np.array([[float(bit) for bit in targets] for targets in table.rows.values()])
    begin = time.process_time()
    history = model.fit(x, y, batch_size=len(x), epochs=EPOCHS, verbose=0)
    return model, history.history["loss"], time.process_time() - begin


def levels_of(table: TruthTable) -> np.ndarray:
    """Return the table's rows as Keras takes them."""
    return np.array([[float(bit) for bit in row] for row in table.rows])


def hand_over(layers: Iterable[Any], inputs: int, losses: Sequence[float], folder: Path) -> Network:
    """Write the weights of Keras's layers as pigate's files: the bias goes below the kernel."""
    network = Network([np.vstack(layer.get_weights()) for layer in layers], inputs)
    export(network, losses, folder)
    return network


def run(folder: Path, rows: Iterable[str]) -> list[dict[str, Any]]:
    """Run a simulated gate by the weights in a folder; return what it decides for each row."""
    command = [sys.executable, "-m", "pigate", "run", "--board", "simulated", "--json", "--weights", str(folder)]
    typed = "".join(f"{row}\n" for row in rows)
    gate = subprocess.run(command, input=typed, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 (our own)
    answers = [json.loads(line) for line in gate.stdout.splitlines()]
    return answers[1:]  # the first is for the switches as they are at the start


if __name__ == "__main__":
    main()
