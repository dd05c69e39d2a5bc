"""One run of all benchmarks, a table of ratios."""

from __future__ import annotations

import platform

from . import commands, edge, page, process, training
from .figure import table


def main() -> None:
    """Measure and print, most of a minute long."""
    print(f"Python {platform.python_version()} on {platform.machine()}\n")
    print(table([*training.figures(), edge.figure(), page.figure(), *process.figures(), *commands.figures()]))
    print(f"\n{training.by_inputs()}")


main()
