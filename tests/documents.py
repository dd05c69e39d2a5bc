"""The examples of README and docs: `python -m tests.documents` runs them and writes their output into the documents.

In a fence called ``console`` a line that begins with ``$`` is typed, one with ``>`` continues it, and the others are
its output. A fence called ``sh`` is typed as a whole. A fence called ``pycon`` is Python's own prompt.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

HERE = Path(__file__).parent.parent
DOCUMENTS = [HERE / "README.md", HERE / "wiring.md", *sorted((HERE / "docs").glob("*.md"))]

FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)

#: Seconds for one command, on a busy machine.
PATIENCE_S = 120

#: A figure that another processor may change, and a duration, which every run changes.
FIGURE = re.compile(r"\d+\.\d+(?:e-?\d+)?|\d+(?= epochs)")
DURATION = re.compile(r"[\d.]+ ms")


class Block(NamedTuple):
    """One fenced block of a document."""

    document: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.document.relative_to(HERE)}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """Return a document's fenced blocks, without their indentation."""
    text = document.read_text(encoding="utf-8")
    return [_block(document, text, match) for match in FENCE.finditer(text)]


def _block(document: Path, text: str, match: re.Match[str]) -> Block:
    content = re.sub(f"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
    return Block(document, text.count("\n", 0, match.start()) + 1, match["kind"], content)


def typed(block: Block) -> list[str]:
    """Return the commands of a ``console`` or ``sh`` block."""
    if block.kind == "sh":
        return [block.text]
    return [re.sub(r"^[$>] ", "", c, flags=re.MULTILINE) for c in re.findall(r"^\$ .*\n(?:> .*\n)*", block.text, re.M)]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a person would in a folder that has a virtual environment, with nothing on standard input."""
    if not (folder / ".venv").exists():
        (folder / ".venv").symlink_to(sys.prefix)
    environment = os.environ | {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        input="",
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def as_run(block: Block, folder: Path) -> str:
    """Return a ``console`` or ``pycon`` block with the output that its examples have now."""
    if block.kind == "pycon":
        return _python_as_run(block.text)
    shown = ""
    for command in typed(block):
        ended = run(command, folder)
        first, *more = command.splitlines(keepends=True)
        # What a command says for a person, beside its output, is not shown unless it fails.
        shown += f"$ {first}{''.join(f'> {line}' for line in more)}{ended.stdout}"
        shown += ended.stderr if ended.returncode else ""
    return shown


def _python_as_run(text: str) -> str:
    space: dict[str, Any] = {}
    shown = ""
    for example in doctest.DocTestParser().get_examples(text):
        first, *more = example.source.splitlines(keepends=True)
        with redirect_stdout(StringIO()) as output:
            exec(compile(example.source, "<example>", "single"), space)
        shown += f">>> {first}{''.join(f'... {line}' for line in more)}{output.getvalue()}"
    return shown


def differences(shown: str, printed: str) -> list[str]:
    """Return the lines that differ by more than a duration, or a figure by more than a quarter and 0.02."""
    pairs = zip_longest(shown.splitlines(), printed.splitlines(), fillvalue="")
    return [f"{ours!r} is now {theirs!r}" for ours, theirs in pairs if not _alike(ours, theirs)]


def _alike(ours: str, theirs: str) -> bool:
    ours, theirs = DURATION.sub("a moment", ours), DURATION.sub("a moment", theirs)
    if FIGURE.sub("#", ours).split() != FIGURE.sub("#", theirs).split():
        return False
    pairs = zip(*(map(float, FIGURE.findall(line)) for line in (ours, theirs)), strict=True)
    return all(abs(a - b) <= max(0.02, 0.25 * abs(b)) for a, b in pairs)


def rewrite(document: Path, new: Callable[[Block], str]) -> None:
    """Replace the text of a document's blocks."""
    text = document.read_text(encoding="utf-8")

    def replaced(match: re.Match[str]) -> str:
        indented = re.sub("^(?=.)", match["indent"], new(_block(document, text, match)), flags=re.MULTILINE)
        return f"{match['indent']}```{match['kind']}\n{indented}{match['indent']}```"

    document.write_text(FENCE.sub(replaced, text), encoding="utf-8")


def _now(block: Block) -> str:
    if block.kind not in ("console", "pycon"):
        return block.text
    with TemporaryDirectory() as folder:
        return as_run(block, Path(folder))


if __name__ == "__main__":
    for path in DOCUMENTS:
        rewrite(path, _now)
