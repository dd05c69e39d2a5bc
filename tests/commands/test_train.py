import json
import os
import pty
import random
import re
import signal
import socket
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pigate import __version__, cli, commands, config, progress
from pigate.config import DEFAULT_PATH
from pigate.errors import BoardError
from pigate.learning.tables import NAMED, TruthTable, every_levels
from pigate.pins.board import on_a_pi

COMMANDS = ["run", "train", "predict", "table", "reproduce", "check", "off"]
PIGATE = [sys.executable, "-m", "pigate"]
TRAINED_KEYS = ["table", "layers", "seed", "starts", "draws", "epochs", "loss", "learned", "not_learned"]
TRAINED_KEYS += ["taught", "duration_s", "predictions"]

#: Runs side by side would ask for one port.
NO_PAGE = "[web]\nenabled = false\n"

pytestmark = pytest.mark.skipif(DEFAULT_PATH.exists(), reason="this machine has a configuration of its own")


def environment(**more: str) -> dict[str, str]:
    """Return a person's environment: buffered output, and no service manager."""
    ours = ("PYTHONUNBUFFERED", "NOTIFY_SOCKET", "RUNTIME_DIRECTORY", "EXIT_STATUS", "INVOCATION_ID")
    return {name: value for name, value in os.environ.items() if name not in ours} | more


