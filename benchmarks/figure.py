"""A figure: what pigate takes, what a peer takes in the same run, and the ratio of the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

#: A ratio that is larger than the committed one by more than a fifth, in two runs of three, is worse.
WORSE = 1.2
RUNS = 3


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
    #: what else there is to say of either
    ours_note: str = ""
    theirs_note: str = ""
    #: the peer never did what is measured, so a ratio says nothing
    failed: bool = False

    @property
    def name(self) -> str:
        """What it is, in every run."""
        return f"{self.what}: {self.peer}"

    @property
    def ratio(self) -> float:
        """Our median over theirs."""
        return median(self.ours) / median(self.theirs)

    @property
    def verdict(self) -> str:
        """What was aimed at, and whether it was met."""
        if self.failed:
            return "-"
        if self.limit is not None:
            met, aim = median(self.ours) <= self.limit, f"<= {self.limit:g} {self.unit}"
        elif self.target is not None:
            met, aim = self.ratio <= self.target, f"<= {as_ratio(self.target)}"
        else:
            return "-"
        return f"{aim}  {'met' if met else 'MISSED'}"

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in its line of a table: see `HEAD`."""
        ours, theirs = (f"{short(median(values))} {self.unit}" for values in (self.ours, self.theirs))
        ours, theirs = (
            f"{taken} ({note})" if note else taken
            for taken, note in ((ours, self.ours_note), (theirs, self.theirs_note))
        )
        return self.what, ours, self.peer, theirs, "-" if self.failed else as_ratio(self.ratio), self.verdict


HEAD = ("figure (medians)", "pigate", "peer", "", "ratio", "target")


def measured(group: Callable[[], Iterable[Figure]], committed: Mapping[str, float]) -> list[Figure]:
    """Measure a group of figures; three times if one seems worse, and then keep each one's middle run."""
    runs = [list(group())]
    if worse(runs[0], committed):
        runs += [list(group()) for _ in range(RUNS - 1)]
    return [sorted(figures, key=lambda figure: figure.ratio)[len(runs) // 2] for figures in zip(*runs, strict=True)]


def worse(figures: Iterable[Figure], committed: Mapping[str, float]) -> list[str]:
    """Name the figures whose ratio is larger than the committed one by more than a fifth."""
    return [figure.name for figure in figures if figure.ratio > WORSE * committed.get(figure.name, float("inf"))]


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as text, a column under another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def short(value: float) -> str:
    """Return a value with three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def as_ratio(value: float) -> str:
    """Return a ratio as 1/20 or 0.75."""
    return f"1/{short(1 / value)}" if value < 0.5 else f"{value:.2f}"
