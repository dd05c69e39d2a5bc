from __future__ import annotations

import errno
import fcntl
import io
import json
import os
import pty
import re
import select
import socket
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from pigate.gate import writer as writing
from pigate.gate.writer import Form, Writer, drawing
from pigate.learning.tables import TruthTable
from pigate.learning.training import Trained, train
from pigate.report import Snapshot

PATIENCE_S = 60


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

    def more(self) -> None:
        """Read what comes next."""
        assert select.select([self.descriptor], [], [], PATIENCE_S)[0], f"nothing came after {self.text!r}"
        piece = os.read(self.descriptor, 65536)
        assert piece, f"it ended after {self.text!r}"
        self.text += piece.decode()

    def until(self, pattern: str) -> str:
        """Read until the pattern is found, and return all that was read."""
        while not re.search(pattern, self.text):
            self.more()
        return self.text


@contextmanager
def piped(blocking: bool = True) -> Iterator[int]:
    """Make standard output a pipe of 4 KiB; give the end to read."""
    ear, mouth = os.pipe()
    fcntl.fcntl(mouth, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(mouth, blocking)
    with os.fdopen(mouth, "w", encoding="utf-8") as stdout, redirect_stdout(stdout):
        try:
            yield ear
        finally:
            os.close(ear)  # first: a writer that is stuck goes on then


@contextmanager
def heard() -> Iterator[int]:
    """Make standard error a pipe; give the end to read."""
    ear, mouth = os.pipe()
    with os.fdopen(mouth, "w", encoding="utf-8") as stderr, redirect_stderr(stderr):
        try:
            yield ear
        finally:
            os.close(ear)


@contextmanager
def terminal() -> Iterator[int]:
    """Make standard output a terminal; give its other side."""
    mine, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stdout, redirect_stdout(stdout):
        yield mine
    os.close(mine)


def full(descriptor: int, length: int = 200) -> bool:
    """Say whether so many bytes more cannot be written now to the pipe of 4 KiB that this descriptor reads."""
    waiting = bytearray(4)
    fcntl.ioctl(descriptor, termios.FIONREAD, waiting)
    return int.from_bytes(waiting, sys.byteorder) + length > 4096


def test_json_decisions_come_out_in_order_and_are_reported_written(trained: Trained) -> None:
    """Each decision is a line of unrounded JSON, in order, and `written` is called when the reader can have it."""
    with piped() as ear:
        writer = Writer("json", lambda: None)
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
        writer.finish(PATIENCE_S)
        assert writer.failure is None


def test_piped_words_are_the_status_lines(trained: Trained) -> None:
    """Without --json and without a terminal each decision is the line that `systemctl status` shows, no more."""
    with piped() as ear:
        writer = Writer("words", lambda: None)
        for levels in ("000", "101"):
            writer.put(snapshot(trained, levels))
        writer.finish(PATIENCE_S)
        guess = trained.decide("101")[1][0]
        assert os.read(ear, 65536).decode() == (
            f"half: 000 -> off\nhalf: 101 -> {guess} (a guess: this row is not taught)\n"
        )


def test_a_service_writes_no_decisions_and_tells_what_it_has_to(trained: Trained) -> None:
    """Where decisions have no form they are written at once, nowhere; a line for a person goes to standard error."""
    with piped() as out, heard() as err:
        writer = Writer(None, lambda: None)
        written = threading.Event()
        writer.put(snapshot(trained, "000"), written.set)
        assert written.is_set()
        writer.tell("a loose\nwire")
        writer.finish(PATIENCE_S)
        assert not select.select([out], [], [], 0)[0]
        assert Reader(err).until(r"\n") == "a loose\\nwire\n"


def test_words_that_standard_output_cannot_spell_are_no_failure(tmp_path: Path, trained: Trained) -> None:
    """A table named after a file such as é.table is written in ASCII somehow; the gate does not end for it."""
    named = Snapshot(train(TruthTable({"0": "1"}, "é.table")), "0", (0.95,), ("on",))
    ended = threading.Event()
    with (tmp_path / "out").open("w", encoding="ascii") as stdout, redirect_stdout(stdout):
        writer = Writer("words", ended.set)
        writer.put(named)
        writer.put(snapshot(trained, "000"))
        writer.finish(PATIENCE_S)
    assert (tmp_path / "out").read_text(encoding="ascii") == "\\xe9.table: 0 -> on\nhalf: 000 -> off\n"
    assert not ended.is_set()


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.parametrize("when", ["before", "while it waits", "while it is stuck"])
def test_a_reader_that_goes_away_ends_the_run_quietly(trained: Trained, kind: str, when: str) -> None:
    """A reader that has gone is no failure: `ended` is called once, also when nothing more is to be written."""
    if kind == "pipe":
        ear, mouth = os.pipe()
    else:
        ear, mouth = (end.detach() for end in socket.socketpair())
    ended = threading.Semaphore(0)
    with heard() as err, os.fdopen(mouth, "w") as stdout, redirect_stdout(stdout):
        if when == "before":
            os.close(ear)
        writer = Writer("json", ended.release)
        if when != "before":
            writer.put(snapshot(trained, "000"))
            Reader(ear).until("\n")
        written = threading.Event()
        if when == "while it is stuck":
            for _ in range(3000):  # far more than a pipe or a socket holds
                writer.put(snapshot(trained, "000"))
            writer.put(snapshot(trained, "000"), written.set)
        if when != "before":
            os.close(ear)
        assert ended.acquire(timeout=PATIENCE_S)
        writer.put(snapshot(trained, "111"), written.set)
        assert written.wait(PATIENCE_S)
        writer.tell("goodbye")
        writer.finish(PATIENCE_S)
        assert Reader(err).until(r"\n") == "goodbye\n"
    assert not ended.acquire(blocking=False)
    assert writer.failure is None


def test_a_full_disk_is_a_failure_and_a_person_is_still_told(trained: Trained) -> None:
    """Standard output that takes no more ends the run, the reason is kept, and standard error works on."""
    ended = threading.Event()
    with heard() as err, Path("/dev/full").open("w") as stdout, redirect_stdout(stdout):
        writer = Writer("json", ended.set)
        writer.put(snapshot(trained, "000"))
        assert ended.wait(PATIENCE_S)
        writer.tell("a loose wire")
        writer.finish(PATIENCE_S)
        assert Reader(err).until(r"\n") == "a loose wire\n"
    assert writer.failure is not None
    assert (writer.failure.errno, writer.failure.filename) == (errno.ENOSPC, "standard output")


def test_a_reader_that_stops_reading_delays_nobody_and_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch, trained: Trained
) -> None:
    """With nobody reading nothing waits, each answer is called, what is kept is bounded; the rest is told later."""
    with piped() as ear, heard() as err:
        monkeypatch.setattr(writing, "MAX_WAITING", 100)
        writer = Writer("json", lambda: None)
        news = snapshot(trained, "000")
        kept, dropped = threading.Event(), threading.Event()
        while not full(ear):
            written = threading.Event()
            writer.put(news, written.set)
            assert written.wait(PATIENCE_S)
        for _ in range(5):  # more than the pipe still takes, whatever a line's length
            writer.put(news)
        writer.put(news, kept.set)
        for _ in range(2000):
            writer.put(news)
            writer.tell("")
        assert len(writer._waiting) <= 100
        writer.put(news, dropped.set)
        assert dropped.is_set(), "whoever waits for an answer that is left out waits for ever"
        assert not kept.is_set()
        writer.finish(0.05)
        # And its reader may come back: what was kept comes out, and what was left out is told.
        reader = Reader(ear)
        while select.select([ear], [], [], 0.01)[0] or writer._thread.is_alive():
            if select.select([ear], [], [], 0)[0]:
                reader.more()
        assert kept.is_set()
        assert reader.text.endswith("\n")
        assert re.fullmatch(r"\d+ lines were left out: nobody read what was written\n", Reader(err).until(r"\n"))