def pigate(
    *arguments: str | bytes, stdin: str = "", stdout: int | IO[bytes] = subprocess.PIPE, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run pigate as a process of its own."""
    return subprocess.run(
        [*PIGATE, *arguments],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        timeout=120,
        check=False,
        **{"env": environment()} | more,
    )


def complaint(run: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a mistake costs, which must be printable, and all that is said."""
    assert not run.stdout
    assert run.stderr.endswith("\n")
    line = run.stderr[:-1]
    assert line.isprintable(), line
    assert line.startswith("pigate")
    return line


class Call:
    """Call a command in this process, for what needs no process of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(arguments)
        except SystemExit as exc:  # argparse's own
            code = int(exc.code or 0)
        captured = self._capsys.readouterr()
        return code, captured.out, captured.err

    def json(self, *arguments: str) -> Any:
        code, out, _ = self(*arguments, "--json")
        assert code == 0
        assert out.count("\n") == 1
        return json.loads(out)

    def refused(self, *arguments: str, code: int = 2) -> str:
        """Return the one printable line that a mistake costs."""
        found, out, err = self(*arguments)
        assert (found, out) == (code, "")
        assert err.endswith("\n")
        assert err[:-1].isprintable(), err
        return err[:-1]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Return a `Call` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Call(capsys)


# Help


def test_help(call: Call) -> None:
    """`--help` lists the contract's commands, and goes to standard output."""
    code, out, err = call("--help")
    assert (code, err) == (0, "")
    assert [name for name in COMMANDS if not re.search(rf"^    {name}\b", out, re.MULTILINE)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_works(call: Call, command: str) -> None:
    """Each command's `--help` has an example, which is a right command line; those that report have --json."""
    code, out, err = call(command, "--help")
    assert (code, err) == (0, "")
    example = re.search(r"example: (.*)", out)
    assert example
    words = [word for word in example[1].split() if "=" not in word]
    assert words[:2] == ["pigate", command]
    assert cli._parser().parse_args(words[1:]).command == command
    assert ("--json" in out) == (command != "off")


def test_version(call: Call) -> None:
    """`--version` says it."""
    assert call("--version") == (0, f"pigate {__version__}\n", "")


def test_all_ways_in() -> None:
    """`pigate` and `python -m pigate` are the same command."""
    script = Path(sys.executable).with_name("pigate")
    by_script = subprocess.run([script, "table", "xor"], capture_output=True, text=True, check=True, timeout=60)
    assert by_script.stdout == pigate("table", "xor").stdout == str(TruthTable.named("xor"))


# Tables


def test_table_list(call: Call) -> None:
    """`pigate table` lists every name with what it means; as JSON, an object of them."""
    code, out, err = call("table")
    assert (code, err) == (0, "")
    assert {line.split()[0]: line.split(maxsplit=1)[1] for line in out.splitlines()} == call.json("table")
    assert list(call.json("table")) == list(NAMED)
    assert "all inputs agree" in out.splitlines()[0]


def test_table(call: Call) -> None:
    """A table is printed in the text form; as JSON with its name and rows."""
    code, out, _ = call("table", "full-adder")
    assert (code, out.splitlines()[0], out.splitlines()[-1]) == (0, "000 00", "111 11")
    assert call.json("table", "full-adder") == {
        "table": "full-adder",
        "rows": dict(TruthTable.named("full-adder").rows),
    }
    assert call("table", "and", "--inputs", "2")[1] == "00 0\n01 0\n10 0\n11 1\n"
    assert call("table", "0110")[1] == "00 0\n01 1\n10 1\n11 0\n"


@pytest.mark.parametrize("name", NAMED)
def test_table_reads_back(name: str) -> None:
    """What `pigate table NAME` prints reads back to the same table, through a pipe and `-`."""
    printed = pigate("table", name).stdout
    assert pigate("table", "-", stdin=printed).stdout == printed == str(TruthTable.named(name))


def test_trains_what_table_prints() -> None:
    """`pigate table NAME | pigate train --table -` learns that table."""
    found = json.loads(pigate("train", "--table", "-", "--json", stdin=pigate("table", "full-adder").stdout).stdout)
    assert found["learned"]
    assert found["table"] == "-"
    for levels, targets in TruthTable.named("full-adder").rows.items():
        assert "".join(str(round(p)) for p in found["predictions"][levels]) == targets


def test_standard_input_may_be_a_socket() -> None:
    """`-` is standard input whatever it is: a socket, as some programs give, is read, too."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"00 1\n")
        ours.shutdown(socket.SHUT_WR)
        run = subprocess.run(
            [*PIGATE, "table", "-"], stdin=theirs.fileno(), capture_output=True, text=True, check=False, timeout=60
        )
    assert (run.returncode, run.stdout, run.stderr) == (0, "00 1\n", "")


def test_precedence(call: Call) -> None:
    """`--table X` is a name before it is bits, bits before a file; ./ reaches any file."""
    for name in ("xor", "0110", "mine"):
        Path(name).write_text("11 1\n")
    assert call("table", "xor")[1] == str(TruthTable.named("xor"))
    assert call("table", "0110")[1] == str(TruthTable.parse("0110"))
    for name in ("./xor", "./0110", "mine", "./mine"):
        assert call("table", name)[1] == "11 1\n"


def test_precedence_of_standard_input(tmp_path: Path) -> None:
    """`-` is standard input, also beside a file of that name."""
    (tmp_path / "-").write_text("11 1\n")
    assert pigate("table", "-", stdin="00 0\n", cwd=tmp_path).stdout == "00 0\n"
    assert pigate("table", "./-", cwd=tmp_path).stdout == "11 1\n"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("xro", "there is no table named 'xro': did you mean xor?"),
        ("./none", "none: No such file or directory"),
        (".", "Is a directory"),
        ("", "pigate: "),
        ("012", "'012'"),
        ("wrong", "wrong: line 1: '000 2' is no row"),
        ("empty", "empty: the table has no rows"),
        ("twice", "twice: line 2: the row 0 is given twice"),
        ("0" * 300, "0000"),
        ("binary", "binary: not UTF-8 text"),
        ("a\x1b[31m\nb", "\\x1b[31m\\nb"),
        ("a/\x1b\n", "\\x1b\\n: No such file"),
    ],
)
@pytest.mark.parametrize("command", [["table"], ["train", "--table"], ["run", "--board", "simulated", "--table"]])
def test_wrong_tables(call: Call, command: list[str], table: str, words: str) -> None:
    """A table that cannot be read is one line, exit 2, for every command that takes one."""
    Path("wrong").write_text("000 2\n")
    Path("empty").write_text("")
    Path("twice").write_text("0 1\n0 0\n")
    Path("binary").write_bytes(b"\xff")
    assert words in call.refused(*command, table)


def test_a_files_name_is_said_once(call: Call) -> None:
    """A refusal names the file as it was typed, once."""
    assert call.refused("table", "./none").count("none") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mux", "--inputs", "4"], "the table mux has 3 inputs, not 4"),
        (["xor", "--inputs", "9"], "1 to 8 inputs, not 9"),
        (["xor", "--inputs", "0"], "1 to 8 inputs, not 0"),
        (["xor", "--inputs", "-1"], "1 to 8 inputs, not -1"),
        (["0110", "--inputs", "3"], "--inputs 3 does not fit the table, which has 2"),
        (["xor", "--inputs", "three"], "invalid int value: 'three'"),
    ],
)
def test_wrong_inputs(call: Call, arguments: list[str], words: str) -> None:
    """A number of inputs that the table does not come with is one line, exit 2."""
    assert words in call.refused("table", *arguments)


# Training


def test_train_json() -> None:
    """`train --json` prints the contract's keys in its order, for every row a prediction per output."""
    run = pigate("train", "--table", "xor", "--json")
    assert (run.returncode, run.stderr, run.stdout.count("\n")) == (0, "", 1)
    found = json.loads(run.stdout)
    assert list(found) == TRAINED_KEYS
    assert (found["table"], found["layers"], found["seed"], found["starts"], found["draws"]) == (
        "xor",
        [3, 4, 1],
        1,
        16,
        1,
    )
    assert (found["learned"], found["not_learned"], found["taught"]) == (True, [], list(every_levels(3)))
    assert list(found["predictions"]) == list(every_levels(3))
    for levels, target in TruthTable.named("xor").rows.items():
        (prediction,) = found["predictions"][levels]
        assert abs(prediction - int(target)) < 0.1
        assert len(str(prediction)) > 10  # not rounded


def test_same_seed_in_every_process() -> None:
    """Two processes with the same seed print the same numbers, bit for bit; with another, others."""
    one, two, other = (
        json.loads(pigate("train", "--json", "--seed", seed, env=environment(PYTHONHASHSEED=hashes)).stdout)
        for seed, hashes in (("5", "1"), ("5", "2"), ("6", "1"))
    )
    for found in (one, two, other):
        del found["duration_s"]
    assert one == two
    assert one["predictions"] != other["predictions"]


def test_train_text(call: Call) -> None:
    """For a person it prints the rows and a sum."""
    code, out, err = call("train", "--table", "parity", "--inputs", "2")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 6
    assert out.splitlines()[-1].startswith("parity: learned by a 2-4-1 network")


def test_not_learned() -> None:
    """What cannot be learned prints the same with "learned": false and the rows; exit 1, one line with them."""
    run = pigate("train", "--table", "xor", "--hidden", "none", "--epochs", "500", "--json")
    assert run.returncode == 1
    found = json.loads(run.stdout)
    assert list(found) == TRAINED_KEYS
    assert found["learned"] is False
    assert found["not_learned"]
    assert found["epochs"] == 500
    assert run.stderr == f"pigate: xor is not learned; these rows are not: {', '.join(found['not_learned'])}\n"


@pytest.mark.parametrize(
    ("option", "value", "key", "expected"),
    [
        ("--hidden", "5,3", "layers", [3, 5, 3, 1]),
        ("--hidden", "none", "layers", [3, 1]),
        ("--seed", "7", "seed", 7),
        ("--starts", "3", "starts", 3),
        ("--inputs", "4", "layers", [4, 4, 1]),
        ("--table", "or", "table", "or"),
    ],
)
def test_train_options(call: Call, option: str, value: str, key: str, expected: object) -> None:
    """Each option changes what its name says."""
    arguments = ["train", option, value, "--json"] + ["--epochs", "40"] * (option != "--table")
    assert json.loads(call(*arguments)[1])[key] == expected


def test_train_options_of_the_rule(call: Call) -> None:
    """Rule, rate, bias, tolerance and epochs reach the training."""
    usual = call.json("train")
    plain = call.json("train", "--rule", "plain", "--learning-rate", "4")
    assert plain["epochs"] > usual["epochs"]
    assert call.json("train", "--rule", "plain")["epochs"] > plain["epochs"]
    assert call.json("train", "--no-bias")["predictions"]["000"] != usual["predictions"]["000"]
    assert call.json("train", "--bias")["predictions"] == usual["predictions"]
    assert call.json("train", "--tolerance", "0.01")["loss"] < 1e-4
    assert json.loads(call("train", "--json", "--epochs", "1")[1])["epochs"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--hidden", "4,,4"], "--hidden: invalid list of widths value: '4,,4'"),
        (["--hidden", "0"], "--hidden[0]: expected a whole number >= 1"),
        (["--hidden", "1,1,1,1,1"], "--hidden: expected a list of length <= 4"),
        (["--rule", "resilent"], "--rule: 'resilent' is none of resilient, plain (did you mean resilient?)"),
        (["--rule", "\x1b[31m\n"], "--rule: "),
        (["--learning-rate", "nan"], "--learning-rate: nan is not a finite number"),
        (["--learning-rate", "0"], "--learning-rate: expected a number > 0"),
        (["--starts", "0"], "--starts: expected a whole number >= 1"),
        (["--starts", "many"], "--starts: invalid int value: 'many'"),
        (["--epochs", "-5"], "--epochs: expected a whole number >= 1"),
        (["--tolerance", "0.5"], "--tolerance: expected a number < 0.5"),
        (["--seed", "-1"], "--seed: expected a whole number >= 0"),
        (["--sede", "1"], "unrecognized arguments: --sede 1"),
        (["--bia\x1b[31m\n"], "unrecognized arguments: --bia\\x1b[31m\\n"),
        (["--weights", "none"], "none/weightsLayer1.txt: No such file or directory"),
        (["--weights", "a\x1b\nb"], "a\\x1b\\nb/weightsLayer1.txt: No such file"),
    ],
)
def test_wrong_train_options(call: Call, arguments: list[str], words: str) -> None:
    """A wrong option is one line that names it, exit 2."""
    assert words in call.refused("train", *arguments)


def test_wrong_command(call: Call) -> None:
    """No command, or none of pigate's, is one line, exit 2."""
    assert "COMMAND" in call.refused()
    assert "'trian'" in call.refused("trian")
    assert "\\x1b" in call.refused("\x1b[31m\n")


def test_export_and_weights(call: Call) -> None:
    """`--export` writes the article's files, which `--weights` reads back to the same predictions, proved."""
    trained = call.json("train", "--table", "parity", "--export", "deep/files")
    assert sorted(os.listdir("deep/files")) == ["SumSquaredLossList.csv", "weightsLayer1.txt", "weightsLayer2.txt"]
    losses = [float(line.split(",")[1]) for line in Path("deep/files/SumSquaredLossList.csv").read_text().splitlines()]
    assert len(losses) == trained["epochs"]
    assert losses[-1] > trained["loss"]
    again = call.json("train", "--table", "parity", "--weights", "deep/files")
    assert again["predictions"] == trained["predictions"]
    assert (again["starts"], again["epochs"], again["learned"]) == (0, 0, True)
    code, out, err = call("train", "--table", "xor", "--weights", "deep/files")
    assert code == 1
    assert "NOT learned by a 3-4-1 network by the given weights" in out
    assert err.startswith("pigate: xor is not learned; these rows are not: 0")


def test_export_refused(call: Call) -> None:
    """Where the files cannot be written, one line says so."""
    Path("file").write_text("")
    assert "file" in call.refused("train", "--export", "file", code=1)
    call("train", "--export", "folder", "--hidden", "4,4")
    assert "belongs to another network: choose an empty folder" in call.refused("train", "--export", "folder")


def test_predict(call: Call) -> None:
    """`predict` answers one setting of the switches, as the contract's object or in words."""
    found = call.json("predict", "101")
    assert list(found) == ["levels", "prediction", "decision", "taught"]
    assert (found["levels"], found["decision"], found["taught"]) == ("101", ["off"], True)
    assert found["prediction"] == call.json("train")["predictions"]["101"]
    assert call("predict", "111")[1].startswith("111 -> on 0.9")
    assert call("predict", "011", "--table", "full-adder")[1].startswith("011 -> off 0.0")


def test_predict_untaught(call: Call) -> None:
    """A row that is not taught is answered as a guess."""
    Path("one").write_text("000 1\n")
    assert call.json("predict", "101", "--table", "one")["taught"] is False
    assert call("predict", "101", "--table", "one")[1].endswith("(not taught: a guess)\n")


@pytest.mark.parametrize("levels", ["10", "1010", "1o1", "", "\u0661\u0660\u0661", "1\n1", "\x1b[1"])
def test_wrong_levels(call: Call, levels: str) -> None:
    """What is no setting of the switches is one line, exit 2."""
    assert "is no setting of 3 switches: give 3 of 0 and 1" in call.refused("predict", levels)


def test_predict_unproved(call: Call) -> None:
    """A network that is not proved is not asked: one line with the rows, exit 1."""
    Path("c.toml").write_text("[training]\nhidden = []\nepochs = 50\n")
    line = call.refused("predict", "101", "--config", "c.toml", code=1)
    assert "the table xor is not learned after 50 epochs: " in line


# Configuration


def test_config(call: Call) -> None:
    """A configuration is what the command line changes: its table, its training, its pins' number."""
    Path("c.toml").write_text(
        "[table]\nname = 'parity'\n[training]\nseed = 4\nhidden = [7]\n[board]\ninputs = [5, 6]\n"
    )
    found = call.json("train", "--config", "c.toml")
    assert (found["table"], found["seed"], found["layers"]) == ("parity", 4, [2, 7, 1])
    found = call.json("train", "--config", "c.toml", "--seed", "5", "--hidden", "6", "--table", "or")
    assert (found["table"], found["seed"], found["layers"]) == ("or", 5, [2, 6, 1])
    assert call.json("train", "--config", "c.toml", "--inputs", "4", "--hidden", "8")["layers"] == [4, 8, 1]


def test_inputs_of_configured_rows(call: Call) -> None:
    """--inputs is refused where the configuration gives rows."""
    Path("c.toml").write_text("[table]\nrows = { '000' = '1' }\n")
    assert "--inputs is for named tables" in call.refused("train", "--config", "c.toml", "--inputs", "4")


@pytest.mark.parametrize("command", [["train"], ["predict", "101"], ["check"], ["run", "--board", "simulated"]])
def test_wrong_config(call: Call, command: list[str]) -> None:
    """A wrong configuration is one line that names file and key, exit 78, for every command that reads one."""
    assert call.refused(*command, "--config", "none.toml", code=78) == "pigate: none.toml: No such file or directory"
    Path("c.toml").write_text("[training]\nsede = 1\n")
    line = call.refused(*command, "--config", "c.toml", code=78)
    assert line == "pigate: c.toml: training.sede: there is no such key (did you mean seed?)"
    Path("c.toml").write_text('[training]\n"a\\u001b\\n" = 1\n')
    assert "a\\x1b\\n" in call.refused(*command, "--config", "c.toml", code=78)
    Path("c.toml").write_text("[training]\nweights = 'gone'\n")
    code, out, err = call(*command, "--config", "c.toml")
    assert (code, out) == (78, "")
    assert (
        "gone/weightsLayer1.txt: No such file or directory" in err.splitlines()[-1]
    )  # `run` has said its board before


def test_check(call: Call) -> None:
    """`check` proves the configuration's table, and prints what train prints."""
    Path("c.toml").write_text("[table]\nname = 'and'\n")
    code, out, err = call("check", "--config", "c.toml")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"the configuration is valid; and is learned in \d+ epochs and every row proved\n", out)
    assert list(call.json("check", "--config", "c.toml")) == TRAINED_KEYS
    assert call("check")[0] == 0


