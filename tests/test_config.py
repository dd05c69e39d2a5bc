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

from pigate import config
from pigate.config import Settings, load
from pigate.errors import ConfigError, PigateError, TableError, WeightsError, one_line
from pigate.files import read_text
from pigate.learning import weight_files as weights
from pigate.learning.tables import TruthTable

#: Every key and its default, as the contract has them.
DEFAULTS: dict[str, dict[str, Any]] = {
    "table": {"name": None, "rows": None, "file": None},
    "training": {
        "hidden": (4,),
        "bias": True,
        "rule": "resilient",
        "learning_rate": 1.0,
        "starts": 16,
        "epochs": 10000,
        "tolerance": 0.1,
        "seed": 1,
        "weights": None,
    },
    "board": {
        "inputs": (17, 27, 22),
        "outputs": (18,),
        "pull_up": True,
        "pin_factory": "gpiod",
        "settle_s": 0.02,
        "resync_s": 1.0,
        "undecided": "blink",
    },
    "web": {"enabled": None, "host": "127.0.0.1", "port": 8000},
}
XOR = TruthTable.named("xor")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a configuration to be written."""
    return tmp_path / "pigate.toml"


def read(file: Path, text: str) -> tuple[Settings, TruthTable]:
    """Load a configuration with this text."""
    file.write_text(text, encoding="utf-8")
    return load(file)


def refusal(file: Path, text: str) -> str:
    """Return why a configuration is refused: one line that begins with the file's name."""
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    message = str(caught.value)
    assert message == one_line(message)
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


def as_dict(value: Settings) -> dict[str, dict[str, Any]]:
    """Return the settings as dictionaries of each section's keys."""
    return {name: msgspec.structs.asdict(section) for name, section in msgspec.structs.asdict(value).items()}


def test_empty_file(file: Path) -> None:
    """An empty file is the article's gate: every key has the contract's default, and there is no other key."""
    found, table = read(file, "")
    assert as_dict(found) == DEFAULTS
    assert (table.name, table) == ("xor", XOR)


def test_empty_sections(file: Path) -> None:
    """Sections without keys are the defaults, too."""
    found, table = read(file, "".join(f"[{name}]\n" for name in DEFAULTS))
    assert (as_dict(found), table) == (DEFAULTS, XOR)


def test_defaults_written_out(file: Path) -> None:
    """Every default, written out as the contract's example has it, is what it is without."""
    text = """
        [table]
        name = "xor"
        [training]
        hidden = [4]
        bias = true
        rule = "resilient"
        learning_rate = 1.0
        starts = 16
        epochs = 10000
        tolerance = 0.1
        seed = 1
        [board]
        inputs = [17, 27, 22]
        outputs = [18]
        pull_up = true
        pin_factory = "gpiod"
        settle_s = 0.02
        resync_s = 1.0
        undecided = "blink"
        [web]
        host = "127.0.0.1"
        port = 8000
    """
    found, table = read(file, text)
    assert as_dict(found) == DEFAULTS | {"table": {"name": "xor", "rows": None, "file": None}}
    assert table == XOR


@pytest.mark.parametrize(
    ("section", "key", "text", "value"),
    [
        ("training", "hidden", "[]", ()),
        ("training", "hidden", "[64, 1, 2, 3]", (64, 1, 2, 3)),
        ("training", "bias", "false", False),
        ("training", "rule", '"plain"', "plain"),
        ("training", "learning_rate", "4", 4.0),
        ("training", "starts", "1", 1),
        ("training", "epochs", "1000000", 1_000_000),
        ("training", "tolerance", "0.499", 0.499),
        ("training", "seed", "0", 0),
        ("training", "seed", "9223372036854775807", 2**63 - 1),
        ("board", "inputs", "[0, 1, 27]", (0, 1, 27)),
        ("board", "outputs", "[5]", (5,)),
        ("board", "pull_up", "false", False),
        ("board", "pin_factory", '"lgpio"', "lgpio"),
        ("board", "pin_factory", '"rpigpio"', "rpigpio"),
        ("board", "settle_s", "0", 0.0),
        ("board", "resync_s", "0.01", 0.01),
        ("board", "undecided", '"off"', "off"),
        ("web", "enabled", "true", True),
        ("web", "port", "80", 80),
    ],
)
def test_every_key_is_read(file: Path, section: str, key: str, text: str, value: object) -> None:
    """Each key of the file sets that key, and that alone."""
    found, _ = read(file, f"[{section}]\n{key} = {text}\n")
    assert as_dict(found) == DEFAULTS | {section: DEFAULTS[section] | {key: value}}


