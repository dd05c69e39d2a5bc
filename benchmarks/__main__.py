"""One run of all benchmarks: a table of ratios, docs/benchmarks.md, and what got worse."""

from __future__ import annotations

import sys

from . import broker, browser, commands, document, edge, mqtt, page, process, teaching, training
from .figure import HEAD, Figure, as_text, measured, worse


def main() -> int:
    """Measure, print and write, some minutes long; return 1 if a figure got worse, and then write nothing."""
    before = document.committed()
    figures: list[Figure] = []
    groups = (
        training.figures,
        edge.figures,
        teaching.figures,
        page.figures,
        browser.figures,
        mqtt.figures,
        broker.figures,
        process.figures,
        commands.figures,
    )
    for group in groups:
        figures += measured(group, before)
    parity = training.by_inputs()
    print(f"{document.machine()}\n\n{as_text([HEAD, *(figure.cells for figure in figures)])}\n\n{as_text(parity)}")
    if names := worse(figures, before):
        print("\nworse by more than a fifth, in two runs of three:", *names, sep="\n  ", file=sys.stderr)
        return 1
    document.write(figures, parity, before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
