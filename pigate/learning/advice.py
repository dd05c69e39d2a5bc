"""The error for a table that is not learned: how far it came, what to try, and what cannot be learned at all."""

from __future__ import annotations

from itertools import combinations

from ..errors import NotLearnedError
from .limits import MAX_NEURONS, MAX_SEED
from .proof import Examined
from .tables import MAX_SHOWN, TruthTable
from .training import Trained


def not_learned(examined: Examined) -> NotLearnedError:
    """Return the error that names the rows that are not learned; its hint is what to try."""
    table, wrong = examined.table, examined.not_learned
    how = "by the given weights"
    hints = []
    best = ""
    if isinstance(examined, Trained):
        record = examined.record
        how = f"after {record.epochs} epochs and {record.attempts} attempt{'s' * (record.attempts > 1)}"
        best = " in the best start" if record.starts > 1 else ""
        hints = [_what_to_try(examined)]
    more = f" and {len(wrong) - MAX_SHOWN} more" if len(wrong) > MAX_SHOWN else ""
    rows = f"{len(wrong)} of {len(table)} rows wrong{best}: {', '.join(wrong[:MAX_SHOWN])}{more}"
    return NotLearnedError(f"the table {table.name} is not learned {how}: {rows}", hints)


def _what_to_try(trained: Trained) -> str:
    hidden = trained.network.layers[1:-1]
    if not hidden:
        bias = len(trained.network.weights[0]) > trained.table.inputs
        if reason := why_no_single_layer(trained.table, bias=bias):
            return f"a single layer cannot learn it: {reason}; try a hidden layer: --hidden 4"
    seed = trained.record.seed
    another = f"try another seed: --seed {seed + 1 if seed < MAX_SEED else 0}"
    if not hidden:
        return f"{another}, or a hidden layer: --hidden 4"
    wider = [min(2 * width, MAX_NEURONS) for width in hidden]
    return another if wider == hidden else f"{another}, or twice the neurons: --hidden {','.join(map(str, wider))}"


def why_no_single_layer(table: TruthTable, *, bias: bool) -> str:
    """Return a proof that no single layer can learn the table, in words; nothing where none is found.

    A neuron is on where a weighted sum of its inputs, with its bias, is above zero. Where two rows' inputs add up to
    those of two others, so do the sums, and not both of the first can be on with both of the others off (a table that
    has four such rows is 2-summable: Muroga 1971, Threshold Logic). Without a bias, a row of 0s is 0.5.
    """
    nothing = "0" * table.inputs
    if not bias and nothing in table:
        return f"without a bias, {nothing} is always 0.5"
    for output in range(table.outputs):
        # Decimal numbers whose digits are 0 and 1: a sum of two has no carry, so that it adds up each input.
        on, off = ([levels for levels in table if table[levels][output] == target] for target in "10")
        sums = {int(a) + int(b): (a, b) for a, b in combinations(on, 2)}
        for c, d in combinations(off, 2):
            if found := sums.get(int(c) + int(d)):
                where = f"in output {output + 1}, " if table.outputs > 1 else ""
                pair = " and ".join(found)
                return f"{where}{pair} are on, {c} and {d} are off, and the inputs of both pairs add up alike"
    return ""
