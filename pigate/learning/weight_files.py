"""The article's weight files: a matrix a layer, numbers in rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

from ..errors import WeightsError
from ..files import read_text, write_text
from .network import Network

LOSSES = "SumSquaredLossList.csv"


def layer_file(number: int) -> str:
    """Return the name of a layer's file, counted from 1."""
    return f"weightsLayer{number}.txt"


def read(folder: Path, inputs: int, outputs: int | None = None) -> Network:
    """Read weightsLayer1.txt, weightsLayer2.txt and so on, up to the first that does not exist.

    Blanks or commas separate numbers; ``#`` begins a comment.

    Raises:
        WeightsError: the first file is missing, or one is no matrix of numbers, or the matrices do
            not fit one another or these numbers of inputs and, if given, outputs.
    """
    matrices: list[list[list[float]]] = []
    for number in count(1):
        path = folder / layer_file(number)
        if number > 1 and not path.exists():
            break
        matrices.append(_matrix(path))
    try:
        network = Network(matrices, inputs)
    except WeightsError as exc:
        raise WeightsError(f"{folder}: {exc}") from exc
    if outputs not in (None, network.layers[-1]):
        raise WeightsError(f"{folder}: the last layer has {network.layers[-1]} outputs, the table has {outputs}")
    return network


def _matrix(path: Path) -> list[list[float]]:
    rows: list[list[float]] = []
    for number, line in enumerate(read_text(path, WeightsError).splitlines(), 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            rows.append([float(word) for word in words])
        except ValueError as exc:
            raise WeightsError(f"{path}: line {number}: {exc}") from exc
        if len(words) != len(rows[0]):
            raise WeightsError(f"{path}: line {number} has {len(words)} numbers, the first has {len(rows[0])}")
    if not rows:
        raise WeightsError(f"{path}: there are no numbers in it")
    return rows


def export(network: Network, losses: Sequence[float], folder: Path) -> None:
    """Write the article's files: a matrix a layer, and `losses`, the loss before each update.

    Raises:
        OSError: the folder cannot be made or written.
        WeightsError: the folder holds a deeper network, whose last layers would be read with this.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stale = folder / layer_file(len(network.weights) + 1)
    if stale.exists():
        raise WeightsError(f"{stale} belongs to another network: choose an empty folder")
    for number, matrix in enumerate(network.weights, 1):
        write_text(folder / layer_file(number), _lines(matrix.tolist(), " "))
    write_text(folder / LOSSES, _lines(enumerate(losses), ","))


def _lines(rows: Iterable[Iterable[float]], separator: str) -> str:
    """Return rows as numpy.savetxt(fmt="%s") writes them: every number with all its digits."""
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)
