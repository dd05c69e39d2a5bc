"""docs/benchmarks.md, its picture, and the ratios that the next run is compared with."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .figure import HEAD, Figure
from .picture import drawing

DOCS = Path(__file__).parent.parent / "docs"
PAGE, PICTURE, RATIOS = (DOCS / f"benchmarks.{suffix}" for suffix in ("md", "svg", "json"))

TEXT = """\
# Benchmarks

What pigate costs, beside its peers in the same run:

```sh
.venv/bin/pip install -e '.[bench]'
.venv/bin/python -m benchmarks
```

This page is what the last such run wrote. The ratio is what carries over to another machine.

![A bar for each peer: what pigate takes as a part of what the peer takes](benchmarks.svg)

{figures}

These are medians on {machine}. A pair is measured in turn, training from one seed after the other, with one
thread each.
"Learned" is the same for all: every row above 0.9 or below 0.1, as its target says. There is no ratio to a peer that
learned nothing. How each peer trains stands in
`benchmarks/peers.py`. The Levenberg-Marquardt is a small one of this project, as quick as we could make it:
`benchmarks/levenberg_marquardt.py`. PyTorch and Keras are measured where they are installed, and the page in a browser
where there is Chromium.

## Parity

The hardest table, of 1 to 8 inputs:

{parity}

## A machine of its own

On the kernel's own lines, in the [booted machine](../tests/system/README.md) of the tests (emulated, so only
the ratios mean anything), beside a gpiozero program on lgpio that does the same: 1.0 context switches a
second at rest against 1,518, 1/55 of the CPU, and 0.77 of the time from a switch to its LED.

## What got worse

A run compares its ratios with those of the last one that was kept, in `docs/benchmarks.json`. A figure whose ratio is
larger by more than a fifth is measured twice more. If it is as bad in two runs of the three, the run names it, ends
with exit code 1, and leaves this page alone.
"""


def committed() -> dict[str, float]:
    """Return the ratio of each figure when the page was last written."""
    return dict(json.loads(RATIOS.read_text())) if RATIOS.exists() else {}


def write(figures: Sequence[Figure], parity: Sequence[Sequence[str]], before: Mapping[str, float]) -> None:
    """Write the page, the picture and the ratios; a ratio that was not measured here stays as it was."""
    table = as_markdown([HEAD, *(figure.cells for figure in figures)])
    PAGE.write_text(TEXT.format(figures=table, parity=as_markdown(parity), machine=machine()), encoding="utf-8")
    compared = [figure for figure in figures if not figure.failed]
    PICTURE.write_text(drawing(compared), encoding="utf-8")
    ratios = {**before, **{figure.name: float(f"{figure.ratio:.4g}") for figure in compared}}
    RATIOS.write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")


def machine() -> str:
    """Say what was measured on."""
    return f"Python {platform.python_version()}, NumPy {np.__version__} and {os.cpu_count()} {platform.machine()} cores"


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a table, the first as its head."""
    lines = [f"| {' | '.join(row)} |".replace("  ", " ") for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])
