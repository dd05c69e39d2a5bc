"""The picture of the benchmarks: a bar for each ratio, on a logarithmic scale, for a light page and a dark one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from math import log10

from .figure import Figure, as_ratio

#: In pixels: the width, where bars begin and end, the height of a line, and of a bar.
WIDTH, LEFT, RIGHT, LINE, BAR = 760, 330, 690, 24, 12

#: The scale's marks, and its ends, where a bar is cut.
MARKS = (0.0001, 0.001, 0.01, 0.1, 1.0)
LEAST, MOST = 0.00005, 4.0

STYLE = """\
.page { fill: #ffffff }
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #24292f }
.what { font-weight: bold }
.small, .scale { font-size: 11px; fill: #57606a }
.grid { stroke: #d0d7de }
.peer { stroke: #57606a; stroke-width: 1.5 }
.less { fill: #1a7f64 }
.more { fill: #bc4c00 }
.target { stroke: #24292f; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 }
  text, .what { fill: #e6edf3 }
  .small, .scale { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .peer { stroke: #9198a1 }
  .less { fill: #3fb68e }
  .more { fill: #f0883e }
  .target { stroke: #e6edf3 }
}
"""


def drawing(figures: Sequence[Figure]) -> str:
    """Return the picture as SVG."""
    lines: list[str] = []
    y = 44
    for what, group in groupby(figures, key=lambda figure: figure.what):
        lines.append(f'<text class="what" x="16" y="{y + 14}">{escape(what)}</text>\n')
        y += LINE
        for figure in group:
            lines.append(_line(figure, y))
            y += LINE
        y += 6
    marks = "".join(_mark(mark, y) for mark in MARKS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 14}" width="{WIDTH}" role="img">\n'
        "<title>What pigate takes as a part of what each peer takes: shorter is better</title>\n"
        f"<style>\n{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{y + 14}" rx="6"/>\n'
        '<text class="small" x="16" y="18">what pigate takes, as a part of what the peer takes; the mark is the aim'
        "</text>\n"
        f"{marks}{''.join(lines)}</svg>\n"
    )


def _x(ratio: float) -> float:
    ratio = min(max(ratio, LEAST), MOST)
    return LEFT + (RIGHT - LEFT) * log10(ratio / LEAST) / log10(MOST / LEAST)


def _mark(ratio: float, bottom: int) -> str:
    x = _x(ratio)
    kind = "peer" if ratio == 1 else "grid"
    label = "the peer" if ratio == 1 else as_ratio(ratio)
    return (
        f'<line class="{kind}" x1="{x:.1f}" y1="40" x2="{x:.1f}" y2="{bottom}"/>\n'
        f'<text class="scale" x="{x:.1f}" y="34" text-anchor="middle">{label}</text>\n'
    )


def _line(figure: Figure, y: int) -> str:
    begin, end = LEFT, _x(figure.ratio)
    kind = "less" if figure.ratio <= 1 else "more"
    text = (
        f'<text x="28" y="{y + 13}">{escape(figure.peer)}</text>\n'
        f'<rect class="{kind}" x="{begin}" y="{y + 3}" width="{end - begin:.1f}" height="{BAR}" rx="2"/>\n'
        f'<text x="{RIGHT + 10}" y="{y + 13}">{as_ratio(figure.ratio)}</text>\n'
    )
    if figure.target is not None:
        x = _x(figure.target)
        text += f'<line class="target" x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + BAR + 6}"/>\n'
    return text
