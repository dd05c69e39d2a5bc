"""Whatever a person's file holds, it is valid or one line."""

import math
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pigate.config import load
from pigate.errors import ConfigError, PigateError, TableError, WeightsError, one_line
from pigate.files import read_text
from pigate.learning import weight_files as weights
from pigate.learning.tables import TruthTable
from pigate.settings import Settings

from .defaults import DEFAULTS

# Arbitrary TOML, written by the little writer below: near the model, and far from it.


def toml(value: Any) -> str:
    """Return a value as TOML writes it in a line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
    if isinstance(value, float):
        return str(value).replace("e+", "e") if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = (
    st.integers()
    | st.floats()
    | TEXT
    | st.booleans()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.integers(10**300, 10**310)
)
FAR = st.dictionaries(
    TEXT | st.sampled_from(list(DEFAULTS)),
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(TEXT | st.sampled_from(["seed", "name", "rows"]), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)
PINS = st.lists(st.integers(-1, 28) | st.sampled_from(["a/b", "17", "+", "é"]), max_size=9)
LEVELS = st.text("01", min_size=1, max_size=3) | TEXT
NEAR_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["xor", "mux", "full-adder", "parity", "blank", "xro", ""]),
    "rows": st.dictionaries(LEVELS, st.sampled_from(["0", "1", "01", ""]) | SCALARS, max_size=4),
    "file": st.sampled_from(["", ".", "none", "/dev/null", "a\0b", "x" * 300]) | TEXT,
    "hidden": st.lists(st.integers(0, 65), max_size=5),
    "bias": st.booleans(),
    "rule": st.sampled_from(["resilient", "plain", "Plain", ""]) | TEXT,
    "learning_rate": st.floats() | st.integers(),
    "starts": st.integers(),
    "epochs": st.integers(),
    "tolerance": st.floats(-0.1, 0.6),
    "seed": st.integers(),
    "weights": TEXT,
    "inputs": PINS,
    "outputs": PINS,
    "teach": PINS | st.integers(-1, 28) | st.booleans(),  # of the board, and of the page
    "pull_up": st.booleans(),
    "pin_factory": st.sampled_from(["gpiod", "lgpio", "rpigpio", "native"]) | TEXT,
    "settle_s": st.floats(),
    "resync_s": st.floats(),
    "undecided": st.sampled_from(["blink", "off", "on"]),
    "enabled": st.booleans(),
    "host": TEXT,
    "port": st.integers(),
    "username": TEXT,
    "password_file": TEXT,
    "ca_file": TEXT,
    "cert_file": TEXT,
    "prefix": st.sampled_from(["pigate", "a/b", "/", "a//b", "#", "x" * 200]) | TEXT,
    "id": st.sampled_from(["kitchen", "my kitchen", "+"]) | TEXT,
}


def test_near_values_are_complete() -> None:
    """The strategies below know every key of the model."""
    assert set(NEAR_VALUES) == {key for part in DEFAULTS.values() for key in part}


@st.composite
def near(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Draw a configuration like a person's: right sections, mostly right keys, mostly right types."""
    found: dict[str, dict[str, Any]] = {}
    for section in draw(st.lists(st.sampled_from(list(DEFAULTS)), unique=True, max_size=3)):
        keys = draw(st.lists(st.sampled_from(list(DEFAULTS[section])), unique=True, max_size=3))
        found[section] = {key: draw(SCALARS if draw(st.integers(0, 9)) == 0 else NEAR_VALUES[key]) for key in keys}
        if draw(st.integers(0, 9)) == 0:
            found[section][draw(TEXT)] = draw(SCALARS)
    return found


def check(path: Path) -> bool:
    """Load a file; return whether it is a configuration. What is none must be one line that names the file."""
    try:
        found, table = load(path)
    except ConfigError as error:
        assert str(error) == one_line(error)  # noqa: PT017 (some are refused, some are not)
        assert str(error).startswith(f"{path}: ")  # noqa: PT017
        return False
    assert table.inputs == len(found.board.inputs)
    assert table.outputs == len(found.board.outputs)
    again = msgspec.convert(msgspec.to_builtins(found), Settings)
    assert again == found
    return True


