"""`pigate run` from outside: real processes, real signals, real sockets, real terminals."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pigate.learning.tables import TruthTable
from pigate.learning.training import Trained, train

PATIENCE_S = 30
PIGATE = [sys.executable, "-m", "pigate"]
SIMULATED = [*PIGATE, "run", "--board", "simulated"]

#: The page is another room: here it would only take a port.
NO_PAGE = "\n[web]\nenabled = false\n"

XOR = train(TruthTable.named("xor"))


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that nobody manages and whose output is buffered as usual."""
    dropped = ("PYTHONUNBUFFERED", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "RUNTIME_DIRECTORY")
    return {key: value for key, value in os.environ.items() if key not in dropped} | more


def decided(levels: str, trained: Trained = XOR) -> str:
    """Return the line of JSON that these levels get."""
    prediction, decision = trained.decide(levels)
    return json.dumps(
        {
            "levels": levels,
            "prediction": list(prediction),
            "decision": list(decision),
            "taught": levels in trained.table.rows,
        }
    )


@pytest.fixture(autouse=True, scope="module")
def quiet_config(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have every run that names no configuration do without a page."""
    path = tmp_path_factory.mktemp("config") / "pigate.toml"
    path.write_text(NO_PAGE)
    SIMULATED[len(PIGATE) + 1 :] = ["--config", str(path), "--board", "simulated"]


def finished(
    *arguments: str, given: bytes = b"", command: list[str] = SIMULATED, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end on these bytes as a pipe."""
    done = subprocess.run(
        [*command, *arguments], input=given, capture_output=True, timeout=PATIENCE_S, env=environment(**more)
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
    )


class Gate:
    """A running `pigate run`, whose output is read with a patience."""

    def __init__(self, process: subprocess.Popen[bytes], output: int) -> None:
        self.process = process
        self._output = output
        self._rest = ""

    def until(self, pattern: str, descriptor: int | None = None) -> str:
        """Read standard output (or another descriptor) until the pattern is found; return all up to its end."""
        descriptor = self._output if descriptor is None else descriptor
        while not (found := re.search(pattern, self._rest)):
            assert select.select([descriptor], [], [], PATIENCE_S)[0], f"nothing came after {self._rest!r}"
            piece = os.read(descriptor, 65536)
            assert piece, f"it ended after {self._rest!r}"
            self._rest += piece.decode(errors="replace")
        text, self._rest = self._rest[: found.end()], self._rest[found.end() :]
        return text

    def line(self) -> str:
        """Return the next line of standard output."""
        return self.until("\n")[:-1]

    def flip(self, levels: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{levels}\n".encode())
        self.process.stdin.flush()

    def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Send a signal, if any, and return the exit code and what stood on standard error."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        assert self.process.stderr is not None
        return code, self.process.stderr.read().decode()


@contextmanager
def started(*arguments: str, command: list[str] = SIMULATED, **more: str) -> Iterator[Gate]:
    """Start a run with pipes; kill it if it is still there at the end."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, env=environment(**more)
    ) as process:
        assert process.stdout is not None
        try:
            yield Gate(process, process.stdout.fileno())
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # nobody reads what was still to be typed
                if process.stdin is not None:
                    process.stdin.close()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


def config(folder: Path, text: str, name: str = "pigate.toml") -> str:
    """Write a configuration in one step, as an editor does; return its path."""
    (folder / "new").write_text(text + NO_PAGE)
    os.replace(folder / "new", folder / name)
    return str(folder / name)


def one_complaint(text: str) -> str:
    """Return the one line that complains; there is no other, and no traceback."""
    assert "Traceback" not in text
    (line,) = [line for line in text.splitlines() if line.startswith("pigate: ")]
    assert text.splitlines()[-1] == line
    return line


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
        (b"1" * 300_000 + b"\n111\n", ["111"], 1),
        (b"x" * 300_000, [], 1),
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
            assert process.wait(10) == 0
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
        waiting = bytearray(4)

        def full() -> bool:
            fcntl.ioctl(gate._output, termios.FIONREAD, waiting)
            return int.from_bytes(waiting, sys.byteorder) > 3900

        wait_for(full)
        gate.process.send_signal(signal.SIGTERM)
        assert gate.process.wait(20) == 0


# --- signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    """SIGTERM, SIGINT and, where no service manager listens, SIGHUP end the run with 0 and without a word."""
    with started("--json") as gate:
        gate.line()
        code, err = gate.end(number)
        assert code == 0
        assert len(err.splitlines()) == 2  # what it said at the start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_many_signals_at_once_end_it_cleanly_too(number: signal.Signals) -> None:
    """A person who hits Ctrl-C again and again gets the same end, to the process's last moment."""
    for pause_s in (0, 0.0001, 0.001):
        with started("--json") as gate:
            gate.line()
            while gate.process.poll() is None:
                gate.process.send_signal(number)
                time.sleep(pause_s)
            code, err = gate.end()
            assert code == 0
            assert len(err.splitlines()) == 2  # what it said at the start


#: Starts pigate as the command does, and says when the interpreter has come so far: what happens to
#: Python before that is not pigate's.
STARTING = "import os, runpy; os.write(2, b'up\\n'); runpy.run_module('pigate', run_name='__main__', alter_sys=True)"
UP = [sys.executable, "-c", STARTING]


def test_many_interrupts_of_a_command_end_it_without_a_traceback(tmp_path: Path) -> None:
    """Neither does Ctrl-C again and again show anything where a run has not begun to catch it."""
    for _ in range(3):
        with started(command=[*UP, "train", "--config", config(tmp_path, NEVER_LEARNED)]) as training:
            assert training.process.stderr is not None
            assert training.process.stderr.readline() == b"up\n"
            time.sleep(0.5)
            while training.process.poll() is None:
                training.process.send_signal(signal.SIGINT)
                time.sleep(0.0001)
            assert training.end() == (130, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_signals_at_random_moments_of_the_start(number: signal.Signals) -> None:
    """At whatever moment it comes, a signal never shows a traceback, and the next start works."""
    chance = random.Random(number)
    for _ in range(5):
        with started("--json", command=[*UP, *SIMULATED[len(PIGATE) :]]) as gate:
            assert gate.process.stderr is not None
            assert gate.process.stderr.readline() == b"up\n"
            time.sleep(chance.uniform(0.002, 0.5))
            code, err = gate.end(number)
        assert "Traceback" not in err
        if number == signal.SIGKILL:
            assert code == -number
        elif err:
            assert code == 0
        else:  # it may not have come so far as to catch signals
            assert code in (0, -number, 130)
    assert finished("--json").stdout.splitlines() == [decided("000")]


NEVER_LEARNED = """
[training]
hidden = [64, 64]
rule = "plain"
learning_rate = 0.0001
starts = 50
epochs = 1000000
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_long_training(tmp_path: Path, number: signal.Signals) -> None:
    """A training that would last for hours is ended by a signal, at any moment of it, with 0."""
    chance = random.Random(number)
    for _ in range(2):
        with started("--config", config(tmp_path, NEVER_LEARNED)) as gate:
            assert gate.process.stderr is not None
            assert b"simulated board" in gate.process.stderr.readline()
            time.sleep(chance.uniform(0, 0.3))
            code, err = gate.end(number)
            assert (code, err) == (0, "")


# --- terminals


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


# --- under a service manager


class Manager:
    """Plays systemd: a datagram socket that hears messages in order."""

    def __init__(self, server: socket.socket, address: str) -> None:
        self._server = server
        self.address = address

    def hears(self, watchdog: bool = False) -> str:
        """Return the next message; those of the watchdog only when asked for."""
        end = time.monotonic() + PATIENCE_S
        while (message := self._server.recv(65536).decode()) == "WATCHDOG=1" and not watchdog:
            assert time.monotonic() < end, "only the watchdog's messages came"
        return message

    def hears_a_reload(self) -> None:
        """See that the next message begins a reload, as systemd's protocol has it."""
        assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", self.hears())


@pytest.fixture
def manager() -> Iterator[Manager]:
    """Give a service manager that listens."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server,
    ):
        server.bind(f"{folder}/notify")
        server.settimeout(PATIENCE_S)
        yield Manager(server, f"{folder}/notify")


MORE_TIME = "EXTEND_TIMEOUT_USEC=60000000"
CONFIG = '[table]\nname = "{}"\n'


@contextmanager
def managed(manager: Manager, path: str) -> Iterator[Gate]:
    """Start a service, and see it through its start."""
    with started("--json", "--config", path, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="400000") as gate:
        assert manager.hears(True) == f"STATUS=training on xor\n{MORE_TIME}"
        assert manager.hears(True) == "READY=1\nSTATUS=xor: reading the switches"
        assert manager.hears() == "STATUS=xor: 000 -> on"
        assert gate.line() == decided("000")
        yield gate


def stopped(manager: Manager, gate: Gate) -> list[str]:
    """Stop the service as systemd does; return what it said on standard error after its start."""
    gate.process.send_signal(signal.SIGTERM)
    assert manager.hears() == "STOPPING=1\nSTATUS=stopping, LEDs off"
    code, err = gate.end()
    assert code == 0
    assert "Traceback" not in err
    return err.splitlines()[2:]


def test_the_messages_of_a_services_life(manager: Manager, tmp_path: Path) -> None:
    """Start, watchdog, flips, a reload with a new table, a flip of it, stop: these messages, in this order."""
    path = config(tmp_path, CONFIG.format("xor"))
    parity = train(TruthTable.named("parity"))
    with managed(manager, path) as gate:
        gate.flip("110")
        assert manager.hears() == "STATUS=xor: 110 -> off"
        gate.flip("111")
        assert manager.hears() == "STATUS=xor: 111 -> on"
        while manager.hears(True) != "WATCHDOG=1":
            pass
        config(tmp_path, CONFIG.format("parity"))
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        assert manager.hears() == f"STATUS=training on parity\n{MORE_TIME}"
        assert manager.hears() == "READY=1\nSTATUS=parity: reading the switches"
        assert manager.hears() == "STATUS=parity: 111 -> on"
        gate.flip("110")
        assert manager.hears() == "STATUS=parity: 110 -> off"
        wait_for(lambda: decided("110", parity) in gate.line())
        assert stopped(manager, gate) == []


@pytest.mark.parametrize(
    ("text", "trains", "reason"),
    [
        ("[table\n", None, "line 1"),
        ('[table]\nnmae = "or"\n', None, "did you mean name"),
        ('[table]\n"a\\nREADY=1" = "or"\n', None, "there is no such key"),
        ('[table]\nname = "xor"\n[training]\nhidden = []\nepochs = 50\n', "xor", "is not learned after 50 epochs"),
        ('[table]\nfile = "absent"\n', None, "No such file"),
        ("[training]\nweights = 'absent'\n", "xor", "absent"),
    ],
)
def test_a_bad_reload_leaves_the_old_gate_at_work(
    manager: Manager, tmp_path: Path, text: str, trains: str | None, reason: str
) -> None:
    """A broken file, or a table that is not learned, is one line on standard error and in the status; xor goes on."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, text)
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        message = manager.hears()
        if trains is not None:
            assert message == f"STATUS=training on {trains}\n{MORE_TIME}"
            message = manager.hears()
        ready, status = message.splitlines()
        assert ready == "READY=1"
        assert status.startswith("STATUS=xor: 000 -> on (reload: ")
        assert reason in status
        gate.flip("110")
        assert manager.hears() == "STATUS=xor: 110 -> off"
        assert gate.line() == decided("110")
        (told,) = stopped(manager, gate)
        assert reason in told
        assert "the old gate goes on" in told


def test_a_vanished_configuration_leaves_the_old_gate_at_work(manager: Manager, tmp_path: Path) -> None:
    """A file that is not there at the reload, or is a folder, is one line, and xor goes on."""
    path = Path(config(tmp_path, CONFIG.format("xor")))
    with managed(manager, str(path)) as gate:
        path.unlink()
        for folder in (False, True):
            if folder:
                path.mkdir()
            gate.process.send_signal(signal.SIGHUP)
            manager.hears_a_reload()
            assert str(path) in manager.hears()
        assert len(stopped(manager, gate)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[board]\ninputs = [5, 6, 13]\n",
        "[board]\noutputs = [23]\n",
        "[board]\ninputs = [5, 6, 13, 19]\n",  # and the table, four wide, does not fit the old pins
        '[table]\nname = "full-adder"\n[board]\noutputs = [18, 23]\n',
    ],
)
def test_changed_pins_need_a_restart(manager: Manager, tmp_path: Path, text: str) -> None:
    """A reload never moves pins: it says that a restart is needed, and the gate goes on with the old ones."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, text)
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        while "READY=1" not in manager.hears():
            pass
        gate.flip("110")
        wait_for(lambda: gate.line() == decided("110"))
        gate.process.send_signal(signal.SIGTERM)
        code, err = gate.end()
        assert code == 0
        (told,) = err.splitlines()[2:]
        assert "restart to change pins" in told


def test_several_reloads_in_a_row_end_with_the_last_configuration(manager: Manager, tmp_path: Path) -> None:
    """However fast SIGHUPs come, each reload is begun and ended in turn, and the last one reads the last file."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, "[training]\nhidden = []\nepochs = 20000\n")  # it takes a moment to fail
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        assert manager.hears() == f"STATUS=training on xor\n{MORE_TIME}"
        for name in ("or", "and", "parity", "majority", "nand"):
            config(tmp_path, CONFIG.format(name))
            gate.process.send_signal(signal.SIGHUP)
        running, stopped_it = True, False
        messages = [""]
        while not messages[-1].startswith("STOPPING=1"):
            messages.append(manager.hears())
            if messages[-1].startswith("RELOADING=1"):
                assert not running
                running = True
            elif messages[-1].startswith("READY=1"):
                assert running
                running = False
            if not running and not stopped_it and "STATUS=nand: 000 -> on" in messages:
                gate.process.send_signal(signal.SIGTERM)
                stopped_it = True
        code, err = gate.end()
        assert code == 0
        assert len(err.splitlines()) == 3  # one is about the table that was not learned


def test_stopping_during_a_reloads_training_is_prompt(manager: Manager, tmp_path: Path) -> None:
    """SIGTERM while a reload trains on something that takes hours ends the run with 0."""
    path = config(tmp_path, CONFIG.format("xor"))
    with managed(manager, path) as gate:
        config(tmp_path, NEVER_LEARNED)
        gate.process.send_signal(signal.SIGHUP)
        manager.hears_a_reload()
        assert manager.hears() == f"STATUS=training on xor\n{MORE_TIME}"
        gate.flip("110")
        assert manager.hears() == "STATUS=xor: 110 -> off"  # the old gate works meanwhile
        assert stopped(manager, gate) == []


def test_a_table_file_with_a_strange_name_forges_no_message(manager: Manager, tmp_path: Path) -> None:
    """A newline or a byte that is not UTF-8 in a table's file name is shown escaped, and is no second line."""
    for name in (b"a\nREADY=1.table", b"\xff.table"):
        path = os.path.join(os.fsencode(tmp_path), name)
        Path(os.fsdecode(path)).write_text("000 1\n111 0\n")
        with started("--json", "--table", os.fsdecode(path), NOTIFY_SOCKET=manager.address) as gate:
            assert len(manager.hears().splitlines()) == 2
            assert len(manager.hears().splitlines()) == 2
            assert len(manager.hears().splitlines()) == 1
            gate.process.send_signal(signal.SIGTERM)
            assert manager.hears().startswith("STOPPING=1")
            code, err = gate.end()
            assert code == 0
            assert len(err.splitlines()) == 2


# --- failures

#: Runs the command with a thread that fails, and says afterwards what became of the LED and what it did before.
FAILING = """
import sys
import pigate.gate.run
from pigate.cli import main

def fail(*_):
    raise ValueError("injected")

pins = []
board_class = pigate.gate.run.SimulatedBoard

class Seen(board_class):
    def __init__(self, settings):
        super().__init__(settings)
        pins.append(self.factory.pin(18))

pigate.gate.run.SimulatedBoard = Seen
pigate.gate.run.{what} = fail
try:
    code = main([*sys.argv[1:], "--json"])
finally:
    (led,) = pins
    states = [state.state for state in led.states]
    print("LED", [state for state in states], file=sys.stderr)
sys.exit(code)
"""


def test_a_thread_that_fails_ends_the_run_with_the_leds_off() -> None:
    """Half a gate is worse than none: the process ends, not with 0, and the LED that was on is off."""
    done = finished(command=[sys.executable, "-c", FAILING.replace("{what}", "obey"), *SIMULATED[len(PIGATE) :]])
    assert done.returncode == 1
    assert "injected" in done.stderr
    (states,) = re.findall(r"^LED (.*)$", done.stderr, re.MULTILINE)
    assert json.loads(states.lower())[-2:] == [True, False]


def test_a_writer_that_fails_ends_the_run_too() -> None:
    """The thread of standard output is watched as the others are."""
    script = FAILING.replace("pigate.gate.run.{what}", "pigate.gate.console.snapshot_line")
    done = finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]])
    assert done.returncode == 1
    assert "injected" in done.stderr
    (states,) = re.findall(r"^LED (.*)$", done.stderr, re.MULTILINE)
    assert json.loads(states.lower())[-2:] == [True, False]


