from __future__ import annotations

import os
import pty
import queue
import socket
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pigate.gate.console import can_be_read, lines, obey

PATIENCE_S = 60


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


def asking(data: bytes) -> tuple[threading.Thread, queue.Queue[tuple[str, Callable[[], None]]]]:
    """Have a thread obey the data; return it, and a queue of its questions, each with the answer to call."""
    ear, mouth = os.pipe()
    os.write(mouth, data)
    os.close(mouth)
    questions: queue.Queue[tuple[str, Callable[[], None]]] = queue.Queue()

    def ask(text: str, answered: Callable[[], None]) -> None:
        questions.put((text, answered))

    def run() -> None:
        obey(ear, 3, ask, ask)
        os.close(ear)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, questions


@pytest.mark.parametrize("first", [b"111", b"hello", b""])
def test_the_next_line_waits_for_the_last_ones_answer(first: bytes) -> None:
    """A line is not taken up before the one before it was answered, be that a setting, nonsense or blank."""
    thread, questions = asking(first + b"\n000\n")
    _, answer = questions.get(timeout=PATIENCE_S)
    with pytest.raises(queue.Empty):
        questions.get(timeout=0.05)
    answer()
    levels, answer = questions.get(timeout=PATIENCE_S)
    assert levels == "000"
    answer()
    questions.get(timeout=PATIENCE_S)[1]()  # what stands after the last newline: nothing
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_input_that_does_not_block_is_waited_for() -> None:
    """Standard input that another program made non-blocking is read as any other: nothing yet is not the end."""
    ear, mouth = os.pipe()
    os.set_blocking(ear, False)
    arrived: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in lines(ear):
            arrived.put(line)

    thread = threading.Thread(target=read)
    thread.start()
    for line in ("111", "000"):
        os.write(mouth, f"{line}\n".encode())
        assert arrived.get(timeout=PATIENCE_S) == line
    os.close(mouth)
    thread.join(PATIENCE_S)
    assert arrived.get(timeout=PATIENCE_S) == ""
    os.close(ear)


def test_what_cannot_be_read_is_not_an_end() -> None:
    """An input that refuses to be read, as a terminal does in the background, does not end the run."""
    ear, mouth = os.pipe()
    assert obey(mouth, 3, lambda _levels, _answered: None, lambda _text, _told: None) is False
    os.close(ear)
    os.close(mouth)