def test_table_by_name_has_as_many_inputs_as_pins(file: Path) -> None:
    """A named table takes the number of pins."""
    _, table = read(file, '[table]\nname = "parity"\n[board]\ninputs = [5, 6, 7, 8, 9]\n')
    assert table == TruthTable.named("parity", 5)


def test_table_by_rows(file: Path) -> None:
    """Rows are taken as they stand; those left out are not taught."""
    _, table = read(file, '[table]\nrows = { "000" = "1", "011" = "0" }\n')
    assert dict(table.rows) == {"000": "1", "011": "0"}


def test_table_by_file(file: Path) -> None:
    """A table's file is relative to the configuration's, and names the table."""
    (file.parent / "tables").mkdir()
    (file.parent / "tables" / "my.table").write_text("000 1\n111 0\n")
    found, table = read(file, '[table]\nfile = "tables/my.table"\n')
    assert dict(table.rows) == {"000": "1", "111": "0"}
    assert found.table.file == str(file.parent / "tables" / "my.table")
    assert read(file, f'[table]\nfile = "{file.parent}/tables/my.table"\n')[1] == table


def test_weights_are_relative_to_the_file(file: Path) -> None:
    """The folder of weights is relative to the configuration's, too."""
    found, _ = read(file, '[training]\nweights = "w"\n')
    assert found.training.weights == str(file.parent / "w")