def test_a_person_who_stops_reading_delays_nobody(trained: Trained) -> None:
    """With standard error full, `tell`, `put` and `finish` return, and its answers are called once it is read."""
    with piped() as out, redirect_stderr(sys.stdout):
        writer = Writer(None, lambda: None)
        told = threading.Event()
        while not full(out, 1001):
            written = threading.Event()
            writer.tell("x" * 1000, written.set)
            assert written.wait(PATIENCE_S)
        writer.tell("x" * 1000 + "last", told.set)
        writer.finish(0.05)
        assert not told.is_set()
        Reader(out).until("last\n")
        assert told.wait(PATIENCE_S)


def test_standard_output_that_does_not_block_loses_nothing(trained: Trained) -> None:
    """A pipe that another program made non-blocking is written to as any other: a full one is waited for."""
    with piped(blocking=False) as ear:
        failed = threading.Event()
        writer = Writer("json", failed.set)
        for _ in range(200):
            writer.put(snapshot(trained, "000"))
        while not full(ear):
            assert not failed.wait(0.01)
        for _ in range(200):
            writer.put(snapshot(trained, "111"))
        reader = Reader(ear)
        while reader.text.count("\n") < 400:
            reader.more()
        writer.finish(PATIENCE_S)
        assert [json.loads(line)["levels"] for line in reader.text.splitlines()] == ["000"] * 200 + ["111"] * 200
        assert writer.failure is None