def test_check_unproved(call: Call) -> None:
    """A table that is not learned fails `check` and `run` with exit 78, and one line with the rows."""
    Path("c.toml").write_text("[training]\nhidden = []\nepochs = 50\n")
    line = call.refused("check", "--config", "c.toml", code=78)
    assert line.startswith("pigate: c.toml: the table xor is not learned after 50 epochs: ")
    run = pigate("run", "--board", "simulated", "--config", "c.toml", cwd=Path.cwd())
    assert run.returncode == 78
    assert "the table xor is not learned after 50 epochs: " in run.stderr.splitlines()[-1]


def test_check_of_given_weights(call: Call) -> None:
    """The configuration's weights are proved on the table before they are used."""
    call("train", "--table", "and", "--export", "w")
    Path("c.toml").write_text("[table]\nname = 'and'\n[training]\nweights = 'w'\n")
    assert call("check", "--config", "c.toml")[0] == 0
    Path("c.toml").write_text("[table]\nname = 'or'\n[training]\nweights = 'w'\n")
    assert "or is not learned by the given weights: 001" in call.refused("check", "--config", "c.toml", code=78)


# Published programs


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """Return what `reproduce --json --export` prints, and the folder it writes."""
    folder = tmp_path_factory.mktemp("reproduce")
    run = pigate("reproduce", "--json", "--export", str(folder / "files"))
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout), folder / "files"


