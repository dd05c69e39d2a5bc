from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pigate.errors import WeightsError, one_line
from pigate.learning import weight_files as weights
from pigate.learning.network import FloatArray, Network


def random_network(layers: list[int], bias: bool, seed: int = 0) -> Network:
    """Return a network of random weights."""
    generator = np.random.default_rng(seed)
    return Network([generator.normal(size=(a + bias, b)) for a, b in pairwise(layers)], layers[0])


def same(one: Network, other: Network) -> bool:
    """Say whether two networks are the same, bit for bit."""
    return [w.tobytes() for w in one.weights] == [w.tobytes() for w in other.weights] and one.layers == other.layers


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.booleans(), st.integers(0, 99))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, layers: list[int], bias: bool, seed: int) -> None:
    """What is exported reads back as the same network, bit for bit."""
    network = random_network(layers, bias, seed)
    folder = tmp_path_factory.mktemp("weights")
    weights.export(network, [], folder)
    assert same(weights.read(folder, layers[0]), network)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e299, 1e299), min_size=3, max_size=3))
def test_every_number_round_trips(tmp_path_factory: pytest.TempPathFactory, column: list[float]) -> None:
    """Every number keeps all its digits."""
    folder = tmp_path_factory.mktemp("weights")
    weights.export(Network([[[v] for v in column]], 3), column, folder)
    assert weights.read(folder, 3).weights[0].ravel().tolist() == column
    losses = (folder / weights.LOSSES).read_text().splitlines()
    assert [float(line.split(",")[1]) for line in losses] == column
    assert [line.split(",")[0] for line in losses] == ["0", "1", "2"]


@pytest.mark.parametrize("options", [{"fmt": "%s"}, {}, {"fmt": "%s", "delimiter": ","}, {"fmt": "%s", "header": "W"}])
@pytest.mark.parametrize("bias", [False, True])
def test_numpys_files(tmp_path: Path, options: dict[str, str], bias: bool) -> None:
    """Files of numpy.savetxt are read: as the article writes them, in its default form, with commas or a header."""
    network = random_network([3, 4, 1], bias)
    for number, matrix in enumerate(network.weights, 1):
        np.savetxt(tmp_path / f"weightsLayer{number}.txt", matrix, **options)
    assert same(weights.read(tmp_path, 3), network)


def test_exported_files_are_numpys(tmp_path: Path) -> None:
    """What we write, numpy.loadtxt reads."""
    network = random_network([3, 4, 2], True)
    weights.export(network, [0.5, 0.25], tmp_path)
    for number, matrix in enumerate(network.weights, 1):
        assert np.loadtxt(tmp_path / f"weightsLayer{number}.txt", ndmin=2).tolist() == matrix.tolist()
    assert (tmp_path / "SumSquaredLossList.csv").read_text() == "0,0.5\n1,0.25\n"


def test_forms_of_numbers(tmp_path: Path) -> None:
    """Blanks, tabs, commas, comments, blank lines and carriage returns part numbers."""
    (tmp_path / "weightsLayer1.txt").write_bytes(b"# W1\r\n1, -2e0\t3\r\n\r\n 4,5 , 6 # six\n7 8 9")
    assert weights.read(tmp_path, 3).weights[0].tolist() == [[1, -2, 3], [4, 5, 6], [7, 8, 9]]


def test_export_again(tmp_path: Path) -> None:
    """A folder that holds a network of as many layers is written over."""
    weights.export(random_network([3, 4, 1], True, 1), [], tmp_path)
    other = random_network([3, 2, 1], False, 2)
    weights.export(other, [], tmp_path)
    assert same(weights.read(tmp_path, 3), other)


