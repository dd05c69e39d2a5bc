"""The documents keep step with the program: settings, pins, exit codes, messages, links, names of the code."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from gpiozero import pi_info

from pigate.config import load
from pigate.errors import BAD_CONFIG, FAILED, NO_BOARD, OK, USAGE
from pigate.settings import BoardSettings, Settings

from .documents import DOCUMENTS, HERE, blocks

README = (HERE / "README.md").read_text()
WIRING = (HERE / "wiring.md").read_text()
HOUSE = HERE / "docs" / "house.md"
LINKING = [*DOCUMENTS, HERE / "CHANGELOG.md", HERE / "tests/system/README.md"]

#: BCM number -> pin of the header, from the Raspberry Pi's pinout
PHYSICAL = {17: 11, 27: 13, 22: 15, 18: 12}

#: The revision of a Pi whose header gpiozero describes
PI_4 = "c03111"


def configuration() -> str:
    """Return the configuration that docs/configuration.md shows."""
    (block,) = (block for block in blocks(HERE / "docs/configuration.md") if block.kind == "toml")
    return block.text


def test_configuration_is_the_default(tmp_path: Path) -> None:
    """The configuration that is shown is accepted, and says what an empty one means."""
    path = tmp_path / "pigate.toml"
    path.write_text(configuration())
    settings, _ = load(path)
    assert settings == msgspec.structs.replace(Settings(), table=settings.table)


@pytest.mark.parametrize("section", Settings.__struct_fields__)
def test_configuration_names_every_key(section: str) -> None:
    """Each key of the model stands in the configuration that is shown, if only in a comment."""
    part = configuration().partition(f"[{section}]\n")[2].partition("\n[")[0]
    for key in type(getattr(Settings(), section)).__struct_fields__:
        assert re.search(rf"\b{key} = ", part), key


def test_exit_codes() -> None:
    """docs/commands.md lists each exit code once."""
    listed = re.findall(r"^\| (\d+) \|", (HERE / "docs/commands.md").read_text(), re.MULTILINE)
    assert [int(code) for code in listed] == [OK, FAILED, USAGE, NO_BOARD, BAD_CONFIG]


def test_messages_are_the_programs() -> None:
    """What docs/troubleshooting.md quotes from pigate stands in its code, figures and names apart."""
    source = "\n".join(path.read_text() for path in (HERE / "pigate").rglob("*.py"))
    quoted = re.findall(r"^\| `([^`]+)` \|", (HERE / "docs/troubleshooting.md").read_text(), re.MULTILINE)
    ours = [message for message in quoted if message != "error: externally-managed-environment"]  # pip's
    assert len(ours) > 5
    for message in ours:
        longest = max(re.split(r"GPIO \d+|\.\.\.|: ", message), key=len).strip()
        assert longest.removesuffix(" pins") in source, message


def test_wiring_has_the_default_pins() -> None:
    """wiring.md's table has the default GPIO numbers, in order, with their pins on the header."""
    board = BoardSettings()
    rows = re.findall(r"^\| [^|]*(?:switch|LED)[^|]* \| (\d+) \| (\d+) \|", WIRING, re.MULTILINE)
    assert [(int(a), int(b)) for a, b in rows] == [(pin, PHYSICAL[pin]) for pin in board.pins + board.outputs]


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
    lines = re.findall(r"`gpio(get|set) [^`]*gpiochip0 ([^`]+)`", WIRING)
    assert {tool for tool, _ in lines} == {"get", "set"}
    for tool, words in lines:
        named = tuple(int(line.partition("=")[0]) for line in words.split())
        assert named == (board.inputs if tool == "get" else board.outputs)


@pytest.mark.parametrize("path", LINKING, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Files that a document links to, or shows, exist, and so do the headings."""
    text = path.read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text) + re.findall(r"src(?:set)?=\"([^\"]+)\"", text):
        if target.startswith("https://"):
            continue
        name, _, heading = target.partition("#")
        linked = path.parent / name if name else path
        assert linked.exists(), target
        assert not heading or heading in anchors(linked), target


def anchors(document: Path) -> list[str]:
    """Return a document's headings as they stand in links."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings]


def test_readme_leads_to_every_page() -> None:
    """README links to each page of docs."""
    assert [p.name for p in (HERE / "docs").glob("*.md") if f"(docs/{p.name})" not in README] == []


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w./]+\.\w+: [\w.]+)`", HOUSE.read_text()))))
def test_house_names_what_there_is(name: str) -> None:
    """Each `file.py: name` of docs/house.md is a file of the package, or of the checkout, that has this name."""
    file, _, dotted = name.partition(": ")
    path = HERE / "pigate" / file
    path = path if path.exists() else HERE / file
    node: ast.AST = ast.parse(path.read_text())
    for part in dotted.split("."):
        node = next(inner for inner in ast.iter_child_nodes(node) if part in names_of(inner))


def names_of(node: ast.AST) -> list[str]:
    """Return what a statement defines: a function, a class, or a variable."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:\w+/)+[\w.]*)`", HOUSE.read_text()))))
def test_house_names_files_that_there_are(name: str) -> None:
    """Each path of docs/house.md exists in the package or in the checkout."""
    assert (HERE / "pigate" / name).exists() or (HERE / name).exists()