def test_a_writer_that_has_finished_leaves_no_descriptor(trained: Trained) -> None:
    """Its pipes are closed when its thread has ended, and whoever still wakes it does no harm."""
    with piped():
        before = os.listdir("/proc/self/fd")
        writer = Writer("json", lambda: None)
        writer.put(snapshot(trained, "000"))
        writer.finish(PATIENCE_S)
        written = threading.Event()
        writer.put(snapshot(trained, "111"), written.set)
        assert written.is_set()
        assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("form", ["drawing", "prompt"])
def test_on_a_terminal_it_is_drawn_in_place(trained: Trained, form: Form) -> None:
    """A terminal's line is cleared and drawn over, with a prompt only where switches can be set; the end is a new line."""  # noqa: E501
    with terminal() as mine:
        writer = Writer(form, lambda: None)
        writer.put(snapshot(trained, "000"))
        writer.put(snapshot(trained, "111"))
        writer.finish(PATIENCE_S)
        text = Reader(mine).until(r"\n")
        assert text.count("\n") == 1
        first, second = text.split("\r\033[K")[1:]
        assert "▯ ▯ ▯  000" in first
        assert "○ off" in first
        assert "▮ ▮ ▮  111" in second
        assert "● on" in re.sub(r"\033\[[0-9;]*m", "", second)
        assert ("switches?" in text) is (form == "prompt")


def test_a_line_for_a_person_stands_alone_and_the_drawing_comes_again(trained: Trained) -> None:
    """On a terminal what is told takes the drawing's place, in order, and the drawing stands below it."""
    with terminal() as mine, redirect_stderr(sys.stdout):
        writer = Writer("prompt", lambda: None)
        writer.tell("before")
        writer.put(snapshot(trained, "000"))
        writer.tell("a loose wire")
        writer.tell("")  # as after an empty line of input
        writer.finish(PATIENCE_S)
        drawn = drawing(snapshot(trained, "000")) + "    switches? "
        erase = "\r\033[K"
        expected = f"before\r\n{erase}{drawn}{erase}a loose wire\r\n{drawn}{erase}{drawn}\r\n"
        assert Reader(mine).until(r"a loose(.*\n){2}") == expected


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
