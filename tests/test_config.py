from pathlib import Path
from typing import Any

import msgspec
import pytest

from pigate import config
from pigate.config import load
from pigate.errors import ConfigError, one_line
from pigate.learning.tables import TruthTable
from pigate.settings import Settings

from .defaults import DEFAULTS

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
        starts = 4
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
        ("mqtt", "host", '"broker.local"', "broker.local"),
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


def test_files_of_mqtt_are_relative_to_the_file(file: Path) -> None:
    """The password, the authority and the certificate of a gate are looked for beside the configuration."""
    found, _ = read(file, '[mqtt]\nhost = "x"\npassword_file = "p"\nca_file = "/ca.crt"\ncert_file = "c/gate.pem"\n')
    mqtt = found.mqtt
    assert (mqtt.password_file, mqtt.ca_file) == (str(file.parent / "p"), "/ca.crt")
    assert mqtt.cert_file == str(file.parent / "c/gate.pem")


def test_topics_among_the_pins(file: Path) -> None:
    """Inputs that are topics count for the table's width; the pins alone are the board's, and levels are merged."""
    found, table = read(file, '[board]\ninputs = [17, "pigate/kitchen/output/1", 22, "a"]\n[mqtt]\nhost = "x"\n')
    board = found.board
    assert (board.pins, board.topics, table.inputs) == ((17, 22), ("pigate/kitchen/output/1", "a"), 4)
    assert board.merged("01", "?1") == "0?11"


def test_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a file named, the usual one is read if there is one; else all is default."""
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "pigate.toml")
    assert load() == (Settings(), XOR)
    (tmp_path / "pigate.toml").write_text("[training]\nseed = 5\n")
    assert load()[0].training.seed == 5


def test_a_usual_file_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A link to nothing in the usual file's place is a mistake; no folder, or a file in the folder's place, is none."""
    (tmp_path / "pigate.toml").symlink_to("gone")
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "pigate.toml")
    with pytest.raises(ConfigError, match=r"pigate\.toml: No such file or directory"):
        load()
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "none" / "pigate.toml", tmp_path / "file" / "pigate.toml"):
        monkeypatch.setattr(config, "DEFAULT_PATH", path)
        assert load() == (Settings(), XOR)


def test_largest_file(file: Path) -> None:
    """64 KiB are read, and one byte more is refused before it is parsed: dotted keys take TOML quadratic time."""
    text = "[training]\nseed = 3\n"
    assert read(file, text + "#" * (65_536 - len(text)))[0].training.seed == 3
    assert refusal(file, "a" + ".a" * 500_000 + " = 1\n") == "larger than 64 KiB, which is no file of pigate's"
    assert refusal(file, text + "#" * (65_537 - len(text))) == "larger than 64 KiB, which is no file of pigate's"


def test_a_key_of_many_parts_is_nested_too_deeply(file: Path) -> None:
    """A dotted key is as deep as it has parts: refused in one line, as brackets are."""
    assert refusal(file, "a" + ".a" * 3000 + " = 1\n") == "it is nested too deeply"


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
        ("[board]\nteach = 18\n", "board: GPIO 18 is used twice"),
        ("[board]\nteach = [23, 24]\n", "board.teach: 2 named, 1 outputs: one for each"),
        ("[board]\nteach = 'x'\n", "board.teach: expected a GPIO number or a list, got text"),
        ("[board]\nteach = 3\npull_up = false\n", "board.teach: GPIO 3 has a fixed pull-up"),
        ("[board]\ninputs = [17, 3, 2]\npull_up = false\n", "board.inputs: GPIO 2 has a fixed pull-up"),
        # topics, and the broker
        ("[board]\ninputs = [1.5]\n", "board.inputs[0]: expected a GPIO number or a topic, got a number"),
        ("[board]\ninputs = ['a/b', 'a/b']\n", "board: a/b is used twice"),
        ("[board]\ninputs = ['a/b', 4, 5]\n", "board.inputs: 'a/b' is a topic, and no broker is named: host under"),
        ("[board]\ninputs = ['17', 4, 5]\n", "board.inputs: '17': a GPIO number stands without quotes"),
        ("[board]\ninputs = ['a/+', 4, 5]\n", "board.inputs: 'a/+' is no topic: words with / between"),
        ("[board]\ninputs = ['', 4, 5]\n", "board.inputs: '' is no topic"),
        ("[board]\ninputs = ['a', 4]\n[mqtt]\nhost='x'\n[table]\nname='mux'", "the table mux has 3 inputs, not 2"),
        ("[board]\ninputs = ['a', 4]\n[mqtt]\nhost='x'\n[table]\nrows={'0'='1'}", "2 inputs are named, but the table"),
        ("[mqtt]\nport = 0\n", "mqtt.port: expected a whole number >= 1"),
        ("[mqtt]\nport = 1883\n", "mqtt.port: it changes nothing while no broker is named: add host"),
        ("[mqtt]\nhost = ''\n", "mqtt.host: expected text of length >= 1"),
        ("[mqtt]\nid = 'my kitchen'\n", "mqtt.id: 'my kitchen': only letters, digits, - and _ can stand in it"),
        ("[mqtt]\nprefix = 'a/#'\n", "mqtt.prefix: 'a/#' is no topic"),
        ("[mqtt]\npasword_file = 'x'\n", "there is no such key (did you mean password_file?)"),
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
