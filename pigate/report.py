"""What trainings and decisions look like: as values, as JSON and as text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import one_line
from .learning.tables import every_levels, possible

if TYPE_CHECKING:
    from .learning.proof import Decision, Examined
    from .learning.training import Record


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What the gate thought at one moment. Immutable; any thread may keep it."""

    #: the network that decided, and its table
    examined: Examined
    #: of the inputs; "?" is an MQTT topic whose level nobody knows
    levels: str
    prediction: tuple[float, ...]
    decision: tuple[Decision, ...]
    #: GPIO numbers of the inputs that keep the levels from resting
    chattering: tuple[int, ...] = ()

    @property
    def taught(self) -> bool:
        """Whether the table gives this row (all that it may be); else the prediction is the network's guess."""
        return all(levels in self.examined.table.rows for levels in possible(self.levels))

    @property
    def status(self) -> str:
        """One line for a person: table, levels and decision."""
        text = f"{one_line(self.examined.table.name)}: {self.levels} -> {' '.join(self.decision)}"
        if self.chattering:
            text += f", chattering: GPIO {', '.join(map(str, self.chattering))}"
        if self.taught:
            return text
        return f"{text} ({'a guess: ' if self.examined.table.guesses else ''}this row is not taught)"


def record_of(examined: Examined) -> Record | None:
    """Return how the network was trained; None when its weights were given."""
    from .learning.training import Trained  # with NumPy, which the page's process does without

    return examined.record if isinstance(examined, Trained) else None


def training_object(examined: Examined) -> dict[str, Any]:
    """Return the JSON object that ``train --json`` prints; given weights have no starts and no epochs."""
    table, record = examined.table, record_of(examined)
    return {
        "table": table.name,
        "layers": examined.network.layers,
        "seed": record.seed if record else 0,
        "starts": record.starts if record else 0,
        "attempts": record.attempts if record else 0,
        "epochs": record.epochs if record else 0,
        "loss": examined.loss,
        "learned": examined.learned,
        "not_learned": list(examined.not_learned),
        "taught": list(table.rows),
        "duration_s": record.duration_s if record else 0.0,
        "predictions": {levels: list(examined.decide(levels)[0]) for levels in every_levels(table.inputs)},
    }


def decision_object(
    levels: str, prediction: tuple[float, ...], decision: tuple[str, ...], taught: bool
) -> dict[str, Any]:
    """Return a decision as the JSON object that ``predict`` and ``run`` print."""
    return {"levels": levels, "prediction": list(prediction), "decision": list(decision), "taught": taught}


def snapshot_line(snapshot: Snapshot) -> str:
    """Return a snapshot as one line of JSON."""
    return json.dumps(decision_object(snapshot.levels, snapshot.prediction, snapshot.decision, snapshot.taught))
