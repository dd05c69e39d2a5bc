"""Lines in, decisions out, and streams that are closed, full, or not there."""

from __future__ import annotations

import fcntl
import os
import random
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import train

from .process import (
    PATIENCE_S,
    SIMULATED,
    Gate,
    config,
    decided,
    environment,
    finished,
    one_complaint,
    started,
    wait_for,
    waiting,
)

# --- lines in, decisions out


def test_two_lines_in_three_decisions_out() -> None:
    """Two lines piped in give exactly the decisions for 000, 111 and 110 as JSON, and the run ends with 0."""
    out = subprocess.check_output(
        ["sh", "-c", rf"printf '111\n110\n' | {' '.join(SIMULATED)} --json"],
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        env=environment(),
    )
    assert out.decode().splitlines() == [decided("000"), decided("111"), decided("110")]


def test_words_instead_of_json() -> None:
    """Without --json and a terminal a decision is a line of words; nothing else goes to standard output."""
    done = finished(given=b"111\n110\n")
    assert done.stdout == "xor: 000 -> on\nxor: 111 -> on\nxor: 110 -> off\n"
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("given", "asked", "told"),
    [
        (b"", [], 0),
        (b"\n\n", [], 0),
        (b"111\r\n110\r\n", ["111", "110"], 0),
        (b"\n111\n\n  110  \n\r\n", ["111", "110"], 0),
        (b"111\n110", ["111", "110"], 0),
        (b"000\n000\n111\n111\n", ["000", "000", "111", "111"], 0),
        (b"hello\n111\n11\n1110\n110\n", ["111", "110"], 3),
        (b"\xff\xfe\x00\x01\n111\n\x1b[2J\n", ["111"], 2),
        pytest.param(b"1" * 300_000 + b"\n111\n", ["111"], 1, id="long levels"),  # pytest 8.0 hands its id to processes
        pytest.param(b"x" * 300_000, [], 1, id="long word"),
    ],
)
def test_each_line_gets_one_answer_or_one_complaint(given: bytes, asked: list[str], told: int) -> None:
    """Each setting gets exactly one decision, also when nothing changed; each line of nonsense one short line."""
    done = finished("--json", given=given)
    assert done.stdout.splitlines() == [decided(levels) for levels in ["000", *asked]]
    complaints = [line for line in done.stderr.splitlines() if "is no switch setting" in line]
    assert len(complaints) == told
    assert all(line.endswith("type 3 of 0 and 1, such as 101") and len(line) < 120 for line in complaints)
    assert done.stderr.isprintable() or "\x1b" not in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("settle_s", [0.0, 0.0005])
def test_thousands_of_lines_come_out_as_thousands_of_decisions_in_order(tmp_path: Path, settle_s: float) -> None:
    """2,000 lines piped in are 2,001 decisions, in order, however short the settle time."""
    flips = random.Random(1).choices([f"{n:03b}" for n in range(8)], k=2000)
    path = config(tmp_path, f"[board]\nsettle_s = {settle_s}\n")
    done = finished("--json", "--config", path, given="\n".join(flips).encode())
    assert done.stdout.splitlines() == [decided(levels) for levels in ["000", *flips]]
    assert done.returncode == 0


def test_a_slow_writer_gets_each_answer_when_he_asks() -> None:
    """Whoever writes a line and waits for its decision gets it; the end of input ends the run."""
    with started("--json") as gate:
        assert gate.line() == decided("000")
        for levels in ("101", "101", "111", "000"):
            gate.flip(levels)
            assert gate.line() == decided(levels)
        assert gate.process.stdin is not None
        gate.process.stdin.close()
        assert gate.end()[0] == 0


def test_a_file_as_input_and_a_file_as_output(tmp_path: Path) -> None:
    """Files do as pipes do."""
    (tmp_path / "in").write_text("111\n")
    with (tmp_path / "in").open() as given, (tmp_path / "out").open("w") as out:
        code = subprocess.call(
            [*SIMULATED, "--json"], stdin=given, stdout=out, stderr=subprocess.DEVNULL, env=environment()
        )
    assert code == 0
    assert (tmp_path / "out").read_text().splitlines() == [decided("000"), decided("111")]


def test_a_table_of_other_size_gets_pins_of_its_own() -> None:
    """--table full-adder on the simulated board adapts the pins: two LEDs, three switches."""
    adder = train(TruthTable.named("full-adder"))
    done = finished("--table", "full-adder", "--json", given=b"111\n100\n")
    assert done.stdout.splitlines() == [decided(levels, adder) for levels in ("000", "111", "100")]
    assert done.returncode == 0


# --- streams that are closed, full, or not there


