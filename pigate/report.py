"""What a training and a decision look like, as JSON and as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .learning.tables import every_levels

if TYPE_CHECKING:
    from .gate.loop import Snapshot
    from .learning.training import Trained


def training_object(trained: Trained) -> dict[str, Any]:
    """Return the training as the JSON object that ``train --json`` prints."""
    table = trained.table
    return {
        "table": table.name,
        "layers": trained.network.layers,
        "seed": trained.seed,
        "starts": trained.starts,
        "draws": trained.draws,
        "epochs": trained.epochs,
        "loss": trained.loss,
        "learned": trained.learned,
        "not_learned": list(trained.not_learned),
        "taught": list(table.rows),
        "duration_s": trained.duration_s,
        "predictions": {levels: list(trained.decide(levels)[0]) for levels in every_levels(table.inputs)},
    }


def training_text(trained: Trained) -> str:
    """Return the table of rows, targets, predictions and verdicts, and a line that sums up."""
    table = trained.table
    lines = [f"{'row':<9} {'target':<8} {'prediction':<{10 * table.outputs}} verdict"]
    for levels in every_levels(table.inputs):
        prediction, decision = trained.decide(levels)
        if levels not in table.rows:
            verdict = f"not taught: a guess, {' '.join(decision)}"
        else:
            verdict = "not learned" if levels in trained.not_learned else "learned"
        numbers = " ".join(f"{p:<9.5f}" for p in prediction)
        lines.append(f"{levels:<9} {table.rows.get(levels, '-'):<8} {numbers} {verdict}".rstrip())
    verb = "learned" if trained.learned else "NOT learned"
    how = (
        f"in {trained.epochs} epochs ({trained.starts} start{'s' * (trained.starts > 1)}, draw {trained.draws}, "
        f"{trained.duration_s * 1e3:.1f} ms, seed {trained.seed})"
        if trained.starts
        else "by the given weights"
    )
    layers = "-".join(map(str, trained.network.layers))
    lines.append(f"{table.name}: {verb} by a {layers} network {how}, loss {trained.loss:.3g}")
    return "\n".join(lines)


def decision_object(
    levels: str, prediction: tuple[float, ...], decision: tuple[str, ...], taught: bool
) -> dict[str, Any]:
    """Return a decision as the JSON object that ``predict`` and ``run`` print."""
    return {"levels": levels, "prediction": list(prediction), "decision": list(decision), "taught": taught}


def snapshot_line(snapshot: Snapshot) -> str:
    """Return a snapshot as one line of JSON."""
    return json.dumps(decision_object(snapshot.levels, snapshot.prediction, snapshot.decision, snapshot.taught))
