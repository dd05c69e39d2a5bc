"""`pigate table`, and `--table` of every command that takes a table."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from pigate.learning.named import BLANK, NAMED
from pigate.learning.tables import TruthTable

from .calls import PIGATE, Call, environment, pigate


def test_table_list(call: Call) -> None:
    """`pigate table` lists every name with what it means; as JSON, an object of them."""
    code, out, err = call("table")
    assert (code, err) == (0, "")
    assert {line.split()[0]: line.split(maxsplit=1)[1] for line in out.splitlines()} == call.json("table")
    assert list(call.json("table")) == [*NAMED, BLANK]
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
            [*PIGATE, "table", "-"], stdin=theirs.fileno(), capture_output=True, text=True, check=False, timeout=120
        )
    assert (run.returncode, run.stdout, run.stderr) == (0, "00 1\n", "")


def test_precedence(call: Call) -> None:
    """`--table X` is a name before it is bits, bits before a file; ./ reaches any file."""
    for name in ("xor", "0110", "011", "mine"):
        Path(name).write_text("11 1\n")
    assert call("table", "xor")[1] == str(TruthTable.named("xor"))
    assert call("table", "0110")[1] == str(TruthTable.parse("0110"))
    for name in ("./xor", "./0110", "011", "mine", "./mine"):
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
        ("1001011", "pigate: '1001011' is 7 bits; 3 inputs need 8"),
        ("0", "pigate: '0' is 1 bit; 2 inputs need 4"),
        ("1" * 300, f"pigate: '{'1' * 37}...' is 300 bits; 8 inputs need 256"),
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
        (["xor", "--inputs", "three"], "--inputs: give a whole number, not 'three'"),
    ],
)
def test_wrong_inputs(call: Call, arguments: list[str], words: str) -> None:
    """A number of inputs that the table does not come with is one line, exit 2."""
    assert words in call.refused("table", *arguments)


@pytest.mark.parametrize("name", [b"a\nb", b"\x1b[31m", b"\xff"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_files_with_any_name(tmp_path: Path, name: bytes, locale: str) -> None:
    """A table file with any name is learned, and its name shown so that it cannot harm a terminal."""
    (tmp_path / os.fsdecode(name)).write_text("000 1\n111 0\n")
    for command in (["table"], ["train", "--table"], ["train", "--json", "--table"]):
        run = pigate(*command, b"./" + name, cwd=tmp_path, env=environment(LC_ALL=locale))
        assert (run.returncode, run.stderr) == (0, "")
        assert all(line.isprintable() for line in run.stdout.splitlines())