@pytest.fixture(scope="module")
def any_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a configuration that is written many times."""
    return tmp_path_factory.mktemp("any") / "pigate.toml"


WORDS = st.sampled_from(
    ["[", "]", "=", "\n", '"', "'", ".", "{", "}", ",", "#", " ", "table", "rows", "seed", "1", "e9", "0x"]
)


@settings(max_examples=600, deadline=None)
@given(st.binary(max_size=80) | st.lists(WORDS, max_size=25).map(lambda words: "".join(words).encode()))
@example(b"\xff\xfe[\x00")
@example(b"[table]\nname = '\x00'")
def test_any_bytes(any_file: Path, data: bytes) -> None:
    """Whatever bytes a configuration holds, it is valid or one line."""
    any_file.write_bytes(data)
    check(any_file)


@settings(max_examples=400, deadline=None)
@given(FAR)
def test_any_toml(any_file: Path, raw: dict[str, Any]) -> None:
    """Whatever valid TOML a configuration holds, it is valid or one line."""
    text = "".join(f"{toml(key)} = {toml(value)}\n" for key, value in raw.items())
    assert set(tomllib.loads(text)) == set(raw)
    any_file.write_text(text, encoding="utf-8")
    check(any_file)


@settings(max_examples=800, deadline=None)
@given(near())
def test_any_toml_near_the_model(any_file: Path, raw: dict[str, dict[str, Any]]) -> None:
    """Whatever a person may write into the right sections, it is valid or one line."""
    lines = []
    for section, values in raw.items():
        lines += [f"[{section}]", *(f"{toml(key)} = {toml(value)}" for key, value in values.items())]
    text = "\n".join(lines)
    assert set(tomllib.loads(text)) == set(raw)
    any_file.write_text(text, encoding="utf-8")
    check(any_file)


# Damaged files: what a person's own files become. Hypothesis takes most of the time of a try, and these are many.


def damaged(data: bytes, generator: random.Random) -> bytes:
    """Return data with some bytes changed, taken out, put in, or moved from elsewhere in it."""
    piece = bytearray(data)
    for _ in range(generator.randrange(1, 5)):
        place = generator.randrange(len(piece) + 1)
        length = generator.randrange(4)
        other = generator.randrange(len(data))
        new = (generator.randbytes(length), b"", data[other : other + 12], bytes([generator.choice(b'\n"[]={}.01# ')]))
        piece[place : place + length] = generator.choice(new)
    return bytes(piece)


def read_table(path: Path) -> None:
    """Read a table, which must read back."""
    table = TruthTable.parse(read_text(path, TableError))
    assert TruthTable.parse(str(table)) == table


def read_weights(path: Path) -> None:
    """Read a folder of weights, which must predict."""
    predicted = weights.read(path.parent, 3).predict([[0, 0, 0], [1, 1, 1]])
    assert ((predicted >= 0) & (predicted <= 1)).all()


WHOLE = """
[table]
rows = { "000" = "1", "011" = "0", "101" = "0" }
[training]
hidden = [4, 3]  # two layers
rule = "plain"
learning_rate = 1.5
seed = 12345
[board]
inputs = [17, 27, 22]
outputs = [18]
pull_up = true
settle_s = 0.02
undecided = "off"
"""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "whole", "reader", "refusal", "tries"),
    [
        ("pigate.toml", WHOLE, load, ConfigError, 4000),
        ("my.table", "# mine\n" + str(TruthTable.named("full-adder")), read_table, TableError, 2000),
        (
            "weightsLayer1.txt",
            "0.25 -1e3 1\n4.5,3,2.0\n1 1 1e0\n# bias\n-0.125 7 8\n",
            read_weights,
            WeightsError,
            2000,
        ),
    ],
)
def test_damaged_files(
    tmp_path: Path, name: str, whole: str, reader: Callable[[Path], object], refusal: type[PigateError], tries: int
) -> None:
    """A configuration, table or weight file that was good and is damaged is read, or refused in one line."""
    generator = random.Random(1)
    path = tmp_path / name
    path.write_text(whole)
    reader(path)
    refused = 0
    for _ in range(tries):
        data = damaged(whole.encode(), generator)
        path.write_bytes(data)
        try:
            reader(path)
        except refusal as error:
            assert str(error) == one_line(error), data  # noqa: PT017 (some are refused, some are not)
            refused += 1
    assert 0 < refused <= tries