def test_export_beside_a_deeper_network(tmp_path: Path) -> None:
    """A folder with a deeper network is refused: its last layer would be read with ours. Nothing is written."""
    deep = random_network([3, 4, 4, 1], True)
    weights.export(deep, [], tmp_path)
    with pytest.raises(WeightsError, match=r"weightsLayer3\.txt belongs to another network: choose an empty folder"):
        weights.export(random_network([3, 4, 1], True), [], tmp_path)
    assert same(weights.read(tmp_path, 3), deep)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "weightsLayer1.txt: No such file or directory"),
        ([None, "1\n1\n1\n"], "weightsLayer1.txt: No such file or directory"),
        ([""], "weightsLayer1.txt: there are no numbers in it"),
        (["# nothing\n\n"], "weightsLayer1.txt: there are no numbers in it"),
        (["1 2\n3 4\n"], ": layer 1 is 2 x 2: it needs 3 rows, or 4 with the bias last"),
        (["1\n2\n3\n", "1\n2\n3\n"], ": layer 2 is 3 x 1: it needs 1 rows, or 2"),
        (["1 2\n3 4\n5\n"], "weightsLayer1.txt: line 3 has 1 numbers, the first has 2"),
        (["1 2\n3\n"], "weightsLayer1.txt: line 2 has 1 numbers, the first has 2"),
        (["1\n2\nthree\n"], "weightsLayer1.txt: line 3: could not convert string to float: 'three'"),
        (["1\n2\nnan\n"], ": layer 1 has a weight that is not finite"),
        (["1\n2\n1e400\n"], ": layer 1 has a weight that is not finite"),
        (["1\n2\n\x1b[31m\n"], r"line 3: could not convert string to float: '\x1b[31m'"),
    ],
)
def test_mistakes(tmp_path: Path, files: list[str | None], words: str) -> None:
    """A missing, empty, misshapen or wrong file is one line that names the file or the layer."""
    for number, text in enumerate(files, 1):
        if text is not None:
            (tmp_path / f"weightsLayer{number}.txt").write_text(text)
    with pytest.raises(WeightsError) as caught:
        weights.read(tmp_path, 3)
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))
    assert str(caught.value) == one_line(caught.value)


def test_truncated(tmp_path: Path) -> None:
    """A file cut off anywhere is refused, or what is read is what was written up to the cut's own number."""
    network = random_network([3, 2, 1], True)
    weights.export(network, [], tmp_path)
    path = tmp_path / "weightsLayer1.txt"
    whole = path.read_bytes()
    numbers = network.weights[0].ravel().tolist()
    refused = 0
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        try:
            read = weights.read(tmp_path, 3).weights[0].ravel().tolist()
        except WeightsError as error:
            assert str(error) == one_line(error)  # noqa: PT017 (most are refused, some are not)
            refused += 1
        else:
            assert read[:-1] == numbers[: len(read) - 1]
    assert refused > len(whole) / 2


NUMBERS = st.floats(-10, 10).map(str) | st.sampled_from(["nan", "inf", "1e309", "1e308", "-1e308", "x", "1_0", "0x1"])
LINES = st.lists(NUMBERS, max_size=5).flatmap(
    lambda row: st.sampled_from([" ", ",", ", ", "\t"]).map(lambda by: by.join(row))
)
NEAR = st.lists(LINES, max_size=6).map("\n".join).map(str.encode)
GRIDS = (
    st.tuples(st.sampled_from([3, 4]), st.integers(1, 3))
    .flatmap(
        lambda shape: st.lists(
            st.lists(NUMBERS, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )
    .map(lambda rows: "\n".join(map(" ".join, rows)).encode())
)
FILES = st.binary(max_size=40) | NEAR | GRIDS


@pytest.mark.filterwarnings("error")
@settings(max_examples=600, deadline=None)
@given(st.lists(FILES, max_size=3))
def test_any_bytes(folder: Path, files: list[bytes]) -> None:
    """Whatever bytes weight files hold, they are a network that predicts, or one line; never a warning."""
    for path in folder.iterdir():
        path.unlink()
    for number, data in enumerate(files, 1):
        (folder / f"weightsLayer{number}.txt").write_bytes(data)
    try:
        network = weights.read(folder, 3)
    except WeightsError as error:
        assert str(error) == one_line(error)  # noqa: PT017 (most files are none, some are)
    else:
        predicted: FloatArray = network.predict([[0, 0, 0], [1, 1, 1]])
        assert ((predicted >= 0) & (predicted <= 1)).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of weights that are written many times."""
    return tmp_path_factory.mktemp("any")


def test_outputs_of_another_table(tmp_path: Path) -> None:
    """Weights of several layers for another number of outputs are refused with both numbers."""
    weights.export(random_network([3, 5, 2, 1], True), [], tmp_path)
    with pytest.raises(WeightsError, match="the last layer has 1 outputs, the table has 2"):
        weights.read(tmp_path, 3, 2)
