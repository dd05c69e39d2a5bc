"""A press of the teach button: what it teaches, what the LED answers, what it does not do."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory

from pigate.config import Task, named
from pigate.gate import trainer
from pigate.gate.learn import learn
from pigate.gate.reload import Reload
from pigate.gate.systemd import Systemd
from pigate.learning.tables import TruthTable, every_levels
from pigate.learning.training import train
from pigate.pins.board import Board
from pigate.pins.simulated import SimulatedBoard
from pigate.settings import BoardSettings
from pigate.teaching.answer import NO, YES
from pigate.teaching.button import STUCK_S

from .taught_gate import BOARD, BUTTON, TaughtGate, a_taught_gate, task_of

XOR = task_of(TruthTable.named("xor"))
BLANK = task_of(named("blank", 3, 1))
PARITY = TruthTable.named("parity")


def test_a_press_turns_the_row_over_and_lasts(tmp_path: Path) -> None:
    """One press on a row: the LED is the opposite from then on, and in the next run; the other rows stay."""
    with a_taught_gate(tmp_path, XOR) as gate:
        gate.teach("110")
        assert gate.lit
        assert gate.rows == {**XOR.table, "110": "1"}
    with a_taught_gate(tmp_path, XOR) as gate:
        assert gate.rows == {**XOR.table, "110": "1"}
        for levels in every_levels(3):
            gate.set(levels)
            gate.let_pass(0.1)
            assert gate.lit is (gate.rows[levels] == "1")


def test_xor_becomes_parity_row_by_row(tmp_path: Path) -> None:
    """All of parity can be taught onto xor by presses; after a restart it is parity."""
    with a_taught_gate(tmp_path, XOR) as gate:
        for levels in every_levels(3):
            gate.set(levels)
            gate.let_pass(0.1)
            if gate.lit is not (PARITY[levels] == "1"):
                gate.press()
                gate.wait()
                gate.let_pass(1)
    with a_taught_gate(tmp_path, XOR) as gate:
        assert gate.rows == dict(PARITY)


def check_all_by_presses(gate: TaughtGate, table: TruthTable) -> None:
    """See that the LED is the table's, whatever the switches are."""
    for levels, target in table.items():
        gate.set(levels)
        gate.let_pass(0.1)
        assert gate.lit is (target == "1")


def test_from_blank_every_table_of_three_inputs(tmp_path: Path) -> None:
    """From no row at all, presses make each of the 256 tables of three inputs, the next one press from the last."""
    with a_taught_gate(tmp_path, BLANK) as gate:
        levels = list(every_levels(3))
        assert gate.decision == ("undecided",)
        for each in levels:
            gate.teach(each)
            assert gate.lit  # the first press on a row that is not taught makes it on
            gate.teach(each)
            assert not gate.lit  # and the next off
        number = 0
        for step in range(1, 257):
            table = TruthTable.parse(f"{number:08b}")
            assert gate.rows == dict(table)
            check_all_by_presses(gate, table)
            after = step ^ (step >> 1)  # Gray's code: each number once, and the next differs in one bit
            if (changed := number ^ after) < 256:
                gate.teach(levels[7 - changed.bit_length() + 1])
                number = after
        assert gate.said == []


@pytest.mark.long
@pytest.mark.parametrize("number", range(256))
def test_from_blank_alone(tmp_path: Path, number: int) -> None:
    """From no row at all, presses make a table, and a restart brings it back."""
    table = TruthTable.parse(f"{number:08b}")
    with a_taught_gate(tmp_path, BLANK) as gate:
        for levels, target in table.items():
            gate.teach(levels, presses=1 if target == "1" else 2)
    with a_taught_gate(tmp_path, BLANK) as gate:
        assert gate.rows == dict(table)
        check_all_by_presses(gate, table)


def test_a_guess_is_taught_as_its_opposite(tmp_path: Path) -> None:
    """Where a table leaves a row out, the LED shows the guess, and a press teaches the opposite."""
    partial = task_of(TruthTable({"000": "1", "001": "0", "010": "0", "111": "1"}))
    with a_taught_gate(tmp_path, partial) as gate:
        gate.set("110")
        gate.let_pass(0.1)
        guessed = gate.decision
        assert guessed in (("on",), ("off",))
        gate.teach("110")
        assert gate.rows["110"] == ("0" if guessed == ("on",) else "1")
        assert gate.lit is (guessed == ("off",))


def test_blank_leaves_untaught_rows_undecided(tmp_path: Path) -> None:
    """A gate that began blank blinks on each row but those that were taught, also after a restart."""
    with a_taught_gate(tmp_path, BLANK) as gate:
        gate.teach("110")
    with a_taught_gate(tmp_path, BLANK) as gate:
        for levels in every_levels(3):
            gate.set(levels)
            gate.let_pass(0.1)
            assert gate.decision == (("on",) if levels == "110" else ("undecided",))
            assert gate.loop.snapshot is not None
            assert ("not taught" in gate.loop.snapshot.status) is (levels != "110")


