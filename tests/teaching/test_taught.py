"""What is taught, on disk."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from pigate.config import Task, named
from pigate.gate.learn import learn
from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.settings import Settings
from pigate.teaching.correction import corrected
from pigate.teaching.taught import Taught

from ..test_files import without_privileges

XOR = TruthTable.named("xor")
TASK = Task(Settings(), XOR)


def keep(folder: Path, levels: str = "101", targets: str = "1", said: list[str] | None = None) -> Taught:
    """Teach a row of xor, and return the corrections."""
    taught = Taught(print if said is None else said.append, folder)
    taught.keep(train(corrected(taught.task(TASK).table, levels, targets, XOR)), XOR)
    return taught


def test_what_is_kept_comes_back_with_its_weights(tmp_path: Path) -> None:
    """Another process reads the same table, and a training that begins with the kept weights has nothing to learn."""
    keep(tmp_path / "new" / "folder")
    task = Taught(print, tmp_path / "new" / "folder").task(TASK)
    assert dict(task.table) == {**XOR, "101": "1"}
    assert task.table.name == "xor as taught"
    again = learn(task)
    assert again.learned
    assert again.record.epochs == 0  # type: ignore[attr-defined]
    assert all((a == b).all() for a, b in zip(again.network.weights, task.initial.weights, strict=True))  # type: ignore[union-attr]
    assert Taught(print, tmp_path / "new" / "folder").table(XOR) == task.table


def test_blank_comes_back_blank(tmp_path: Path) -> None:
    """A gate that began blank still leaves untaught rows undecided when it comes back, down to the last row."""
    blank = Task(Settings(), named("blank", 3, 1))
    taught = Taught(print, tmp_path)
    taught.keep(train(corrected(blank.table, "101", "1", blank.table)), blank.table)
    again = learn(Taught(print, tmp_path).task(blank))
    assert [again.decide(levels)[1] for levels in ("101", "100")] == [("on",), ("undecided",)]


def test_no_row_at_all_comes_back(tmp_path: Path) -> None:
    """A table of which every row was made untaught is kept, too: it is not the configured one."""
    table = TruthTable({"0": "1"})
    task = Task(Settings(), table)
    taught = Taught(print, tmp_path)
    empty = learn(Task(Settings(), corrected(table, "0", "-", table)))
    taught.keep(empty, table)
    assert dict(Taught(print, tmp_path).task(task).table) == {}


def test_the_configured_table_again_needs_no_file(tmp_path: Path) -> None:
    """A correction that is taken back leaves nothing behind."""
    keep(tmp_path)
    keep(tmp_path, "101", "0")
    assert os.listdir(tmp_path) == []
    assert Taught(print, tmp_path).task(TASK) is TASK


def test_forget(tmp_path: Path) -> None:
    """What is forgotten does not come back; there may have been nothing."""
    keep(tmp_path).forget()
    assert Taught(print, tmp_path).task(TASK) is TASK
    Taught(print, tmp_path).forget()
    Taught(print, tmp_path / "none").forget()


def test_another_configured_table_sets_corrections_aside(tmp_path: Path) -> None:
    """Corrections of another table are not used; one line says that they are kept, under a name with the date."""
    keep(tmp_path)
    text = (tmp_path / "taught.json").read_text()
    said: list[str] = []
    parity = Task(Settings(), TruthTable.named("parity"))
    taught = Taught(said.append, tmp_path)
    assert taught.task(parity) is parity
    assert said == []  # nothing is moved before the new table is proved
    taught.set_aside(parity.table)
    (line,) = said
    assert "another configured table" in line
    (aside,) = os.listdir(tmp_path)
    assert re.fullmatch(r"taught\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.json", aside)
    assert aside in line
    assert (tmp_path / aside).read_text() == text
    taught.set_aside(parity.table)
    assert len(said) == 1


def damaged(text: str) -> list[str]:
    """Return texts that a damaged disk, a newer pigate or a person could have made of a file."""
    whole = json.loads(text)

    def changed(**changes: Any) -> str:
        return json.dumps(whole | changes)

    rows = whole["taught"]
    return [
        "",
        "\0" * len(text),
        text[: len(text) // 2],
        "[" * 100_000,
        changed(version=2),
        changed(more=1),
        changed(taught=rows | {"rows": {"101": "2"}}),
        changed(taught=rows | {"rows": {"10": "1"}}),
        changed(taught=rows | {"inputs": 99, "rows": {}}),
        changed(weights="x"),
        "x" * (1 << 21),
    ]


@pytest.mark.parametrize("number", range(11))
def test_a_damaged_file_is_set_aside(tmp_path: Path, number: int) -> None:
    """A file that is none is set aside in one line, whatever is wrong with it, and the configured table is used."""
    keep(tmp_path)
    path = tmp_path / "taught.json"
    path.write_text(damaged(path.read_text())[number])
    said: list[str] = []
    taught = Taught(said.append, tmp_path)
    assert taught.task(TASK) is TASK
    assert taught.table(XOR) is XOR
    taught.set_aside(XOR)
    (line,) = said
    assert "\n" not in line
    (aside,) = os.listdir(tmp_path)
    assert aside in line
    keep(tmp_path)
    assert "101 1" in str(Taught(print, tmp_path).table(XOR))


def test_weights_that_do_not_fit_leave_the_table(tmp_path: Path) -> None:
    """A table whose weights are of no use is learned from random starts."""
    keep(tmp_path)
    path = tmp_path / "taught.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights": [[[1.0]]]}))
    task = Taught(print, tmp_path).task(TASK)
    assert task.initial is None
    assert learn(task).learned


def test_what_another_process_taught_is_never_overwritten_unseen(tmp_path: Path) -> None:
    """Who saves over what was changed meanwhile sets that aside in one line."""
    said: list[str] = []
    ours = keep(tmp_path, said=said)
    keep(tmp_path, "110", "1")  # another process
    theirs = (tmp_path / "taught.json").read_text()
    ours.keep(train(corrected(XOR, "011", "1", XOR)), XOR)
    (line,) = said
    aside = next(name for name in os.listdir(tmp_path) if name != "taught.json")
    assert aside in line
    assert (tmp_path / aside).read_text() == theirs
    assert dict(Taught(print, tmp_path).table(XOR)) == {**XOR, "011": "1"}
    said.clear()
    keep(tmp_path, "110", "1")
    ours.forget()
    assert len(said) == 1
    assert len(os.listdir(tmp_path)) == 2


def test_nothing_is_read_or_made_where_nothing_is_taught(tmp_path: Path) -> None:
    """A run that teaches nothing leaves no folder behind."""
    taught = Taught(print, tmp_path / "none")
    assert taught.task(TASK) is TASK
    taught.set_aside(XOR)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_this_user_cannot_see(tmp_path: Path) -> None:
    """Who may not look into the state directory runs as configured, without a traceback."""
    keep(tmp_path / "state")
    (tmp_path / "state").chmod(0o700)
    with without_privileges():
        taught = Taught(print, tmp_path / "state")
        assert taught.task(TASK) is TASK
        assert taught.table(XOR) is XOR
        taught.set_aside(XOR)
    assert os.listdir(tmp_path / "state") == ["taught.json"]


def test_where_nobody_may_write(tmp_path: Path) -> None:
    """Where the folder cannot be made, saving raises OSError, and what was taught is not believed saved."""
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        keep(tmp_path / "file" / "folder")
