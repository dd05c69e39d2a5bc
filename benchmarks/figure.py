"""A figure: what pigate takes, what a peer takes in the same run, and the ratio of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of the table. Ours and theirs hold a measurement each time, in one unit."""

    what: str
    unit: str
    ours: Sequence[float]
    peer: str
    theirs: Sequence[float]
    #: the largest ratio of the medians that is good enough; None where none was set
    target: float | None = None
    #: the largest median of ours that is good enough, where the ratio is not what counts
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """Our median over theirs."""
        return median(self.ours) / median(self.theirs)

    @property
    def verdict(self) -> str:
        """What was aimed at, and whether it was met."""
        if self.limit is not None:
            met, aim = median(self.ours) <= self.limit, f"<= {self.limit:g} {self.unit}"
        elif self.target is not None:
            met, aim = self.ratio <= self.target, f"<= {_ratio(self.target)}"
        else:
            return "-"
        return f"{aim}  {'met' if met else 'MISSED'}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text, a line each."""
    lines = [("figure (medians)", "pigate", "peer", "", "ratio", "target")]
    for figure in figures:
        ours, theirs = (f"{_short(median(values))} {figure.unit}" for values in (figure.ours, figure.theirs))
        lines.append((figure.what, ours, theirs, figure.peer, _ratio(figure.ratio), figure.verdict))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(value: float) -> str:
    return f"1/{_short(1 / value)}" if value < 0.5 else f"{value:.2f}"