def test_each_output_has_its_button(tmp_path: Path) -> None:
    """With two outputs, a press turns its own output over, and its own LED answers; the other goes on."""
    board = BoardSettings(outputs=(18, 24), teach=(23, 25))
    task = task_of(TruthTable.named("full-adder"), board)
    with a_taught_gate(tmp_path, task) as gate:
        gate.set("111")  # 11
        gate.let_pass(0.1)
        other = gate.board.factory.pin(24)
        gate.press(gpio=23)
        gate.wait()
        assert gate.rows["111"] == "01"
        assert gate.answered() == list(YES[1::2])
        assert other.state
        gate.press(gpio=25)
        gate.wait()
        assert gate.rows["111"] == "00"


@pytest.mark.parametrize("levels", ["000", "001"])
def test_the_led_says_yes_once_it_is_saved(tmp_path: Path, levels: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it trains and saves the LED shows the old decision; when all is saved it blinks twice."""
    saving, go_on = threading.Event(), threading.Event()
    fsync = os.fsync

    def slow(descriptor: int) -> None:
        saving.set()
        assert go_on.wait(60)
        fsync(descriptor)

    with a_taught_gate(tmp_path, XOR) as gate:
        gate.set(levels)
        gate.let_pass(0.1)
        was_lit = gate.lit
        monkeypatch.setattr(os, "fsync", slow)
        gate.press()
        assert saving.wait(60)
        gate.shown.clear()
        gate.let_pass(5)
        assert [lit for _, lit in gate.shown] == [was_lit]
        go_on.set()
        gate.wait()
        assert (tmp_path / "taught.json").exists()
        assert gate.answered()[:2] == list(YES[1::2])
        assert gate.lit is not was_lit
        assert gate.said == []


def test_what_cannot_be_learned_is_answered_with_no(tmp_path: Path) -> None:
    """A row that a single layer cannot learn beside the others: one long blink, one line, and the old gate goes on."""
    task = task_of(TruthTable.named("and"))
    training = msgspec.structs.replace(task.settings.training, hidden=(), epochs=50)
    task = Task(msgspec.structs.replace(task.settings, training=training), task.table)
    with a_taught_gate(tmp_path, task) as gate:
        gate.set("000")
        gate.let_pass(0.1)
        gate.press()
        gate.wait()
        assert gate.answered() == list(NO[1::2])
        assert gate.rows == dict(task.table)
        assert not gate.lit
        (line,) = gate.said
        assert "not learned" in line
        assert "old gate goes on" in line
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_saved_is_answered_with_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full the gate does not pretend: one long blink, one line, the old network."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with a_taught_gate(tmp_path, XOR) as gate:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            gate.press()
            gate.wait()
        assert gate.answered()[0] == NO[1]
        assert gate.rows == dict(XOR.table)
        (line,) = gate.said
        assert "No space left" in line
        gate.press()
        gate.wait()
        assert gate.rows == {**XOR.table, "000": "0"}


def test_held_for_three_seconds_it_forgets(tmp_path: Path) -> None:
    """A hold brings the configured table back, and teaches nothing; after a restart it is still that."""
    with a_taught_gate(tmp_path, XOR) as gate:
        gate.teach("110")
        gate.teach("011")
        gate.press(3.1)
        gate.wait()
        assert gate.answered()[:2] == list(YES[1::2])
        assert gate.rows == dict(XOR.table)
    assert os.listdir(tmp_path) == []
    with a_taught_gate(tmp_path, XOR) as gate:
        assert gate.rows == dict(XOR.table)


def test_a_press_while_the_switches_move_is_one_line(tmp_path: Path) -> None:
    """Switches that move while the button is pressed, or that have not settled, teach nothing; one line says so."""
    with a_taught_gate(tmp_path, XOR) as gate:
        gate.button(True)
        gate.let_pass(0.1)
        gate.set("110")
        gate.let_pass(0.5)
        gate.button(False)
        gate.let_pass(0.5)
        gate.wait()
        assert gate.rows == dict(XOR.table)
        (line,) = gate.said
        assert "switches moved" in line
    with a_taught_gate(tmp_path, task_of(XOR.table, msgspec.structs.replace(BOARD, settle_s=1.0))) as gate:
        gate.let_pass(2)
        gate.set("110")
        gate.press()
        gate.let_pass(3)
        gate.wait()
        assert gate.rows == dict(XOR.table)
        assert len(gate.said) == 1
    assert os.listdir(tmp_path) == []


def test_a_press_while_it_trains_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second press while the first is learned changes nothing, a hold neither; the first is learned all the same."""
    go_on = threading.Event()

    def slow(*arguments: Any) -> Any:
        assert go_on.wait(60)
        return learn(*arguments)

    monkeypatch.setattr(trainer, "learn", slow)
    with a_taught_gate(tmp_path, XOR) as gate:
        gate.press()
        gate.set("110")
        gate.let_pass(0.1)
        assert not gate.lit, "the gate works on while it trains"
        gate.press()
        (line,) = gate.said
        assert "still trains" in line
        gate.press(4)
        assert len(gate.said) == 1, "lines come seldom: a log wears the SD card"
        go_on.set()
        gate.wait()
        assert gate.rows == {**XOR.table, "000": "0"}


def reload_of(gate: TaughtGate, reread: Callable[[], Task]) -> Reload:
    """Return what reloads this gate."""
    settings = XOR.settings
    return Reload(
        gate.loop, Systemd({}), settings, reread, gate.teacher, gate.taught, gate.trainer.alone, gate.said.append
    )


def test_a_press_while_a_reload_learns_is_one_line(tmp_path: Path) -> None:
    """What a reload is about to replace cannot be taught: the press is one line, and no yes is lost."""
    go_on, reading = threading.Event(), threading.Event()

    def reread() -> Task:
        reading.set()
        assert go_on.wait(60)
        return XOR

    with a_taught_gate(tmp_path, XOR) as gate:
        gate.teach("110")
        reload_of(gate, reread).begin()
        assert reading.wait(60)
        gate.press()
        (line,) = gate.said
        assert "still trains" in line
        go_on.set()
        gate.wait()
        assert gate.rows == {**XOR.table, "110": "1"}
        gate.press()
        gate.wait()
        assert gate.rows == dict(XOR.table)


def test_a_reload_waits_for_what_is_being_taught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload that comes while a press is learned takes that up, too."""
    go_on = threading.Event()

    def slow(*arguments: Any) -> Any:
        assert go_on.wait(60)
        return learn(*arguments)

    monkeypatch.setattr(trainer, "learn", slow)
    with a_taught_gate(tmp_path, XOR) as gate:
        gate.press()
        reloaded: list[Task] = []
        reload_of(gate, lambda: reloaded.append(XOR) or XOR).begin()  # type: ignore[func-returns-value]
        gate.let_pass(1)
        assert reloaded == []
        go_on.set()
        end = time.monotonic() + 60
        while not reloaded or gate.trainer.alone.locked():
            assert time.monotonic() < end
            gate.tick()
        assert gate.rows == {**XOR.table, "000": "0"}


def test_held_at_the_start_it_does_nothing(tmp_path: Path) -> None:
    """A button that is closed when the gate starts teaches nothing when it opens; then it works."""
    pins = SimulatedBoard(BOARD)
    try:
        pins.factory.pin(BUTTON).drive_low()
        gate = TaughtGate(pins, tmp_path, XOR)
        gate.let_pass(5)
        gate.button(False)
        gate.let_pass(1)
        gate.wait()
        assert (gate.said, gate.rows) == ([], dict(XOR.table))
        gate.press()
        gate.wait()
        assert gate.rows == {**XOR.table, "000": "0"}
    finally:
        pins.close()


def test_a_stuck_button_is_named_in_one_line(tmp_path: Path) -> None:
    """A button that stays closed is named once, teaches and forgets nothing, and does not keep the loop awake."""
    with a_taught_gate(tmp_path, XOR) as gate:
        gate.teach("110")
        gate.button(True)
        gate.let_pass(STUCK_S + 100)
        (line,) = gate.said
        assert f"GPIO {BUTTON}" in line
        assert gate.tick() > 0.9, "nothing but the resync is due"
        gate.button(False)
        gate.let_pass(5)
        gate.wait()
        assert len(gate.said) == 1
        assert gate.rows == {**XOR.table, "110": "1"}


def test_an_unknown_input_teaches_nothing(tmp_path: Path) -> None:
    """While a topic's level is unknown there is no row to correct: one line."""
    board = BoardSettings(inputs=(17, 27, "pigate/kitchen/output/1"), teach=BUTTON)
    with a_taught_gate(tmp_path, task_of(XOR.table, board)) as gate:
        gate.press()
        gate.wait()
        (line,) = gate.said
        assert "00?" in line
        gate.loop.set_topics("0")
        gate.let_pass(0.1)
        gate.press()
        gate.wait()
        assert gate.rows == {**XOR.table, "000": "0"}


def test_a_board_without_edges_is_polled_for_its_button(tmp_path: Path) -> None:
    """Where the pins have no edge detection, the button is read often enough, however long the settle time."""
    board = Board(BoardSettings(teach=BUTTON, settle_s=5.0), MockFactory())
    try:
        gate = TaughtGate(board, tmp_path, XOR)  # type: ignore[arg-type]
        gate.let_pass(6)
        gate.press(0.1)
        gate.wait()
        assert gate.rows == {**XOR.table, "000": "0"}
    finally:
        board.close()


def test_given_weights_are_of_the_configured_table(tmp_path: Path) -> None:
    """A gate of given weights can be taught, comes back so, and forgetting brings the given weights back."""
    given = train(XOR.table, hidden=[8], seed=5).network
    task = Task(XOR.settings, XOR.table, given)
    with a_taught_gate(tmp_path, task) as gate:
        assert gate.loop.network.network is given
        gate.teach("110")
    with a_taught_gate(tmp_path, task) as gate:
        assert gate.rows == {**XOR.table, "110": "1"}
        gate.press(3.5)
        gate.wait()
        assert gate.loop.network.network is given
    with a_taught_gate(tmp_path, task) as gate:
        assert gate.loop.network.network is given