def test_a_board_that_fails_while_it_runs_is_one_line() -> None:
    """What the kernel refuses in the middle of a run ends it with one line about the board, and the LEDs off."""
    script = FAILING.replace("pigate.gate.run.{what} = fail", "").replace(
        "class Seen(board_class):",
        "class Seen(board_class):\n"
        "    def set_switches(self, levels):\n        raise OSError(5, 'Input/output error')\n",
    )
    done = finished(command=[sys.executable, "-c", script, *SIMULATED[len(PIGATE) :]], given=b"111\n")
    assert done.returncode == 1
    complaint, led = done.stderr.splitlines()[-2:]
    assert complaint == "pigate: the board: Input/output error"
    assert led.endswith("False]")


def test_no_pins_here_is_69() -> None:
    """--board gpio on a machine without a Pi's pins is one line that says what to type instead, and exit code 69."""
    done = finished("--board", "gpio")
    assert done.returncode == 69
    assert "pigate run --board simulated" in one_complaint(done.stderr)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[training]\nhidden = []\nepochs = 100\n", "not learned after 100 epochs"),
        ("[board]\ninputs = [17, 17, 22]\n", "GPIO 17 is used twice"),
        ("nonsense", "Expected '='"),
    ],
)
def test_a_configuration_that_cannot_work_is_78(tmp_path: Path, text: str, reason: str) -> None:
    """An unlearnable table or a broken configuration is one line and exit code 78, before any decision."""
    done = finished("--config", config(tmp_path, text))
    assert done.returncode == 78
    assert reason in one_complaint(done.stderr)
    assert done.stdout == ""


