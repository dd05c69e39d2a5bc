"""The documents keep step with the program: settings, pins, commands, figures, links."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gpiozero import pi_info

from pigate.cli import _parser
from pigate.cli import main as command
from pigate.config import BoardSettings, Settings, load

HERE = Path(__file__).parent.parent
README = (HERE / "README.md").read_text()
WIRING = (HERE / "wiring.md").read_text()
DOCUMENTS = ["README.md", "wiring.md", "CHANGELOG.md", "tests/system/README.md"]

#: BCM number -> pin of the header, from the Raspberry Pi's pinout
PHYSICAL = {17: 11, 27: 13, 22: 15, 18: 12}

#: The revision of a Pi whose header gpiozero describes
PI_4 = "c03111"


def configuration() -> str:
    """Return README's example of a configuration."""
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    return str(block)


def test_readmes_configuration_is_the_default(tmp_path: Path) -> None:
    """README's configuration is accepted, and says what an empty one means."""
    path = tmp_path / "pigate.toml"
    path.write_text(configuration())
    settings, _ = load(path)
    assert settings == msgspec.structs.replace(Settings(), table=settings.table)


@pytest.mark.parametrize("section", Settings.__struct_fields__)
def test_readmes_configuration_names_every_key(section: str) -> None:
    """Each key of the model stands in README's configuration, if only in a comment."""
    part = configuration().partition(f"[{section}]\n")[2].partition("\n[")[0]
    for key in type(getattr(Settings(), section)).__struct_fields__:
        assert re.search(rf"\b{key} = ", part), key


def test_wiring_has_the_default_pins() -> None:
    """wiring.md's table has the default GPIO numbers, in order, with their pins on the header."""
    board = BoardSettings()
    rows = re.findall(r"^\| [^|]*(?:switch|LED)[^|]* \| (\d+) \| (\d+) \|", WIRING, re.MULTILINE)
    assert [(int(a), int(b)) for a, b in rows] == [(pin, PHYSICAL[pin]) for pin in board.inputs + board.outputs]


def test_wirings_grounds_are_grounds() -> None:
    """wiring.md's table sends the other ends to pins of the header that are ground."""
    grounds = {str(pin.number) for header, pin in pi_info(PI_4).find_pin("GND") if header.name == "J8"}
    shown = re.findall(r"^\| ground [^|]* \| GND \| (\d+) \|", WIRING, re.MULTILINE)
    assert len(shown) == 2
    assert set(shown) <= grounds


def test_circuit_is_that_of_the_table() -> None:
    """The drawing has the lines of wiring.md's table, each at its pin of the header, and no others."""
    table = re.findall(r"^\| [^|]* \| (\d+|GND) \| (\d+) \|", WIRING, re.MULTILINE)
    drawn = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", (HERE / "docs/wiring.svg").read_text())
    # schemdraw writes a pin's number and then its name.
    lines = [(name.removeprefix("GPIO "), number) for number, name in pairwise(drawn) if number.isdecimal()]
    assert sorted(lines) == sorted(table)


def test_wirings_tools_are_given_the_default_pins() -> None:
    """What wiring.md has typed to gpioget and gpioset names the default pins, in order."""
    board = BoardSettings()
    typed = re.findall(r"`gpio(get|set) [^`]*gpiochip0 ([^`]+)`", WIRING)
    assert {tool for tool, _ in typed} == {"get", "set"}
    for tool, lines in typed:
        named = tuple(int(line.partition("=")[0]) for line in lines.split())
        assert named == (board.inputs if tool == "get" else board.outputs)


def commands() -> list[str]:
    """Return every pigate command line of the documents."""
    text = README + WIRING
    lines = re.findall(r"^ +(?:\$ )?(?:.*\| |.*&& )?(?:sudo )?(?:\.venv/bin/)?(pigate .*)$", text, re.MULTILINE)
    lines += re.findall(r"`(?:sudo )?(pigate [^`]+)`", text)
    return [line.partition("#")[0].strip() for line in lines]


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_command_lines_are_right(line: str) -> None:
    """Every command line of the documents is accepted."""
    assert _parser().parse_args(shlex.split(line)[1:]).command


def test_no_command_is_left_out() -> None:
    """Every command that `pigate --help` lists is shown in the documents."""
    (choices,) = (action.choices for action in _parser()._actions if isinstance(action.choices, dict))
    assert set(choices) <= {line.split()[1] for line in commands()}


def test_there_are_command_lines() -> None:
    """The documents' command lines are found at all."""
    assert len(commands()) > 10


@pytest.mark.parametrize("line", ["pigate table", "pigate train --table parity"])
def test_shown_output_is_the_programs(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What README shows of a command is what it prints, but for figures that another processor may change."""
    assert command(shlex.split(line)[1:]) == 0
    printed = capsys.readouterr().out.splitlines()
    shown = README.partition(f"    $ {line}\n")[2].partition("\n\n")[0].splitlines()
    for ours, theirs in zip(shown, printed, strict=True):
        assert without_figures(ours) == without_figures(theirs)


def without_figures(line: str) -> str:
    """Return a line without its decimals, epochs and milliseconds."""
    return re.sub(r"\d+\.\d+( +|$)|\d+ epochs", "", line.strip())


def test_library_example_runs() -> None:
    """README's Python runs, and its comments hold."""
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    space: dict[str, Any] = {}
    exec(block, space)
    trained = space["trained"]
    assert trained.network.predict([1, 0, 1])[0] < 0.1
    assert trained.losses.shape == (trained.epochs, 16)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    """Files that a document links to, or shows, exist."""
    path = HERE / document
    text = path.read_text()
    for target in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r"src(?:set)?=\"([^\"]+)\"", text):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), target
