"""Draws terminal.svg from a real run on a terminal: python docs/terminal.py."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from html import escape
from pathlib import Path

TYPED = ("111", "110", "011", "000")
PROMPT = "switches? "

#: Width of a character, height of a line, and margins, in pixels.
CHARACTER, LINE, LEFT, TOP = 9.0, 26, 24, 62
COLUMNS = 76
STEP_S = 1.3

HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>pigate run on a terminal: three switches are flipped, and the lamp shows what the network thinks</title>
<style>
  text {{ font: 15px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #cdd6f4; white-space: pre }}
  .typed {{ fill: #89dceb; font-weight: bold }}
  .lamp {{ fill: #ffd43b; font-weight: bold; filter: drop-shadow(0 0 5px #ffd43b) }}
  .bold {{ font-weight: bold }}
  .said {{ fill: #7f849c }}
  g {{ animation: appear 0.1s backwards }}
  @keyframes appear {{ from {{ opacity: 0 }} }}
  @media (prefers-reduced-motion) {{ g {{ animation: none }} }}
</style>
<rect width="{width}" height="{height}" rx="10" fill="#1e1e2e"/>
<circle cx="24" cy="22" r="6" fill="#f38ba8"/>
<circle cx="44" cy="22" r="6" fill="#f9e2af"/>
<circle cx="64" cy="22" r="6" fill="#a6e3a1"/>
"""


def main() -> None:
    """Run, draw, and write the drawing beside this file."""
    lines = run()
    width, height = round(2 * LEFT + COLUMNS * CHARACTER), TOP + LINE * (len(lines) + 1) - 8
    drawing = [
        HEAD.format(width=width, height=height),
        group(0, text(TOP, 0, "$ ") + text(TOP, 2, "pigate run", "typed")),
    ]
    answers = 0
    for number, line in enumerate(lines, 1):
        y = TOP + LINE * number
        line = re.sub(r".*\x1b\[K", "", line)  # what the terminal's line was cleared of
        before, prompt, typed = line.partition(PROMPT)
        if not prompt:
            drawing.append(group(0.4, text(y, 0, line, "said")))
            continue
        drawing.append(group(STEP_S * answers + 0.8, "".join(styled(y, before + prompt))))
        answers += 1
        column = len(plain(before + prompt))
        drawing.append(group(STEP_S * answers + 0.2, text(y, column, typed or "▁", "typed")))
    Path(__file__).with_suffix(".svg").write_text("".join(drawing) + "</svg>\n", encoding="utf-8")


def run() -> list[str]:
    """Play with a simulated board on a terminal; return what stood on it, a line each."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("4H", 24, COLUMNS, 0, 0))
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        config.write("[web]\nenabled = false\n")
        config.flush()
        return _play(terminal, end, config.name)


def _play(terminal: int, end: int, config: str) -> list[str]:
    command = [sys.executable, "-m", "pigate", "run", "--board", "simulated", "--config", config]
    with subprocess.Popen(command, stdin=end, stdout=end, stderr=end, close_fds=True):  # noqa: S603 (our own)
        os.close(end)
        seen = ""
        for number, line in enumerate((*TYPED, "\x04"), 1):
            while seen.count(PROMPT) < number:
                seen += os.read(terminal, 4096).decode()
            os.write(terminal, line.encode() + b"\n" * (line != "\x04"))
    os.close(terminal)
    return seen.split("\r\n")


def plain(line: str) -> str:
    """Return a line without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def styled(y: float, line: str) -> Iterator[str]:
    """Yield a line's parts, each in its colour."""
    column, style = 0, ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            style = {"\x1b[1;33m": "lamp", "\x1b[1m": "bold"}.get(part, "")
        elif part:
            yield text(y, column, part, style)
            column += len(part)


def text(y: float, column: int, content: str, style: str = "") -> str:
    """Return words, each at the place its column has, whatever the font makes of the ones before."""
    kind = f' class="{style}"' if style else ""
    return "".join(
        f'<text x="{LEFT + (column + word.start()) * CHARACTER:g}" y="{y:g}"{kind}>{escape(word[0])}</text>\n'
        for word in re.finditer(r"\S+", content)
    )


def group(after_s: float, content: str) -> str:
    """Return content that appears so many seconds after the picture."""
    return f'<g style="animation-delay: {after_s:.1f}s">\n{content}</g>\n'


if __name__ == "__main__":
    main()
