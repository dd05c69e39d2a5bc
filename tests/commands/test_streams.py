"""Standard streams that are closed, full or a terminal."""

import os
import pty
import signal
import subprocess
import sys
import termios
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from pigate.gate import progress

from .calls import NO_PAGE, PIGATE, Call, environment, pigate


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["train", "--help"],
        ["table"],
        ["table", "parity", "--inputs", "8"],
        ["train"],
        ["train", "--json"],
        ["predict", "101"],
        ["reproduce", "single-layer"],
        ["check", "--json"],
        ["run", "--board", "simulated", "--json", "--config", "quiet.toml"],
    ],
)
def test_closed_standard_output(tmp_path: Path, arguments: list[str]) -> None:
    """When the reader of standard output has gone, a command ends quietly with exit 0."""
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        run = pigate(*arguments, stdout=closed, cwd=tmp_path)
    told = [line for line in run.stderr.splitlines() if "simulated board" not in line and "is proved" not in line]
    assert (run.returncode, told) == (0, [])


def test_reader_that_takes_one_line() -> None:
    """`pigate table parity --inputs 8 | head -1` prints one line, quietly."""
    with subprocess.Popen(
        [*PIGATE, "table", "parity", "--inputs", "8"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"00000000 0\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["table"], ["--help"], ["train", "--json"]])
def test_full_standard_output(arguments: list[str]) -> None:
    """Output that cannot be written is one line and exit 1."""
    with open("/dev/full", "wb") as full:
        run = pigate(*arguments, stdout=full)
    assert (run.returncode, run.stderr) == (1, "pigate: standard output: No space left on device\n")


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(streams: str) -> None:
    """A command works, or ends, without a standard stream; no file of its own takes the stream's place."""
    command = f"exec {' '.join(PIGATE)} train --table - {streams}"
    run = subprocess.run(
        ["sh", "-c", command], input="0 1\n1 0\n", capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in run.stderr
    if "<" in streams:
        assert run.returncode == 2  # an empty table
    else:
        assert (run.returncode, run.stderr) == (0, "")


def test_interrupt_and_progress() -> None:
    """On a terminal a long training shows its progress; Ctrl-C ends it without a traceback."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with subprocess.Popen(
        [*PIGATE, "train", "--hidden", "none", "--epochs", "1000000"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(TERM="xterm"),
    ) as process:
        os.close(theirs)
        shown = b""
        while b"training:" not in shown:
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        os.set_blocking(ours, False)
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # the terminal has no more to read, or is gone
            pass
        assert process.stdout
        assert process.stdout.read() == b""
    os.close(ours)
    assert b"Traceback" not in shown
    assert b"epochs" in shown
    assert b"loss" in shown


def test_one_line_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """Where standard error is no terminal, a long training is one line; a short one nothing."""
    for delay_s, told in ((60, ""), (0, "training takes longer: 1 of at most 10 epochs so far\n")):
        with progress.shown(10, delay_s) as callback:
            for epoch in range(1, 11):
                callback(epoch, 0.25)
        assert capfd.readouterr().err == told


@pytest.mark.parametrize("arguments", [["train"], ["predict", "101"], ["check"], ["train", "--json"]])
def test_who_waits_is_told(call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Whatever trains says so in one line where that takes longer than a second, and goes on."""
    clock = count(0, 2)  # two seconds pass with each look at it
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    code, out, err = call(*arguments)
    assert (code, err) == (0, "training takes longer: 1 of at most 10000 epochs so far\n")
    assert out


def test_progress_counts(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The bar shows epochs and loss."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.shown(10, delay_s=0) as callback:
        for epoch in range(1, 11):
            callback(epoch, 0.25)
    assert "training" in capfd.readouterr().err
