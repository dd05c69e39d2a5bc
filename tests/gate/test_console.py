from __future__ import annotations

import errno
import io
import json
import os
import pty
import re
import select
import socket
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.gate import console
from pigate.gate.console import Writer, can_be_read, drawing, lines, obey
from pigate.learning.tables import TruthTable
from pigate.learning.training import Trained, train
from pigate.report import Snapshot

PATIENCE_S = 30


@pytest.fixture(scope="module")
def trained() -> Trained:
    """Give a network that has learned half of `first`: rows that begin with 0 and 11."""
    return train(TruthTable({"000": "0", "001": "0", "010": "0", "011": "0", "111": "1"}, "half"))


def snapshot(trained: Trained, levels: str) -> Snapshot:
    """Return what the gate thinks of the levels."""
    return Snapshot(trained, levels, *trained.decide(levels))


class Reader:
    """Reads a descriptor with a patience."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.text = ""

    def until(self, pattern: str) -> str:
        """Read until the pattern is found, and return all that was read."""
        while not re.search(pattern, self.text):
            assert select.select([self.descriptor], [], [], PATIENCE_S)[0], f"nothing came after {self.text!r}"
            piece = os.read(self.descriptor, 65536)
            assert piece, f"it ended after {self.text!r}"
            self.text += piece.decode()
        return self.text


@contextmanager
def piped() -> Iterator[int]:
    """Make standard output a pipe; give the end to read."""
    ear, mouth = os.pipe()
    with suppress(BrokenPipeError), os.fdopen(mouth, "w") as stdout, redirect_stdout(stdout):
        try:
            yield ear
        finally:
            os.close(ear)  # first: a writer that is stuck goes on then


def test_json_decisions_come_out_in_order_and_are_reported_written(trained: Trained) -> None:
    """Each decision is a line of unrounded JSON, in order, and `written` is called when the reader can have it."""
    with piped() as ear:
        writer = Writer(True, True, lambda: None)
        reader = Reader(ear)
        for levels in ("000", "111", "101"):
            written = threading.Event()
            writer.put(snapshot(trained, levels), written.set)
            assert written.wait(PATIENCE_S)
            assert select.select([ear], [], [], 0)[0], "it was called written, and cannot be read"
            reader.until("\n")
            prediction, decision = trained.decide(levels)
            assert json.loads(reader.text) == {
                "levels": levels,
                "prediction": list(prediction),
                "decision": list(decision),
                "taught": levels != "101",
            }
            reader.text = ""
        writer.finish()
        assert writer.failure is None


def test_piped_words_are_the_status_lines(trained: Trained) -> None:
    """Without --json and without a terminal each decision is the line that `systemctl status` shows, no more."""
    with piped() as ear:
        writer = Writer(False, True, lambda: None)
        for levels in ("000", "101"):
            writer.put(snapshot(trained, levels))
        writer.finish()
        guess = trained.decide("101")[1][0]
        assert os.read(ear, 65536).decode() == (
            f"half: 000 -> off\nhalf: 101 -> {guess} (a guess: this row is not taught)\n"
        )


def test_words_that_standard_output_cannot_spell_are_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trained: Trained
) -> None:
    """A table named after a file such as é.table is written in ASCII somehow; the gate does not end for it."""
    named = Snapshot(train(TruthTable({"0": "1"}, "é.table")), "0", (0.95,), ("on",))
    ended = threading.Event()
    with (tmp_path / "out").open("w", encoding="ascii") as stdout, redirect_stdout(stdout):
        writer = Writer(False, False, ended.set)
        written = threading.Event()
        writer.put(named, written.set)
        writer.put(snapshot(trained, "000"))
        writer.finish()
    assert (tmp_path / "out").read_text(encoding="ascii").endswith(": 0 -> on\nhalf: 000 -> off\n")
    assert not ended.is_set()


def test_a_reader_that_goes_away_ends_the_run_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trained: Trained
) -> None:
    """A closed pipe is no failure: `ended` is called once, and what was still buffered hurts nobody later."""
    ear, mouth = os.pipe()
    os.close(ear)
    ended: list[None] = []
    done = threading.Event()

    def end() -> None:
        ended.append(None)
        done.set()

    with os.fdopen(mouth, "w") as stdout, redirect_stdout(stdout):
        writer = Writer(True, True, end)
        writer.put(snapshot(trained, "000"))
        assert done.wait(PATIENCE_S)
        writer.put(snapshot(trained, "111"))
        writer.finish(0.05)
        stdout.flush()
    assert len(ended) == 1
    assert writer.failure is None
    assert capsys.readouterr().err == ""


def test_a_full_disk_is_a_failure(trained: Trained) -> None:
    """Standard output that takes no more ends the run, and the reason is kept."""
    ended = threading.Event()
    with Path("/dev/full").open("w") as stdout, redirect_stdout(stdout):
        writer = Writer(True, True, ended.set)
        writer.put(snapshot(trained, "000"))
        assert ended.wait(PATIENCE_S)
        writer.finish()
    assert writer.failure is not None
    assert writer.failure.errno == errno.ENOSPC


def test_a_reader_that_stops_reading_delays_nobody_and_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trained: Trained
) -> None:
    """With nobody reading, `put` and `finish` return, what is kept is bounded, and a person is told once."""
    with piped() as ear:
        monkeypatch.setattr(console, "MAX_WAITING", 1000)
        writer = Writer(True, True, lambda: None)
        news = snapshot(trained, "000")
        for _ in range(20_000):  # 1000 and a pipe's 64 KiB are far less
            writer.put(news)
        assert writer._queue.qsize() <= 1000
        writer.finish(0.05)
        assert capsys.readouterr().err == "nobody reads standard output: decisions are left out\n"
        # And its reader may come back: what was kept comes out, and the thread ends.
        reader = Reader(ear)
        while writer._thread.is_alive() and select.select([ear], [], [], 1)[0]:
            reader.text = os.read(ear, 65536).decode()
        writer.finish()
        assert reader.text.endswith("\n")


@contextmanager
def terminal() -> Iterator[int]:
    """Make standard output a terminal; give its other side."""
    mine, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stdout, redirect_stdout(stdout):
        yield mine
    os.close(mine)


@pytest.mark.parametrize("prompt", [True, False])
def test_on_a_terminal_it_is_drawn_in_place(trained: Trained, prompt: bool) -> None:
    """A terminal's line is cleared and drawn over, with a prompt only where switches can be set; the end is a new line."""  # noqa: E501
    with terminal() as mine:
        writer = Writer(False, prompt, lambda: None)
        writer.put(snapshot(trained, "000"))
        writer.put(snapshot(trained, "111"))
        writer.finish()
        text = Reader(mine).until(r"\n")
        assert text.count("\n") == 1
        first, second = text.split("\r\033[K")[1:]
        assert "▯ ▯ ▯  000" in first
        assert "○ off" in first
        assert "▮ ▮ ▮  111" in second
        assert "● on" in re.sub(r"\033\[[0-9;]*m", "", second)
        assert ("switches?" in text) is prompt


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "utf-8"])
def test_a_drawing_can_be_written_in_the_terminals_encoding(
    monkeypatch: pytest.MonkeyPatch, trained: Trained, encoding: str
) -> None:
    """Whatever the locale, the drawing can be encoded, and tells closed from open and a guess from a taught row."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    on, off, guess = (drawing(snapshot(trained, levels)) for levels in ("111", "000", "101"))
    for text in (on, off, guess):
        text.encode(encoding)
    assert on[:5] != off[:5]
    assert "(a guess)" in guess
    assert "(a guess)" not in on + off


def test_several_leds_and_undecided_ones_are_all_drawn(monkeypatch: pytest.MonkeyPatch, trained: Trained) -> None:
    """Each output has its lamp, its word and its prediction."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    text = drawing(Snapshot(trained, "000", (0.5, 0.01, 0.99), ("undecided", "off", "on")))
    plain = re.sub(r"\033\[[0-9;]*m", "", text)
    assert plain.endswith("->  ? undecided 0.500  ○ off 0.010  ● on 0.990")


