"""Signals at any moment of any command: many short lives of a process."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from .process import PATIENCE_S, UP, environment, wait_for

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

COMMANDS = {
    "run": ["run", "--board", "simulated", "--config", "quiet.toml"],
    "run with a page": ["run", "--board", "simulated", "--config", "page.toml"],
    "train": ["train", "--table", "parity", "--inputs", "4", "--export"],
    "check": ["check", "--config", "quiet.toml"],
}


def in_session(leader: int) -> list[int]:
    """Return the processes of a session that still run."""
    found = []
    for name in os.listdir("/proc"):
        with suppress(OSError):  # it has just ended
            if name.isdecimal():
                state, _, _, session = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == leader and state != "Z":
                    found.append(int(name))
    return found


def life(folder: Path, name: str, chance: random.Random, after_s: float | None) -> tuple[float, str]:
    """Start a command, send it signals `after_s` seconds after its start, and see it end.

    Args:
        folder: where it works.
        name: of the command.
        chance: chooses which signals come, and whether a run's input ends.
        after_s: None for no signals; then the input ends.

    Returns:
        How many seconds it lived, and what was wrong; nothing if nothing was.
    """
    arguments = [*COMMANDS[name], *([f"{chance.random()}"] if name == "train" else [])]
    with subprocess.Popen(
        [*UP, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(PYTHONFAULTHANDLER="1"),
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            assert process.stderr.readline() == b"up\n"
            start = time.monotonic()
            with suppress(BrokenPipeError):
                process.stdin.write(b"111\n110\n" * 5)
                process.stdin.flush()
                if after_s is None or chance.random() < 0.5:
                    process.stdin.close()
            if after_s is not None:
                time.sleep(after_s)
                sent = [chance.choice(SIGNALS) for _ in range(chance.choice([1, 1, 1, 2, 10]))]
                for number in sent:
                    process.send_signal(number)
                    time.sleep(chance.choice([0, 0, 0.001, 0.02]))
            code = process.wait(PATIENCE_S)
            lived_s = time.monotonic() - start
            wait_for(lambda: not in_session(process.pid))
            told = process.stderr.read().decode()
        except (AssertionError, subprocess.TimeoutExpired) as exc:
            return 0.0, f"{name}, signals after {after_s} s: {exc!r}"
        finally:
            for left in in_session(process.pid):
                os.kill(left, signal.SIGKILL)
    # Each may come before a run catches it; none may come before Ctrl-C is caught.
    right = code in (0, 130, -signal.SIGTERM, -signal.SIGHUP) if after_s is not None else code == 0
    words = [word for word in ("Traceback", "Fatal", "Exception ignored", "Segmentation") if word in told]
    if right and not words:
        return lived_s, ""
    return lived_s, f"{name}, {sent if after_s is not None else 'no signal'} after {after_s} s: {code}\n{told}"


@pytest.mark.parametrize("shots", [40, pytest.param(1000, marks=pytest.mark.long)])
def test_signals_at_any_moment_end_any_command(tmp_path: Path, shots: int) -> None:
    """At start, in the midst and at the end, signals leave no crash, no traceback, no process and nobody waiting."""
    (tmp_path / "quiet.toml").write_text("[web]\nenabled = false\n")
    (tmp_path / "page.toml").write_text("[web]\nenabled = true\nport = 0\n")
    seeds = random.Random(shots)
    lived_s = {}
    for name in COMMANDS:
        lived_s[name], wrong = life(tmp_path, name, seeds, None)
        assert wrong == ""

    def shot(seed: int) -> str:
        chance = random.Random(seed)
        name = chance.choice(list(COMMANDS))
        return life(tmp_path, name, chance, chance.uniform(0, 1.2 * lived_s[name]))[1]

    with ThreadPoolExecutor(2) as pool:
        faults = [wrong for wrong in pool.map(shot, [seeds.randrange(2**32) for _ in range(shots)]) if wrong]
    assert not faults, "\n".join([f"{len(faults)} of {shots}", *faults[:10]])
