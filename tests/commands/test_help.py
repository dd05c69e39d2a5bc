"""What the command line says of itself, and the ways to call it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pigate import __version__, cli
from pigate.learning.tables import TruthTable

from .calls import COMMANDS, Call, pigate


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
    assert ("--json" in out) == (command not in ("forget", "off"))


def test_version(call: Call) -> None:
    """`--version` says it."""
    assert call("--version") == (0, f"pigate {__version__}\n", "")


def test_all_ways_in() -> None:
    """`pigate` and `python -m pigate` are the same command."""
    script = Path(sys.executable).with_name("pigate")
    by_script = subprocess.run([script, "table", "xor"], capture_output=True, text=True, check=True, timeout=120)
    assert by_script.stdout == pigate("table", "xor").stdout == str(TruthTable.named("xor"))