def test_what_can_be_read_is_a_terminal_a_pipe_a_socket_or_a_file(tmp_path: Path) -> None:
    """Devices such as /dev/null, and folders, are not standard input's business."""
    ear, mouth = os.pipe()
    mine, theirs = pty.openpty()
    one, other = socket.socketpair()
    (tmp_path / "file").write_text("111\n")
    file, folder = os.open(tmp_path / "file", os.O_RDONLY), os.open(tmp_path, os.O_RDONLY)
    null, zero = os.open("/dev/null", os.O_RDONLY), os.open("/dev/zero", os.O_RDONLY)
    assert all(can_be_read(descriptor) for descriptor in (ear, theirs, one.fileno(), file))
    assert not any(can_be_read(descriptor) for descriptor in (folder, null, zero))
    for descriptor in (ear, mouth, mine, theirs, file, folder, null, zero):
        os.close(descriptor)
    one.close()
    other.close()


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_lines_do_not_depend_on_the_pieces_they_come_in(pieces: list[bytes]) -> None:
    """However the bytes are cut, the lines are those of the whole, stripped, an unfinished last one included."""
    ear, mouth = os.pipe()
    arrived = lines(ear)
    expected = [line.decode(errors="replace").strip() for line in b"".join(pieces).split(b"\n")]

    def feed() -> None:
        for piece in pieces:
            os.write(mouth, piece)
        os.close(mouth)

    thread = threading.Thread(target=feed)
    thread.start()
    assert list(arrived) == expected
    thread.join()
    os.close(ear)


