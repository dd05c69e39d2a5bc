"""Standard streams that are closed, full or a terminal."""

import fcntl
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import termios
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from pigate.gate import learn
from pigate.pins.board import on_a_pi

from .calls import NO_PAGE, PATIENCE_S, PIGATE, Call, environment, pigate


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
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["table"], ["--help"], ["train", "--json"]])
def test_full_standard_output(arguments: list[str]) -> None:
    """Output that cannot be written is one line and exit 1."""
    with open("/dev/full", "wb") as full:
        run = pigate(*arguments, stdout=full)
    assert (run.returncode, run.stderr) == (1, "pigate: standard output: No space left on device\n")


#: A command line of each command, and of each kind of mistake, and the exit code.
ENDINGS = [
    (["--help"], 0),
    (["--version"], 0),
    (["table"], 0),
    (["train"], 0),
    (["train", "--learning-rate", "2"], 0),  # which is remarked on
    (["predict", "101"], 0),
    (["reproduce", "single-layer"], 0),
    (["check"], 0),
    (["off"], 0),
    (["run", "--board", "simulated", "--json", "--config", "quiet.toml"], 0),
    ([], 2),
    (["trian"], 2),
    (["train", "--sede", "1"], 2),
    (["train", "--epochs", "many"], 2),
    (["table", "xro"], 2),
    (["predict", "2"], 2),
    (["train", "--hidden", "none", "--epochs", "50"], 1),
    (["train", "--export", "/dev/null/folder"], 1),
    (["check", "--config", "none.toml"], 78),
    (["run", "--board", "simulated", "--config", "none.toml"], 78),
    (["fleet", "--config", "quiet.toml"], 78),
    (["run", "--board", "gpio", "--config", "quiet.toml"], 69),
]


@pytest.mark.parametrize(("arguments", "code"), ENDINGS)
def test_full_standard_error(tmp_path: Path, arguments: list[str], code: int) -> None:
    """What cannot be told to a person changes nothing: the exit code and the output are what they are otherwise."""
    if "gpio" in arguments and on_a_pi():
        pytest.skip("this is a Raspberry Pi")
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    usual = pigate(*arguments, cwd=tmp_path)
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [*PIGATE, *arguments],
            input="",
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            cwd=tmp_path,
            env=environment(),
            timeout=PATIENCE_S,
        )
    assert (run.returncode, usual.returncode) == (code, code)
    assert without_figures(run.stdout) == without_figures(usual.stdout)


def without_figures(text: str) -> str:
    """Return a text without what takes another time each time."""
    return re.sub(r"[\d.]+ ms", "", text)


def test_standard_output_that_does_not_block(tmp_path: Path) -> None:
    """A command writes all it has to a pipe that another program made non-blocking, however slowly it is read."""
    ear, mouth = os.pipe()
    fcntl.fcntl(mouth, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(mouth, False)
    with subprocess.Popen(
        [*PIGATE, "train", "--inputs", "8", "--table", "and"],
        stdout=mouth,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        os.close(mouth)
        with open(ear) as pipe:
            first = pipe.readline()
            with pytest.raises(subprocess.TimeoutExpired):  # it waits, where a full pipe is not taken for an error
                process.wait(0.5)
            rest = pipe.readlines()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert first.split() == ["row", "target", "prediction", "verdict"]
    assert len(rest) == 2**8 + 1


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["train"], True),
        (["train", "--json"], True),
        (["predict", "000"], False),
        (["table"], False),
        (["run", "--board", "simulated", "--config", "quiet.toml"], True),
        (["run", "--board", "simulated", "--config", "quiet.toml", "--json"], False),
        (["check", "--config", "named.toml"], True),
    ],
)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_name_that_the_encoding_lacks(tmp_path: Path, arguments: list[str], shown: bool, encoding: str) -> None:
    """A table file's name in letters that the terminal's encoding lacks is written in escapes, on both streams."""
    (tmp_path / "☃.table").write_text("000 1\n111 0\n")
    (tmp_path / "quiet.toml").write_text(NO_PAGE)
    (tmp_path / "named.toml").write_text("[table]\nfile = '☃.table'\n", encoding="utf-8")
    table = {"check": [], "table": ["./☃.table"]}.get(arguments[0], ["--table", "./☃.table"])
    run = pigate(*arguments, *table, cwd=tmp_path, env=environment(PYTHONIOENCODING=encoding))
    assert run.returncode == 0
    assert "Traceback" not in run.stderr
    assert ("\\u2603.table" in run.stdout) is shown
    refused = pigate("train", "--table", "./☃", cwd=tmp_path, env=environment(PYTHONIOENCODING=encoding))
    assert (refused.returncode, refused.stderr) == (2, "pigate: \\u2603: No such file or directory\n")


@pytest.mark.usefixtures("unmeasured")
def test_an_export_that_cannot_be_written_names_its_file(tmp_path: Path) -> None:
    """On a full disk it is the export's file that is named: no temporary one, and not standard output."""

    def no_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    run = pigate("train", "--export", "folder", cwd=tmp_path, preexec_fn=no_files)
    assert (run.returncode, run.stderr) == (1, "pigate: folder/weightsLayer1.txt: File too large\n")
    assert os.listdir(tmp_path / "folder") == []
    (tmp_path / "file").write_text("")
    run = pigate("train", "--export", "file/folder", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, "pigate: file/folder: Not a directory\n")


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(streams: str) -> None:
    """A command works, or ends, without a standard stream; no file of its own takes the stream's place."""
    command = f"exec {' '.join(PIGATE)} train --table - {streams}"
    run = subprocess.run(
        ["sh", "-c", command], input="0 1\n1 0\n", capture_output=True, text=True, check=False, timeout=PATIENCE_S
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
        assert process.wait(PATIENCE_S) == 130
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
        with learn.shown(10, delay_s) as callback:
            for epoch in range(1, 11):
                callback(epoch, 0.25)
        assert capfd.readouterr().err == told


@pytest.mark.parametrize("arguments", [["train"], ["predict", "101"], ["check"], ["train", "--json"]])
def test_who_waits_is_told(call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    """Whatever trains says so in one line where that takes longer than a second, and goes on."""
    clock = count(0, 2)  # two seconds pass with each look at it
    monkeypatch.setattr(learn, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    code, out, err = call(*arguments)
    assert (code, err) == (0, "training takes longer: 1 of at most 10000 epochs so far\n")
    assert out


def test_progress_counts(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The bar shows epochs and loss."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with learn.shown(10, delay_s=0) as callback:
        for epoch in range(1, 11):
            callback(epoch, 0.25)
    assert "training" in capfd.readouterr().err