# --- on pins, as `--board gpio` does, but mock ones

#: Runs the command on mock pins in place of the real ones; lines of standard input are the hands on
#: its switches: "17 on", "17 off", "17 chatter" until the next line.
HANDS = """
import sys, threading, time
import pigate.gate.run
from gpiozero.pins.mock import MockFactory
from pigate.pins.board import Board
from pigate.cli import main
from pigate.pins.simulated import SimulatedPin

def open_board(settings):
    board = Board(settings, MockFactory(pin_class=SimulatedPin))
    threading.Thread(target=move, args=[board.factory], daemon=True).start()
    return board

def chatter(pin, ended):
    while not ended.is_set():
        pin.drive_low()
        pin.drive_high()
        time.sleep(0.002)
        pin.drive_low()
        time.sleep(0.002)

def move(factory):
    ended = hand = None
    for line in sys.stdin:
        gpio, what = line.split()
        pin = factory.pin(int(gpio))
        if hand is not None:
            ended.set()
            hand.join()
            hand = None
        if what == "chatter":
            ended = threading.Event()
            hand = threading.Thread(target=chatter, args=[pin, ended], daemon=True)
            hand.start()
        else:
            pin.drive_low() if what == "on" else pin.drive_high()

pigate.gate.run.open_board = open_board
sys.exit(main(sys.argv[1:]))
"""