def test_a_line_without_an_end_takes_no_memory() -> None:
    """Of 20 MB without a newline only a little is held, and the line after it is read as it is."""
    ear, mouth = os.pipe()

    def feed() -> None:
        for _ in range(320):
            os.write(mouth, b"x" * 65536)
        os.write(mouth, b"\n101\n")
        os.close(mouth)

    thread = threading.Thread(target=feed)
    tracemalloc.start()
    thread.start()
    huge, setting, last = lines(ear)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    thread.join()
    os.close(ear)
    assert huge.startswith("xxx")
    assert (setting, last) == ("101", "")
    assert peak < 1_000_000


def obeyed(data: bytes, inputs: int = 3) -> tuple[list[str], bool]:
    """Return the settings that `obey` takes from the data, each answered at once, and what it returns."""
    ear, mouth = os.pipe()
    os.write(mouth, data)
    os.close(mouth)
    taken: list[str] = []

    def flip(levels: str, answered: Callable[[], None]) -> None:
        taken.append(levels)
        answered()

    def tell(text: str, told: Callable[[], None]) -> None:
        if text:
            print(text, file=sys.stderr)
        told()

    ended = obey(ear, inputs, flip, tell)
    os.close(ear)
    return taken, ended


def test_switch_settings_are_taken_and_nonsense_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """CRs, blank lines and a missing last newline do no harm; each line of nonsense gets one line that says how."""
    data = b"111\r\n\n  \r\n 010 \nhello\n11\n1111\n\xff\xfe\x00\n\xd9\xa1\xd9\xa1\xd9\xa1\n\x1b[31m\n000"
    assert obeyed(data) == (["111", "010", "000"], True)
    told = capsys.readouterr().err
    assert told.splitlines() == [
        f"{word} is no switch setting: type 3 of 0 and 1, such as 101"
        for word in ("'hello'", "'11'", "'1111'", "'��\\x00'", "'\u0661\u0661\u0661'", "'\\x1b[31m'")
    ]


def test_a_huge_line_of_nonsense_is_told_shortly(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of 50,000 characters is shown by its beginning."""
    assert obeyed(b"1" * 50_000 + b"\n110\n") == (["110"], True)
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert len(told) < 120


def test_one_switch_and_eight_are_settings_too() -> None:
    """As many digits as there are switches make a setting."""
    assert obeyed(b"1\n11\n0\n", 1) == (["1", "0"], True)
    assert obeyed(b"10101010\n1\n", 8) == (["10101010"], True)


def test_the_next_line_waits_for_the_last_ones_answer() -> None:
    """A setting is not taken up before the one before it has been answered."""
    ear, mouth = os.pipe()
    os.write(mouth, b"111\n000\n")
    os.close(mouth)
    asked: list[tuple[str, Callable[[], None]]] = []
    came = threading.Semaphore(0)

    def flip(levels: str, answered: Callable[[], None]) -> None:
        asked.append((levels, answered))
        came.release()

    thread = threading.Thread(target=obey, args=[ear, 3, flip, lambda _text, _told: None])
    thread.start()
    assert came.acquire(timeout=PATIENCE_S)
    assert not came.acquire(timeout=0.05), "the second line came before the first was answered"
    asked[0][1]()
    assert came.acquire(timeout=PATIENCE_S)
    asked[1][1]()
    thread.join(PATIENCE_S)
    os.close(ear)
    assert [levels for levels, _ in asked] == ["111", "000"]


def test_what_cannot_be_read_is_not_an_end() -> None:
    """An input that refuses to be read, as a terminal does in the background, does not end the run."""
    ear, mouth = os.pipe()
    assert obey(mouth, 3, lambda _levels, _answered: None, lambda _text, _told: None) is False
    os.close(ear)
    os.close(mouth)