def test_reproduce_json(reproduced: tuple[Any, Path]) -> None:
    """`reproduce --json` is an object with a key for each program, with the contract's keys and the printed figures."""
    found, _ = reproduced
    assert list(found) == ["multi-layer", "single-layer", "xor-gate"]
    usual = ["predictions", "loss", "epochs"]
    assert [list(program) for program in found.values()] == [usual, usual, [*usual, "starts", "starts_inside_rule"]]
    assert f"{found['multi-layer']['predictions']['110'][0]:.7f}" == "0.0078876"
    single = found["single-layer"]["predictions"]
    figures = " ".join(f"{single[row][0]:.8f}" for row in ("001", "011", "101", "111"))
    assert figures == "0.00966449 0.00786506 0.99358898 0.99211957"
    assert [program["epochs"] for program in found.values()] == [60_000, 10_000, 1_000]
    assert found["xor-gate"]["starts"] == 200
    assert 80 <= found["xor-gate"]["starts_inside_rule"] <= 132


def test_reproduce_export(reproduced: tuple[Any, Path], call: Call) -> None:
    """The exported files are the xor-gate program's network: `--weights` gives its predictions."""
    found, folder = reproduced
    assert sorted(os.listdir(folder)) == ["SumSquaredLossList.csv", "weightsLayer1.txt", "weightsLayer2.txt"]
    predicted = json.loads(call("train", "--weights", str(folder), "--json")[1])["predictions"]
    for levels, (value,) in found["xor-gate"]["predictions"].items():
        assert predicted[levels][0] == pytest.approx(value, abs=1e-12)