def on_pins(tmp_path: Path) -> list[str]:
    """Return the command that runs on mock pins."""
    path = config(tmp_path, "")
    return [sys.executable, "-c", HANDS, "run", "--board", "gpio", "--config", path]


def test_on_pins_each_settled_change_is_a_decision_and_chatter_is_told_once(tmp_path: Path) -> None:
    """One decision at the start and one for each change; chatter is undecided, named in one line, and heals."""
    with started("--json", command=on_pins(tmp_path)) as gate:
        assert gate.line() == decided("000")
        gate.flip("17 on")
        assert gate.line() == decided("100")
        gate.flip("17 on")  # no change, no decision
        gate.flip("27 on")
        assert gate.line() == decided("110")
        for _ in range(2):  # the second time within the hour is not told again
            gate.flip("17 chatter")
            while "undecided" not in gate.line():
                pass
            gate.flip("17 on")
            while gate.line() != decided("110"):
                pass
        code, err = gate.end(signal.SIGTERM)
        assert code == 0
        assert [line for line in err.splitlines() if "rest" in line] == [
            "GPIO 17 does not come to rest: undecided until it does (look for a loose wire)"
        ]


def test_a_service_on_pins_writes_nothing_for_a_flip_and_names_its_outputs_while_it_has_them(
    manager: Manager, tmp_path: Path
) -> None:
    """Without --json a flip changes the status alone; the outputs are named for `pigate off` until they are off."""
    named = tmp_path / "outputs.json"
    with started(command=on_pins(tmp_path), NOTIFY_SOCKET=manager.address, RUNTIME_DIRECTORY=str(tmp_path)) as gate:
        while manager.hears() != "STATUS=xor: 000 -> on":
            pass
        assert json.loads(named.read_text()) == [18]
        gate.flip("17 on")
        assert manager.hears() == "STATUS=xor: 100 -> off"
        gate.process.send_signal(signal.SIGTERM)
        assert manager.hears().startswith("STOPPING=1")
        code, err = gate.end()
        assert code == 0
        assert len(err.splitlines()) == 2
        assert gate.process.stdout is not None
        assert gate.process.stdout.read() == b""
        assert not named.exists()