def test_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a file named, the usual one is read if there is one; else all is default."""
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "pigate.toml")
    assert load() == (Settings(), XOR)
    (tmp_path / "pigate.toml").write_text("[training]\nseed = 5\n")
    assert load()[0].training.seed == 5


def test_settings_are_immutable() -> None:
    """The settings cannot be changed, so that any thread may use them."""
    with pytest.raises(AttributeError):
        Settings().training.seed = 2  # type: ignore[misc]


def test_readable_by_windows_editors(file: Path) -> None:
    """A byte order mark and carriage returns do no harm."""
    file.write_bytes(b"\xef\xbb\xbf[training]\r\nseed = 3\r\n")
    assert load(file)[0].training.seed == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # an unknown key
        ("[training]\nsede = 1\n", "training.sede: there is no such key (did you mean seed?)"),
        ("[board]\nsettle = 1\n", "board.settle: there is no such key (did you mean settle_s?)"),
        ("[table]\nfiel = ''\n", "table.fiel: there is no such key (did you mean file?)"),
        ("[bord]\n", "bord: there is no such key (did you mean board?)"),
        ("[zzz]\n", "zzz: there is no such key (there are table, training, board"),
        ("[table]\nzzz = 1\n", "table.zzz: there is no such key (there are name, rows, file)"),
        ('["a\\nb"]\n', "a\\nb: there is no such key"),
        ('[training]\n"\\u001b[31m" = 1\n', "training.\\x1b[31m: there is no such key"),
        # a wrong word
        ('[training]\nrule = "resilent"\n', "training.rule: 'resilent' is none of resilient, plain"),
        ('[training]\nrule = "resilent"\n', "(did you mean resilient?)"),
        ('[board]\npin_factory = "gpio"\n', "board.pin_factory: 'gpio' is none of gpiod, lgpio, rpigpio"),
        ('[board]\npin_factory = "native"\n', "board.pin_factory"),
        ('[board]\nundecided = "blnk"\n', "(did you mean blink?)"),
        ('[board]\nundecided = ""\n', "board.undecided: '' is none of"),
        # a wrong type
        ("table = 3\n", "table: expected a table, got a whole number"),
        ("[training]\nseed = '1'\n", "training.seed: expected a whole number, got text"),
        ("[training]\nseed = 1.5\n", "training.seed: expected a whole number, got a number"),
        ("[training]\nseed = true\n", "training.seed: expected a whole number, got true or false"),
        ("[training]\nbias = 1\n", "training.bias: expected true or false, got a whole number"),
        ("[training]\nhidden = 4\n", "training.hidden: expected a list, got a whole number"),
        ("[training]\nhidden = ['4']\n", "training.hidden[0]: expected a whole number, got text"),
        ("[training]\nlearning_rate = []\n", "training.learning_rate: expected a number, got a list"),
        ("[training]\nweights = 3\n", "training.weights: expected text, got a whole number"),
        ("[board]\ninputs = 17\n", "board.inputs: expected a list"),
        ("[board]\npull_up = 'yes'\n", "board.pull_up: expected true or false, got text"),
        ("[training]\nseed = 2020-01-01\n", "training.seed: expected a whole number"),
        ("[table]\nname = 3\n", "table.name: expected text, got a whole number"),
        ("[table]\nrows = ['1']\n", "table.rows: expected a table, got a list"),
        ('[table]\nrows = { "000" = 1 }\n', 'table.rows: row 000: the outputs are text, such as "1", not 1'),
        # a number out of range, or none
        ("[training]\nseed = -1\n", "training.seed: expected a whole number >= 0"),
        ("[training]\nseed = 9223372036854775808\n", "training.seed"),
        ("[training]\nhidden = [0]\n", "training.hidden[0]: expected a whole number >= 1"),
        ("[training]\nhidden = [65]\n", "training.hidden[0]: expected a whole number <= 64"),
        ("[training]\nhidden = [1, 1, 1, 1, 1]\n", "training.hidden: expected a list of length <= 4"),
        ("[training]\nlearning_rate = 0\n", "training.learning_rate: expected a number > 0"),
        ("[training]\nstarts = 0\n", "training.starts: expected a whole number >= 1"),
        ("[training]\nepochs = 0\n", "training.epochs: expected a whole number >= 1"),
        ("[training]\ntolerance = 0.5\n", "training.tolerance: expected a number < 0.5"),
        ("[training]\ntolerance = 0.0\n", "training.tolerance: expected a number > 0"),
        ("[board]\nsettle_s = -0.1\n", "board.settle_s: expected a number >= 0"),
        ("[board]\nresync_s = 0\n", "board.resync_s: expected a number >= 0.01"),
        ("[board]\nsettle_s = inf\n", "board.settle_s: inf is not a finite number"),
        ("[board]\nsettle_s = nan\n", "board.settle_s: nan is not a finite number"),
        ("[board]\nresync_s = -inf\n", "board.resync_s: -inf is not a finite number"),
        ("[training]\nlearning_rate = 1e400\n", "training.learning_rate: inf is not a finite number"),
        ("[training]\nhidden = [4, nan]\n", "training.hidden[1]: nan is not a finite number"),
        (f"[training]\nlearning_rate = 1{'0' * 400}\n", "training.learning_rate: "),
        # pins
        ("[board]\ninputs = [17, 28]\n", "board.inputs[1]: expected a whole number <= 27"),
        ("[board]\ninputs = [-1]\n", "board.inputs[0]: expected a whole number >= 0"),
        ("[board]\ninputs = []\n", "board.inputs: expected a list of length >= 1"),
        ("[board]\noutputs = []\n", "board.outputs: expected a list of length >= 1"),
        ("[board]\ninputs = [4, 5, 6, 7, 8, 9, 10, 11, 12]\n", "board.inputs: expected a list of length <= 8"),
        ("[board]\ninputs = [17, 27, 17]\n", "board: GPIO 17 is used twice"),
        ("[board]\noutputs = [27]\n", "board: GPIO 27 is used twice"),
        ("[board]\ninputs = [17, 3, 2]\npull_up = false\n", "board.inputs: GPIO 2 has a fixed pull-up"),
        # tables
        ('[table]\nname = "xro"\n', "table.name: there is no table named 'xro': did you mean xor?"),
        ('[table]\nname = ""\n', "table.name: there is no table named ''"),
        ('[table]\nname = "mux"\n[board]\ninputs = [4, 5]\n', "table.name: the table mux has 3 inputs, not 2"),
        ('[table]\nname = "full-adder"\n', "board.outputs: 1 pins are named, but the table full-adder has 2 outputs"),
        ('[table]\nrows = { "00" = "1" }\n', "board.inputs: 3 pins are named, but the table rows has 2 inputs"),
        ("[table]\nrows = {}\n", "table.rows: the table has no rows"),
        ('[table]\nrows = { "0x0" = "1" }\n', "table.rows: row '0x0' -> '1': only 0 and 1"),
        ('[table]\nrows = { "000" = "1", "00" = "1" }\n', "table.rows: row 00 -> 1 has 2 inputs"),
        ('[table]\nname = "xor"\nrows = { "000" = "1" }\n', "table: name and rows are given: keep one of them"),
        ('[table]\nname = "xor"\nfile = "x"\n', "table: name and file are given"),
        ('[table]\nfile = "none.table"\n', "table.file: "),
        ('[table]\nfile = "none.table"\n', "none.table: No such file or directory"),
        ('[table]\nfile = "."\n', "Is a directory"),
        ('[table]\nfile = "a\\u0000b"\n', "null byte"),
        # no TOML
        ("seed 1", "line 1"),
        ("[training]\nseed = 1\nseed = 2\n", "line 3"),
        ("a = " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        (f"[training]\nseed = {'9' * 5000}\n", "digits"),
        # what looks like msgspec's own words
        ('[training]\n"x` - at `$.board" = 1\n', "there is no such key"),
        ('"a` - at `$.b" = 1\n', "there is no such key"),
        ('[training]\nrule = "x\' - at `$.foo"\n', "training.rule"),
    ],
)
def test_mistakes(file: Path, text: str, words: str) -> None:
    """Each kind of mistake is one line that names the file, the key and, where there is one, the right word."""
    assert words in refusal(file, text)


def test_wrong_row_of_a_tables_file(file: Path) -> None:
    """A mistake in the table's own file names the configuration's key, that file and its line."""
    (file.parent / "my.table").write_text("000 1\n001 2\n")
    message = refusal(file, '[table]\nfile = "my.table"\n')
    assert message.startswith("table.file: ")
    assert "my.table" in message
    assert "line 2: '001 2' is no row" in message


def test_no_such_file(file: Path) -> None:
    """A configuration that is not there, is a folder, or is no text, says so; the error is a ValueError, too."""
    for path, words in ((file, "No such file or directory"), (file.parent, "Is a directory")):
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert str(caught.value) == f"{path}: {words}"
        assert isinstance(caught.value, ValueError)
    file.write_bytes(b"[training]\n\xff")
    with pytest.raises(ConfigError, match=r"not UTF-8 text \(byte 11\)"):
        load(file)


def test_fixed_pull_up_the_right_way(file: Path) -> None:
    """GPIO 2 and 3 may be inputs with pull-up, and outputs whatever the pull."""
    assert read(file, "[board]\ninputs = [2, 3, 17]\n")[0].board.inputs == (2, 3, 17)
    assert read(file, "[board]\noutputs = [2]\npull_up = false\n")[0].board.outputs == (2,)


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
PINS = st.lists(st.integers(-1, 28), max_size=9)
LEVELS = st.text("01", min_size=1, max_size=3) | TEXT
NEAR_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["xor", "mux", "full-adder", "parity", "xro", ""]),
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
    "pull_up": st.booleans(),
    "pin_factory": st.sampled_from(["gpiod", "lgpio", "rpigpio", "native"]) | TEXT,
    "settle_s": st.floats(),
    "resync_s": st.floats(),
    "undecided": st.sampled_from(["blink", "off", "on"]),
    "enabled": st.booleans(),
    "host": TEXT,
    "port": st.integers(),
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