def test_reproduce_one(call: Call) -> None:
    """One program is run alone, and its figures stand beside the printed ones."""
    code, out, err = call("reproduce", "single-layer")
    assert (code, err) == (0, "")
    assert re.search(r"001 +0\.00966449 +0\.00966449\n", out)
    assert list(call.json("reproduce", "single-layer")) == ["single-layer"]
    assert re.search(r"inside its own rule.*: \d+ of 200 starts\n", call("reproduce", "xor-gate")[1])
    assert "multi-layer" in call.refused("reproduce", "none")


def test_export_of_a_named_program(call: Call) -> None:
    """`reproduce PROGRAM --export` writes that program's network, which predicts what was printed."""
    found = call.json("reproduce", "single-layer", "--export", "files")["single-layer"]
    assert sorted(os.listdir("files")) == ["SumSquaredLossList.csv", "weightsLayer1.txt"]
    predicted = json.loads(call("train", "--weights", "files", "--json")[1])["predictions"]
    for levels, (value,) in found["predictions"].items():
        assert predicted[levels][0] == pytest.approx(value, abs=1e-12)
    assert len(Path("files/SumSquaredLossList.csv").read_text().splitlines()) == found["epochs"]


# Running


@pytest.mark.parametrize("board", [["--board", "simulated"], []])
def test_run_simulated(tmp_path: Path, board: list[str]) -> None:
    """Two lines on a simulated board: decisions for 000, 111 and 110, and exit 0; it is said that it is simulated."""
    if not board and on_a_pi():
        pytest.skip("this is a Raspberry Pi")
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    run = pigate("run", *board, "--json", "--config", "quiet.toml", stdin="111\n110\n", cwd=tmp_path)
    assert "on a simulated board" in run.stderr.splitlines()[0]
    assert run.returncode == 0
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(d["levels"], d["decision"], d["taught"]) for d in found] == [
        ("000", ["on"], True),
        ("111", ["on"], True),
        ("110", ["off"], True),
    ]
    assert {tuple(d) for d in found} == {("levels", "prediction", "decision", "taught")}


