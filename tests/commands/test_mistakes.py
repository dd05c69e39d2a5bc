"""Whatever is typed or refused ends with one printable line and an exit code of the contract."""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pigate import commands
from pigate.errors import BoardError

from .calls import COMMANDS, Call, pigate


def complaint(run: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a mistake costs, which must be printable, and all that is said."""
    assert not run.stdout
    assert run.stderr.endswith("\n")
    line = run.stderr[:-1]
    assert line.isprintable(), line
    assert line.startswith("pigate")
    return line


def test_wrong_command(call: Call) -> None:
    """What is none of pigate's commands is one line with the nearest one, exit 2."""
    assert call.refused("trian") == "pigate: 'trian' is no command: did you mean train? (pigate --help shows how)"
    assert call.refused("zzz") == "pigate: 'zzz' is no command (pigate --help shows how)"
    assert "\\x1b" in call.refused("\x1b[31m\n")


def test_no_command(call: Call) -> None:
    """`pigate` alone says how it is used, on standard error, exit 2."""
    code, out, err = call()
    assert (code, out) == (2, "")
    assert err == call("--help")[1]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["run", "--board", "gpoi"],
            "pigate run: --board: 'gpoi' is none of auto, gpio, simulated (did you mean gpio?)",
        ),
        (["reproduce", "zzz"], "pigate reproduce: program: 'zzz' is none of multi-layer, single-layer, xor-gate"),
        (["run", "--port", "65536"], "pigate run: --port: give a whole number from 0 to 65535, not '65536'"),
        (["run", "--port", "-1"], "pigate run: --port: give a whole number from 0 to 65535, not '-1'"),
        (["table", "xor", "--inputs", "three"], "pigate table: --inputs: give a whole number, not 'three'"),
        (["predict", "--tolerance", "t", "1"], "pigate predict: --tolerance: give a number, not 't'"),
    ],
)
def test_wrong_choices(call: Call, arguments: list[str], line: str) -> None:
    """An option's value that is none is one line that names the option, what to give, and the help."""
    assert call.refused(*arguments) == f"{line} (pigate {arguments[0]} --help shows how)"


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
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/nonexistent")
    if "reproduce" in arguments or "-" in arguments:  # slow, or reads the test's own standard input
        return
    code, out, err = call(*arguments, *(["--epochs", "30"] if "train" in arguments else []))
    assert code in (0, 1, 2, 78)
    if code == 2 and not err.startswith("usage: pigate [-h]"):
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