def test_a_null_input_is_not_read_and_the_run_lasts_until_a_signal() -> None:
    """With standard input from /dev/null there is one decision, and no end before SIGTERM."""
    with subprocess.Popen(
        [*SIMULATED, "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        gate = Gate(process, process.stdout.fileno())
        assert gate.line() == decided("000")
        assert process.poll() is None
        code, _ = gate.end(signal.SIGTERM)
        assert code == 0
        assert gate._rest + process.stdout.read().decode() == ""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors_are_no_obstacle(closed: str) -> None:
    """Closed standard streams never end up as files of ours; the run goes on, or ends well at the end of input."""
    script = f"exec {' '.join(SIMULATED)} {closed}"
    with subprocess.Popen(
        ["sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        if "<&-" in closed:  # nothing to read: it lasts until a signal
            if ">&-" not in closed:
                assert Gate(process, process.stdout.fileno()).line() == "xor: 000 -> on"
            else:
                wait_for(lambda: catches(process.pid, signal.SIGTERM))
            process.terminate()
            out, err = process.communicate(timeout=PATIENCE_S)
        else:
            out, err = process.communicate(b"111\n", timeout=PATIENCE_S)
            if ">&-" not in closed.replace("2>&-", ""):
                assert out == b"xor: 000 -> on\nxor: 111 -> on\n"
        assert b"Traceback" not in err
        assert process.returncode == 0


def catches(pid: int, number: signal.Signals) -> bool:
    """Say whether a process has a handler for a signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    return found is not None and bool(int(found[1], 16) >> (number - 1) & 1)


def test_a_reader_that_goes_away_ends_the_run_quietly() -> None:
    """`pigate run | head -1` ends by itself with 0 and says nothing of it."""
    with started("--json") as gate:
        assert gate.line() == decided("000")
        assert gate.process.stdout is not None
        gate.process.stdout.close()
        gate.flip("111")
        code, err = gate.end()
        assert code == 0
        assert "pigate:" not in err
        assert "Traceback" not in err


@pytest.mark.parametrize("as_json", [["--json"], []])
def test_a_reader_that_goes_away_ends_a_run_that_has_nothing_more_to_write(as_json: list[str]) -> None:
    """`pigate run </dev/null | head -1` ends by itself with 0, though no flip will ever come."""
    run = f"{' '.join([*SIMULATED, *as_json])} </dev/null; echo ended $? >&2"
    done = subprocess.run(
        ["sh", "-c", f"({run}) | head -1"], capture_output=True, text=True, timeout=PATIENCE_S, env=environment()
    )
    assert done.stdout == (f"{decided('000')}\n" if as_json else "xor: 000 -> on\n")
    assert done.stderr.splitlines()[2:] == ["ended 0"]


def test_nonsense_for_a_reader_that_has_gone_ends_the_run_too() -> None:
    """`yes hello | pigate run 2>&1 | head -1` ends, though nobody is there to be told of the nonsense."""
    ear, mouth = os.pipe()
    with subprocess.Popen(SIMULATED, stdin=subprocess.PIPE, stdout=mouth, stderr=mouth, env=environment()) as process:
        try:
            os.close(mouth)
            Gate(process, ear).until("xor: 000 -> on\n")
            os.close(ear)
            assert process.stdin is not None
            with suppress(BrokenPipeError):
                process.stdin.write(b"hello\n" * 10 + b"111\n")
                process.stdin.close()
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("as_json", [["--json"], []])
def test_a_full_disk_is_one_line_and_1(as_json: list[str]) -> None:
    """Standard output on /dev/full ends the run with one line that says so, and exit code 1."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SIMULATED, *as_json],
            input=b"111\n",
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_S,
            env=environment(),
        )
    assert done.returncode == 1
    assert "No space left on device" in one_complaint(done.stderr.decode())


def test_a_full_disk_under_standard_error_does_not_end_the_gate() -> None:
    """What cannot be told to a person is left out: the decisions come all the same."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SIMULATED, "--json"],
            input=b"hello\n111\n",
            stdout=subprocess.PIPE,
            stderr=full,
            timeout=PATIENCE_S,
            env=environment(),
        )
    assert done.stdout.decode().splitlines() == [decided("000"), decided("111")]
    assert done.returncode == 0


def test_a_reader_that_stops_reading_does_not_keep_the_run_from_ending(tmp_path: Path) -> None:
    """SIGTERM ends the run with 0 also while standard output is full and nobody takes anything off it."""
    path = config(tmp_path, "[board]\nsettle_s = 0.0\n")
    with started("--json", "--config", path) as gate:
        assert gate.process.stdin is not None
        assert gate.process.stdout is not None
        os.set_blocking(gate.process.stdin.fileno(), False)
        fcntl.fcntl(gate.process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        with suppress(BlockingIOError):
            os.write(gate.process.stdin.fileno(), b"111\n000\n" * 2000)
        wait_for(lambda: waiting(gate._output) > 3900)
        gate.process.send_signal(signal.SIGTERM)
        assert gate.process.wait(PATIENCE_S) == 0
