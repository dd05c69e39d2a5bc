"""The teacher: what a press of a teach button, or a click on the live page, does to the gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ..child.sparse import Sparse
from ..config import Task
from ..errors import NotLearnedError
from ..learning.network import Network
from ..learning.proof import Examined, examine
from ..learning.tables import UNKNOWN, TruthTable
from ..teaching.answer import NO, YES
from ..teaching.button import STUCK_S, Event
from ..teaching.correction import corrected, opposite
from ..teaching.taught import Taught
from .learn import prove
from .loop import Loop
from .trainer import Trainer


class Teacher:
    """Corrects a row, has it trained and saved, and has the LED answer.

    Args:
        loop: the running one.
        trainer: trains, one thing at a time.
        taught: the corrections on disk; used by the training's thread.
        configured: what the gate learned without corrections.
        tell: writes one line for a person; must not block.
    """

    def __init__(
        self, loop: Loop, trainer: Trainer, taught: Taught, configured: Task, tell: Callable[[str], None]
    ) -> None:
        self._loop = loop
        self._trainer = trainer
        self._taught = taught
        #: replaced by a reload, while no training runs
        self.configured = configured
        self._tell = tell
        self._refuse = Sparse(tell)
        self._rows: dict[int, str | None] = {}  # for each button, the levels that rested when it went down

    def on_button(self, output: int, event: Event) -> None:
        """Do what a teach button asks for. In the loop's thread.

        Args:
            output: whose button it is, counted from 0.
            event: what was done with it.
        """
        snapshot = self._loop.resting
        levels = None if snapshot is None else snapshot.levels
        if event == "down":
            self._rows[output] = levels
        elif event == "stuck":
            gpio = self._loop.board.settings.buttons[output]
            self._tell(f"GPIO {gpio}, the teach button, has been held for {STUCK_S:g} seconds: is it stuck?")
        elif event == "hold":
            if not self.forget(partial(self._answer, output)):
                self._refuse("the gate still trains: nothing is forgotten")
        elif snapshot is None or levels is None or levels != self._rows.get(output):
            self._refuse("the switches moved: nothing is taught; press again while they rest")
        elif UNKNOWN in levels:
            self._refuse(f"{levels}: an input is unknown: nothing is taught")
        else:
            targets = opposite(snapshot.examined.table, levels, snapshot.decision, output)
            if not self.teach(levels, targets, partial(self._answer, output)):
                self._refuse(f"{levels}: the gate still trains: nothing is taught; press again when it has answered")

    def teach(self, levels: str, targets: str, done: Callable[[str], None] | None = None) -> bool:
        """Have one row taught, or with "-" not taught; return False where a training is running. Any thread.

        Args:
            levels: of the row.
            targets: of its outputs.
            done: called in the loop at the end, with the reason why the old network stays, or "".

        Raises:
            TableError: the row does not fit the table.
        """

        def task() -> Task:
            now, configured = self._loop.network, self.configured
            table = corrected(now.table, levels, targets, configured.table)
            return replace(configured, table=table, network=None, initial=now.network)

        return self._trainer.begin(task, self._keep, done or self._say_why)

    def forget(self, done: Callable[[str], None]) -> bool:
        """Have the configured table learned again, and what is taught dropped; return False where a training runs."""
        return self._trainer.begin(lambda: self.configured, lambda _: self._taught.forget(), done)

    def use(self, table: TruthTable, weights: list[list[list[float]]]) -> str | None:
        """Decide by these weights once they are proved, until the next restart. Any thread.

        Returns:
            "", or why they are not taken; None where a training is running.
        """
        try:
            network = Network(weights, table.inputs)
            if network.layers[-1] != table.outputs:
                return f"the last layer has {network.layers[-1]} outputs, the table has {table.outputs}"
            proved = prove(examine(network, table, self.configured.settings.training.tolerance))
        except (ValueError, NotLearnedError) as exc:  # ValueError: ours, and NumPy's where rows are not of one length
            return str(exc)
        return "" if self._trainer.take(proved) else None

    def _keep(self, network: Examined) -> None:
        self._taught.keep(network, self.configured.table)

    def _answer(self, output: int, why: str) -> None:
        self._loop.answer(output, NO if why else YES)
        self._say_why(why)

    def _say_why(self, why: str) -> None:
        if why:
            self._tell(f"{why}; the old gate goes on")
