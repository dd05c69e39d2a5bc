"""A run on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .process import PATIENCE_S, SIMULATED, Gate, environment, wait_for


def take_the_terminal() -> None:
    """Make standard input the terminal of this process's session. In the new process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def on_a_terminal(*arguments: str, command: list[str] = SIMULATED) -> Iterator[tuple[Gate, int]]:
    """Start a run as the leader of a terminal's session; give it and the person's side of the terminal."""
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [*command, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm", PYTHONIOENCODING="utf-8", OPENBLAS_NUM_THREADS="1"),
        start_new_session=True,
        preexec_fn=take_the_terminal,
    ) as process:
        os.close(theirs)
        try:
            yield Gate(process, mine), mine
        finally:
            process.kill()
            with suppress(OSError):
                os.close(mine)


def rest_of(descriptor: int) -> str:
    """Return what a terminal still shows until the last process has left it."""
    text = b""
    with suppress(OSError):  # EIO: nobody is left
        while select.select([descriptor], [], [], PATIENCE_S)[0] and (piece := os.read(descriptor, 65536)):
            text += piece
    return text.decode()


def test_a_session_on_a_terminal() -> None:
    """A person sees how to flip, a prompt, each decision drawn, and Ctrl-D ends it on a fresh line with 0."""
    with on_a_terminal() as (gate, keys):
        start = gate.until(r"switches\? ")
        assert "▯ ▯ ▯  000" in start
        hints = [line for line in start.splitlines()[:-1] if "type" in line]
        assert len(hints) == 1, "one line says how to flip the switches"
        assert re.search(r"\b[01]{3}\b", hints[0])
        os.write(keys, b"111\n")
        assert "▮ ▮ ▮  111" in gate.until(r"switches\? ")
        os.write(keys, b"110\n")
        drawn = gate.until(r"switches\? ")
        assert "▮ ▮ ▯  110" in drawn
        assert "off" in drawn
        os.write(keys, b"\x04")
        assert gate.process.wait(PATIENCE_S) == 0
        assert rest_of(keys).endswith("\n")


def test_after_nonsense_and_after_an_empty_line_there_is_a_prompt_again() -> None:
    """Whatever a person types, the next thing to see is where to type again."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.write(keys, b"hello\n")
        assert "is no switch setting" in gate.until(r"switches\? ")
        os.write(keys, b"\n")
        gate.until(r"switches\? ")
        os.write(keys, b"\x04")
        assert gate.process.wait(PATIENCE_S) == 0


def test_the_pages_address_leaves_a_prompt_behind(tmp_path: Path) -> None:
    """What is told after the prompt was drawn, such as the live page's address, is followed by the prompt again."""
    (tmp_path / "page.toml").write_text("[web]\nport = 0\n")
    with on_a_terminal("--config", str(tmp_path / "page.toml")) as (gate, keys):
        gate.until(r"live page: http")
        gate.until(r"switches\? ")
        os.write(keys, b"\x04")
        assert gate.process.wait(PATIENCE_S) == 0


def test_ctrl_c_ends_it_cleanly() -> None:
    """Ctrl-C ends it with 0, without a traceback, on a fresh line."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.write(keys, b"\x03")
        assert gate.process.wait(PATIENCE_S) == 0
        rest = rest_of(keys)
        assert "Traceback" not in rest
        assert rest.endswith("\n")


def test_a_closed_terminal_ends_it() -> None:
    """When the window is closed, no gate is left behind."""
    with on_a_terminal() as (gate, keys):
        gate.until(r"switches\? ")
        os.close(keys)
        gate.process.wait(PATIENCE_S)


def test_without_a_keyboard_there_is_no_prompt() -> None:
    """Where standard input is not read, the terminal is drawn on, and asks for nothing."""
    with on_a_terminal(command=["sh", "-c", f"exec {' '.join(SIMULATED)} < /dev/null"]) as (gate, _):
        shown = gate.until(r"000  ->.*on [\d.]+")
        gate.process.terminate()
        assert gate.process.wait(PATIENCE_S) == 0
        assert "switches?" not in shown + gate._rest + rest_of(gate._output)


#: Leads a terminal's session and keeps its foreground; the gate, the arguments, runs in the background.
IN_THE_BACKGROUND = """
import subprocess, sys
gate = subprocess.Popen(sys.argv[1:], process_group=0)
print("pid", gate.pid, flush=True)
print("exit", gate.wait(), flush=True)
"""


def test_in_the_background_of_a_terminal_it_is_not_stopped() -> None:
    """`pigate run &` may not read the terminal, and works on all the same until a signal."""
    with on_a_terminal("--json", command=[sys.executable, "-c", IN_THE_BACKGROUND, *SIMULATED]) as (gate, keys):
        text = gate.until(r"pid \d+") + gate.until(r"\"taught\": true")
        pid = int(re.findall(r"pid (\d+)", text)[0])

        def state() -> str:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]

        # The thread that reads the terminal has been refused when only the loop's and the writer's are left.
        wait_for(lambda: state() == "T" or len(os.listdir(f"/proc/{pid}/task")) == 2)
        assert state() != "T"
        os.kill(pid, signal.SIGTERM)
        gate.until("exit 0")
        assert "Traceback" not in rest_of(keys)
