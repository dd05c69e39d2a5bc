"""Every example of README and docs is run, or stands in `NOT_RUN` with the reason."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pigate.cli import _parser
from pigate.pins.board import on_a_pi

from .documents import DOCUMENTS, HERE, Block, as_run, blocks, differences, run

#: Why an example is not run here, by what stands in it.
NOT_RUN = {
    "git clone": "the address is to be filled in",
    "git pull": "it changes the checkout",
    "pip install": "it downloads packages; what README's first one ends with has a test of its own below",
    "apt install": "it changes the machine",
    "systemctl": "it needs the installed service, which tests/system boots",
    "systemd/": "it changes the machine; tests/system installs and removes",
    "sudo pigate": "it needs the installed service, which tests/system boots",
    "/opt/pigate/": "it needs the installed service, which tests/system boots",
    "GpiodFactory()": "it needs a Raspberry Pi",
    "-m benchmarks": "it takes a minute of an idle machine",
}

#: Kinds of fences: the first four are run.
KINDS = ("console", "sh", "pycon", "python", "toml", "text", "json")

PAGE = "http://127.0.0.1:8000"

BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
RUN = [block for block in BLOCKS if block.kind in KINDS[:4] and not any(words in block.text for words in NOT_RUN)]


@pytest.mark.parametrize("block", RUN, ids=str)
def test_example(block: Block, tmp_path: Path) -> None:
    """An example can be typed, and prints what is shown: `python -m tests.documents` writes what it prints now."""
    on_pins = re.search(r"pigate (off|run(?!.*simulated))", block.text)
    if on_pins and on_a_pi():
        pytest.skip("it would use this machine's pins")
    if block.kind == "python":
        check_run(f"python -c {shlex.quote(block.text)}", tmp_path)
    elif block.kind != "sh":
        assert differences(block.text, as_run(block, tmp_path)) == []
    elif PAGE in block.text:
        if shutil.which("curl") is None:
            pytest.skip("no curl: apt install curl")
        with gate(tmp_path) as address:
            check_run(block.text.replace(PAGE, address), tmp_path)
    else:
        check_run(block.text, tmp_path)


def test_first_command_opens_the_page(tmp_path: Path) -> None:
    """What README's first command ends with, once pigate is installed, runs a gate and opens its page."""
    first = next(block.text for block in BLOCKS if "-m venv" in block.text)
    command, *arguments = shlex.split(first.split(" && ")[-1])
    assert (command, arguments[0]) == (".venv/bin/pigate", "run")
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >{tmp_path}/new\nmv {tmp_path}/new {tmp_path}/opened\n')
    browser.chmod(0o755)
    with gate(tmp_path, *arguments[1:], BROWSER=str(browser)) as address:
        check_run("until [ -e opened ]; do sleep 0.1; done", tmp_path)
        assert (tmp_path / "opened").read_text() == f"{address}/\n"


@contextmanager
def gate(folder: Path, *arguments: str, **environment: str) -> Iterator[str]:
    """Run a simulated gate with its page on a free port; yield the page's address."""
    for package in ("starlette", "uvicorn"):
        pytest.importorskip(package, reason="no web server: pip install '.[web]'")
    (folder / "page.toml").write_text("[web]\nport = 0\n")
    script = str(Path(sys.executable).with_name("pigate"))
    command = [script, "run", "--board", "simulated", "--config", str(folder / "page.toml"), *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True, env=os.environ | environment
    ) as process:
        try:
            yield next(line.split()[-1] for line in process.stderr or () if line.startswith("live page: ")).rstrip("/")
        finally:
            process.send_signal(signal.SIGTERM)


def check_run(command: str, folder: Path) -> None:
    """Run a command that must end well."""
    ended = run(command, folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_reasons_are_needed() -> None:
    """Each reason for not running an example has an example."""
    assert [words for words in NOT_RUN if not any(words in block.text for block in BLOCKS)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_example_has_a_fence(document: Path) -> None:
    """Each fence names its kind, and no example hides in an indented block that no test sees."""
    assert {block.kind for block in blocks(document)} <= set(KINDS)
    outside = re.sub(r"^ *```.*?^ *```$", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"^(?: {4,}|\t)(?=\S).*|^.*```.*", outside, re.MULTILINE) == []


def command_lines() -> set[str]:
    """Return the command lines that stand in sentences and tables."""
    return {line for path in DOCUMENTS for line in re.findall(r"`(?:sudo )?(pigate [^`]+)`", path.read_text())}


@pytest.mark.parametrize("line", sorted(command_lines()))
def test_command_lines_are_right(line: str) -> None:
    """A command line in a sentence is accepted; a command without its arguments exists."""
    _, *words = shlex.split(line)
    choices = commands()
    if words != ["--help"] and (len(words) > 1 or words[0] not in choices):
        assert _parser().parse_args(words).command in choices


def test_no_command_is_left_out() -> None:
    """Every command that `pigate --help` lists stands in README, and in an example that is run."""
    readme = (HERE / "README.md").read_text()
    examples = "\n".join(block.text for block in RUN)
    assert [name for name in commands() if f"`pigate {name}" not in readme] == []
    assert [name for name in commands() if not re.search(rf"^.*\bpigate {name}\b", examples, re.MULTILINE)] == []


def commands() -> list[str]:
    """Return the names of all commands."""
    (choices,) = (action.choices for action in _parser()._actions if isinstance(action.choices, dict))
    return list(choices)


@pytest.mark.parametrize(
    ("shown", "printed", "alike"),
    [
        ("in 38 epochs (2.5 ms), loss 0.002", "in 40 epochs (91 ms), loss 0.00199", True),
        ("in 38 epochs", "in 14 epochs", False),
        ("0.94641   learned", "0.91111   learned", True),
        ("0.94641   learned", "0.04641   learned", False),
        ("16 starts", "4 starts", False),
        ("101 -> off", "101 -> on", False),
        ("one\n", "one\ntwo\n", False),
        ("one\ntwo\n", "one\n", False),
    ],
)
def test_differences(shown: str, printed: str, alike: bool) -> None:
    """Only a figure that is near, and any duration, may differ from what is shown."""
    assert (differences(shown, printed) == []) is alike


def test_an_example_that_is_wrong_is_seen(tmp_path: Path) -> None:
    """A shown line that a command does not print, and a command that fails unshown, are differences."""
    document = tmp_path / "page.md"
    document.write_text(
        "1. Type\n\n   ```console\n   $ echo '1\n   > 2'\n   1\n   3\n   $ false || ls nothing\n   ```\n"
    )
    (block,) = blocks(document)
    first, second = differences(block.text, as_run(block, tmp_path))
    assert first == "'3' is now '2'"
    assert "No such file" in second