@pytest.mark.skipif(on_a_pi(), reason="this is a Raspberry Pi")
def test_run_without_a_board() -> None:
    """Where there is no board, `--board gpio` is exit 69 with one line that says what to type."""
    run = pigate("run", "--board", "gpio")
    assert run.returncode == 69
    assert run.stdout == ""
    assert "pigate run --board simulated" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


def test_run_takes_as_many_simulated_pins_as_the_table_needs(tmp_path: Path) -> None:
    """On a simulated board a table from the command line gets the pins it needs."""
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    arguments = ["run", "--board", "simulated", "--table", "full-adder", "--json", "--config", "quiet.toml"]
    run = pigate(*arguments, stdin="011\n", cwd=tmp_path)
    assert [json.loads(line)["decision"] for line in run.stdout.splitlines()] == [["off", "off"], ["off", "on"]]


def test_run_needs_pins_that_fit(call: Call) -> None:
    """On a real board, a table that does not fit the pins is a wrong command line: exit 2."""
    line = call.refused("run", "--board", "gpio", "--table", "full-adder")
    assert "1 pins are named, but the table full-adder has 2 outputs" in line


# Off


def test_off(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`off` does nothing where no run named its outputs, and says why; under systemd it is quiet."""
    for name in ("RUNTIME_DIRECTORY", "EXIT_STATUS"):
        monkeypatch.delenv(name, raising=False)
    assert call("off") == (0, "", "pigate: nothing to turn off: no $RUNTIME_DIRECTORY, where a run names its outputs\n")
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    assert "no run named its outputs in " in call("off")[2]
    for status in ("69", "78"):
        monkeypatch.setenv("EXIT_STATUS", status)
        assert call("off") == (0, "", "")


def test_off_with_a_damaged_file(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is no list of outputs is one line, exit 69."""
    monkeypatch.delenv("EXIT_STATUS", raising=False)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    for text in ("{", "[99]", "17", "[true]", "[" * 100_000):
        (tmp_path / "outputs.json").write_text(text)
        assert "this is no list of outputs" in call.refused("off", code=69)


# How a command ends


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["train", "--help"],
        ["table"],
        ["table", "parity", "--inputs", "8"],
        ["train"],
        ["train", "--json"],
        ["predict", "101"],
        ["reproduce", "single-layer"],
        ["check", "--json"],
        ["run", "--board", "simulated", "--json", "--config", "quiet.toml"],
    ],
)
def test_closed_standard_output(tmp_path: Path, arguments: list[str]) -> None:
    """When the reader of standard output has gone, a command ends quietly with exit 0."""
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        run = pigate(*arguments, stdout=closed, cwd=tmp_path)
    told = [line for line in run.stderr.splitlines() if "simulated board" not in line and "is proved" not in line]
    assert (run.returncode, told) == (0, [])


