"""Whatever happens to a gate that is taught, what its LED last said yes to is what comes back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pigate.config import Task, named
from pigate.gate.learn import learn
from pigate.learning.proof import Examined
from pigate.learning.tables import TruthTable, every_levels
from pigate.pins.simulated import SimulatedBoard
from pigate.teaching.correction import NOT_TAUGHT, corrected
from pigate.teaching.taught import Taught

from .taught_gate import BOARD, TaughtGate, task_of

CONFIGURED = {
    "xor": task_of(TruthTable.named("xor")),
    "majority": task_of(TruthTable.named("majority")),
    "blank": task_of(named("blank", 3, 1)),
}
LEVELS = st.sampled_from(list(every_levels(3)))

#: The calls by which a save changes the disk.
STEPS = ("mkdir", "open", "chmod", "fsync", "replace", "rename", "unlink")

#: More than any save makes, before and after each call.
MOST_STEPS = 40


def killed_at(step: int, save: Callable[[], None]) -> bool:
    """Save in a process that is killed before or after one of its calls; return whether it came to its end."""
    pid = os.fork()
    if pid == 0:
        for name in STEPS:
            setattr(os, name, _counted(getattr(os, name), lambda: step))
        try:
            save()
        except BaseException:
            os._exit(2)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), code
    return code == 0


_done = 0


def _counted(call: Callable[..., Any], step: Callable[[], int]) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        global _done
        if _done == step():
            os._exit(9)
        _done += 1
        result = call(*arguments, **named)
        if _done == step():
            os._exit(9)
        _done += 1
        return result

    return counted


class TaughtStory(RuleBasedStateMachine):
    """A gate, what is done to it, and what it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.configured = CONFIGURED["xor"]
        self.rows = dict(self.configured.table)  # what the LED last said yes to
        self.gate: TaughtGate | None = None

    def start(self) -> None:
        """Start a gate on what is on disk."""
        self.gate = TaughtGate(SimulatedBoard(BOARD), self.folder, self.configured)
        self.gate.let_pass(0.5)

    def stop(self) -> None:
        """End the gate at once: nothing that it holds in memory is left."""
        if self.gate is not None:
            self.gate.wait()
            self.gate.loop.close()
            self.gate.board.close()
            self.gate = None

    def running(self) -> TaughtGate:
        """Return the gate."""
        assert self.gate is not None
        return self.gate

    @initialize(name=st.sampled_from(sorted(CONFIGURED)))
    def begin(self, name: str) -> None:
        """Begin with one of the tables."""
        self.configured = CONFIGURED[name]
        self.rows = dict(self.configured.table)
        self.start()

    @rule(levels=LEVELS)
    def flip(self, levels: str) -> None:
        """Set the switches, and let them settle."""
        self.running().set(levels)
        self.running().let_pass(0.1)

    @rule()
    def press(self) -> None:
        """Press the button while the switches rest."""
        gate = self.running()
        levels, lit = gate.levels, gate.decision == ("on",)
        gate.press()
        gate.wait()
        self.rows[levels] = "0" if lit else "1"
        assert gate.answered()[:2] == [0.12, 0.12]

    @rule(levels=LEVELS)
    def press_while_they_move(self, levels: str) -> None:
        """Press the button, and move a switch before it is released."""
        gate = self.running()
        gate.button(True)
        gate.let_pass(0.1)
        moved = gate.levels != levels
        gate.set(levels)
        gate.button(False)
        if moved:
            gate.let_pass(0.031)
            assert not gate.trainer.alone.locked()
        else:
            self.rows[levels] = "0" if gate.decision == ("on",) else "1"
            gate.let_pass(0.1)
            gate.wait()

    @rule()
    def hold(self) -> None:
        """Hold the button for three seconds."""
        gate = self.running()
        gate.press(3.2)
        gate.wait()
        self.rows = dict(self.configured.table)

    @rule(levels=LEVELS, becomes=st.sampled_from("01-"))
    def click(self, levels: str, becomes: str) -> None:
        """Teach a row on the live page."""
        gate = self.running()
        assert gate.teacher.teach(levels, becomes)
        gate.wait()
        self.correct(levels, becomes)

    @rule(levels=LEVELS, becomes=st.sampled_from("01-"))
    def type_and_reload(self, levels: str, becomes: str) -> None:
        """Teach a row by a command, in another process; then have the gate reload."""
        other = Taught(lambda _: None, self.folder)
        task = other.task(self.configured)
        table = corrected(task.table, levels, becomes, self.configured.table)
        other.keep(learn(Task(task.settings, table, None, task.initial)), self.configured.table)
        self.correct(levels, becomes)
        self.reload()

    @rule()
    def reload(self) -> None:
        """Reload, as the gate does in its thread and then in its loop."""
        gate = self.running()
        network = learn(gate.taught.task(self.configured))
        gate.taught.set_aside(self.configured.table)
        gate.teacher.configured = self.configured
        gate.loop.replace_network(network)
        gate.let_pass(0.1)

    @rule(name=st.sampled_from(sorted(CONFIGURED)))
    def configure_and_reload(self, name: str) -> None:
        """Change the configured table: what was taught of another is set aside."""
        if CONFIGURED[name] is not self.configured:
            was_taught = self.rows != dict(self.configured.table)
            before = len(os.listdir(self.folder))
            self.configured = CONFIGURED[name]
            self.rows = dict(self.configured.table)
            said = len(self.running().said)
            self.reload()
            assert len(os.listdir(self.folder)) == before
            assert len(self.running().said) == said + was_taught

    @rule()
    def restart(self) -> None:
        """End the gate, and start it."""
        self.stop()
        self.start()

    @rule(levels=LEVELS, becomes=st.sampled_from("01-"), step=st.integers(0, MOST_STEPS))
    def kill(self, levels: str, becomes: str, step: int) -> None:
        """Teach a row, and kill the gate at a step of its saving: what was, or what was to be, comes back."""
        before = dict(self.rows)
        gate, configured = self.running(), self.configured.table
        table = corrected(gate.loop.network.table, levels, becomes, configured)
        network: Examined = learn(Task(self.configured.settings, table, None, gate.loop.network.network))
        self.correct(levels, becomes)
        ended = killed_at(step, lambda: gate.taught.keep(network, configured))
        self.stop()
        self.start()
        assert self.running().rows in ((self.rows,) if ended else (before, self.rows))
        self.rows = dict(self.running().rows)

    def correct(self, levels: str, becomes: str) -> None:
        """Note what a row should be from now on."""
        self.rows[levels] = becomes
        if becomes == NOT_TAUGHT:
            del self.rows[levels]

    @invariant()
    def the_gate_is_what_it_should_be(self) -> None:
        """The table that decides is the one that was said yes to, and so is the LED."""
        if self.gate is not None:
            assert self.gate.rows == self.rows
            self.gate.let_pass(2)
            if self.gate.levels in self.rows:
                assert self.gate.lit is (self.rows[self.gate.levels] == "1")

    @invariant()
    def the_disk_says_so(self) -> None:
        """A gate that were started now would be that, too."""
        if self.gate is not None:
            assert dict(Taught(lambda _: None, self.folder).table(self.configured.table)) == self.rows

    def teardown(self) -> None:
        """End the gate, and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder)


class TestTaughtStory(TaughtStory.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=25, stateful_step_count=20, suppress_health_check=list(HealthCheck))


@pytest.mark.long
class TestLongTaughtStory(TaughtStory.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=300, stateful_step_count=50, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("was_taught", [False, True])
def test_killed_at_every_step_of_a_save(tmp_path: Path, was_taught: bool) -> None:
    """Killed before or after each call that changes the disk, a save leaves the old table or the new, and one of them.

    Up to one step it is the old one, from then on the new.
    """
    task = CONFIGURED["xor"]
    first = dict(task.table) | ({"000": "0"} if was_taught else {})
    found = []
    for step in range(MOST_STEPS):
        folder = tmp_path / str(step)
        taught = Taught(lambda _: None, folder)
        if was_taught:
            taught.keep(learn(Task(task.settings, corrected(task.table, "000", "0", task.table))), task.table)
        table = corrected(taught.task(task).table, "110", "1", task.table)
        network = learn(Task(task.settings, table))
        ended = killed_at(step, lambda taught=taught, network=network: taught.keep(network, task.table))  # type: ignore[misc]
        rows = dict(Taught(lambda _: None, folder).table(task.table))
        assert rows in (first, {**first, "110": "1"})
        found.append(rows != first)
        if ended:
            break
    assert ended, "there are more steps than were tried"
    assert found == sorted(found)
    assert (found[0], found[-1]) == (False, True)