def test_reader_that_takes_one_line() -> None:
    """`pigate table parity --inputs 8 | head -1` prints one line, quietly."""
    with subprocess.Popen(
        [*PIGATE, "table", "parity", "--inputs", "8"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"00000000 0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["table"], ["--help"], ["train", "--json"]])
def test_full_standard_output(arguments: list[str]) -> None:
    """Output that cannot be written is one line and exit 1."""
    with open("/dev/full", "wb") as full:
        run = pigate(*arguments, stdout=full)
    assert (run.returncode, run.stderr) == (1, "pigate: standard output: No space left on device\n")


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(streams: str) -> None:
    """A command works, or ends, without a standard stream; no file of its own takes the stream's place."""
    command = f"exec {' '.join(PIGATE)} train --table - {streams}"
    run = subprocess.run(
        ["sh", "-c", command], input="0 1\n1 0\n", capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in run.stderr
    if "<" in streams:
        assert run.returncode == 2  # an empty table
    else:
        assert (run.returncode, run.stderr) == (0, "")


def test_interrupt_and_progress() -> None:
    """On a terminal a long training shows its progress; Ctrl-C ends it without a traceback."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(
        [*PIGATE, "train", "--hidden", "none", "--epochs", "1000000"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(TERM="xterm"),
    ) as process:
        os.close(theirs)
        shown = b""
        while b"training:" not in shown:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        os.set_blocking(ours, False)
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the terminal has no more to read, or is gone
            pass
        assert process.stdout
        assert process.stdout.read() == b""
    os.close(ours)
    assert b"Traceback" not in shown
    assert b"epochs" in shown
    assert b"loss" in shown


def test_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, no progress is shown."""
    with progress.shown(10, delay_s=0) as callback:
        assert callback is None
    assert capsys.readouterr().err == ""


def test_progress_counts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The bar shows epochs and loss."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.shown(10, delay_s=0) as callback:
        assert callback is not None
        for epoch in range(1, 11):
            callback(epoch, 0.25)
    assert "training" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--table", b"\xff"],
        ["train", "--table", b"./\xff\x1b\n"],
        ["train", "--weights", b"\xff\n"],
        ["train", "--config", b"\xff\n"],
        ["predict", b"\xff\n"],
        ["table", b"\xff\n"],
        [b"\xff\n"],
        ["train", "--seed", b"\xff\n"],
        ["train", b"--\xff\n"],
        ["reproduce", b"\xff\n"],
        ["run", "--board", b"\xff\n"],
    ],
)
def test_arguments_that_are_no_text(arguments: list[str | bytes]) -> None:
    """Bytes that are no text, newlines and escapes come out escaped, on one line."""
    run = pigate(*arguments)
    assert run.returncode in (2, 78)
    assert "udcff" in complaint(run)


@pytest.mark.parametrize("name", [b"a\nb", b"\x1b[31m", b"\xff"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_files_with_any_name(tmp_path: Path, name: bytes, locale: str) -> None:
    """A table file with any name is learned, and its name shown so that it cannot harm a terminal."""
    (tmp_path / os.fsdecode(name)).write_text("000 1\n111 0\n")
    for command in (["table"], ["train", "--table"], ["train", "--json", "--table"]):
        run = pigate(*command, b"./" + name, cwd=tmp_path, env=environment(LC_ALL=locale))
        assert (run.returncode, run.stderr) == (0, "")
        assert all(line.isprintable() for line in run.stdout.splitlines())


def test_errors_of_the_operating_system(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the operating system refuses is one line without its number; what the board does, exit 69."""

    def refuse(error: Exception) -> None:
        def command(_args: object) -> int:
            raise error

        monkeypatch.setattr(commands, "table", command)

    refuse(OSError(5, "Input/output error", "/dev/thing"))
    assert call.refused("table", code=1) == "pigate: /dev/thing: Input/output error"
    refuse(BoardError("GPIO 17 is in use\nby x"))
    assert call.refused("table", code=69) == "pigate: GPIO 17 is in use\\nby x"


TYPED = [*COMMANDS[1:], "--table", "--json", "--inputs", "--weights", "--seed", "--config", "--hidden", "--rule"]
TYPED += [
    "--epochs",
    "--learning-rate",
    "--starts",
    "--help",
    "--",
    "none",
    "xor",
    "mux",
    "0110",
    "101",
    "3",
    "0",
    "-1",
    "nan",
    ".",
]
ARGUMENTS = st.sampled_from(TYPED) | st.text(st.characters(exclude_characters="\0"), max_size=5)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ARGUMENTS, max_size=5))
def test_any_command_line(call: Call, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> None:
    """Whatever is typed ends with one of the contract's exit codes, and a mistake with one printable line."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    if "reproduce" in arguments or "-" in arguments:  # slow, or reads the test's own standard input
        return
    code, out, err = call(*arguments, *(["--epochs", "30"] if "train" in arguments else []))
    assert code in (0, 1, 2, 78)
    if code == 2:
        assert err.count("\n") == 1
        assert err[:-1].isprintable()
        assert out == ""


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_in_a_real_process(tmp_path: Path, seed: int) -> None:
    """Damaged configuration, table and weight files are one line and the right exit code in a process, too."""
    generator = random.Random(seed)
    for name in ("config", "table", "weightsLayer1.txt"):
        (tmp_path / name).write_bytes(generator.randbytes(generator.randrange(1, 200)))
    for arguments, code in (
        (["check", "--config", "config"], 78),
        (["run", "--board", "simulated", "--config", "config"], 78),
        (["train", "--table", "./table"], 2),
        (["train", "--weights", "."], 2),
    ):
        run = pigate(*arguments, cwd=tmp_path)
        assert run.returncode == code
        assert complaint(run)


def test_default_configuration(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without --config, the usual file is read where there is one."""
    monkeypatch.setattr(config, "DEFAULT_PATH", tmp_path / "usual.toml")
    assert call.json("train")["table"] == "xor"
    (tmp_path / "usual.toml").write_text("[table]\nname = 'and'\n")
    assert call.json("train")["table"] == "and"
    (tmp_path / "usual.toml").write_text("[training]\nhidden = []\nepochs = 9\n")
    assert call.refused("check", code=78).startswith(f"pigate: {tmp_path}/usual.toml: the table xor is not learned")
