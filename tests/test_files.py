import errno
import fcntl
import os
import stat
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pigate.errors import ConfigError, TableError, one_line
from pigate.files import MAX_BYTES, STDIN, read_text, write_text

NOBODY = 65534
PATIENCE_S = 60


@contextmanager
def without_privileges() -> Iterator[None]:
    """Be nobody for a while: root may read and write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def refusal(path: Path) -> str:
    """Return why a file cannot be read, which must be one line that begins with its name."""
    with pytest.raises(TableError) as caught:
        read_text(path, TableError)
    assert str(caught.value) == one_line(caught.value)
    assert str(caught.value).startswith(one_line(f"{path}: "))
    return str(caught.value).removeprefix(one_line(f"{path}: "))


def test_reads_utf8(tmp_path: Path) -> None:
    """UTF-8 is read, with the mark that Windows editors put before it or without."""
    path = tmp_path / "text"
    for data in ("Grüße\n".encode(), b"\xef\xbb\xbf" + "Grüße\n".encode()):
        path.write_bytes(data)
        assert read_text(path, TableError) == "Grüße\n"


def test_refusals(tmp_path: Path) -> None:
    """A missing file, a folder, another encoding, a name too long: each is one line of its own."""
    assert refusal(tmp_path / "none") == "No such file or directory"
    assert refusal(tmp_path) == "Is a directory"
    assert refusal(tmp_path / ("x" * 300)) == "File name too long"
    (tmp_path / "latin").write_bytes(b"Gr\xfc\xdfe")
    assert refusal(tmp_path / "latin") == "not UTF-8 text (byte 2)"


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe that nobody writes to, and an endless device, are refused at once, and the remedy is named."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        assert refusal(path) == "this is no regular file; a pipe can be read as /dev/stdin"


def test_the_null_device_is_an_empty_file(tmp_path: Path) -> None:
    """/dev/null, by its own name or another, is read as nothing."""
    (tmp_path / "link").symlink_to("/dev/null")
    for path in (Path("/dev/null"), tmp_path / "link"):
        assert read_text(path, TableError) == ""


@pytest.fixture
def standard_input() -> Iterator[Callable[[bytes], None]]:
    """Replace this process's standard input by a pipe that does not block, as a parent process may leave it."""
    ours = os.dup(0)
    threads: list[threading.Thread] = []

    def give(data: bytes) -> None:
        """Write some bytes to it, piece by piece, and end it."""
        ear, mouth = os.pipe()
        os.set_blocking(ear, False)
        os.dup2(ear, 0)
        os.close(ear)

        def feed() -> None:
            with open(mouth, "wb", buffering=0) as pipe:
                for start in range(0, len(data), 50_000):
                    wait_until_empty(mouth)
                    pipe.write(data[start : start + 50_000])

        threads.append(threading.Thread(target=feed))
        threads[-1].start()

    yield give
    for thread in threads:
        thread.join()
    os.dup2(ours, 0)
    os.close(ours)


def wait_until_empty(mouth: int) -> None:
    """Wait until a pipe's reader has taken all of it, and looks for more."""
    end = time.monotonic() + PATIENCE_S
    waiting = bytearray(4)
    while True:
        fcntl.ioctl(mouth, termios.FIONREAD, waiting)
        if not any(waiting):
            return
        assert time.monotonic() < end, "nobody read"
        time.sleep(0.01)


def test_standard_input_that_does_not_block_is_read_to_its_end(standard_input: Callable[[bytes], None]) -> None:
    """Text that comes in pieces is read whole, and no more than the limit is."""
    text = "# a comment\n" * 20_000
    standard_input(text.encode())
    assert read_text(STDIN, TableError) == text
    standard_input(b"#" * (MAX_BYTES + 1))
    assert "larger than 1024 KiB" in refusal(STDIN)


def test_names_that_are_none(tmp_path: Path) -> None:
    """A name with a NUL, a newline or an escape in it is refused on one printable line."""
    assert "null byte" in refusal(tmp_path / "a\0b")
    assert "No such file" in refusal(tmp_path / "a\n\x1b[31mb")


def test_largest_file(tmp_path: Path) -> None:
    """1 MiB is read, one byte more is refused; a caller may have a limit of its own."""
    path = tmp_path / "large"
    path.write_bytes(b"#" * MAX_BYTES)
    assert len(read_text(path, TableError)) == MAX_BYTES == 2**20
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert refusal(path) == "larger than 1024 KiB, which is no file of pigate's"
    path.write_bytes(b"#" * 2049)
    with pytest.raises(ConfigError, match="larger than 2 KiB"):
        read_text(path, ConfigError, 2048)


def test_no_permission(tmp_path: Path) -> None:
    """A file that may not be read is refused as that."""
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0)
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    with without_privileges():
        assert refusal(path) == "Permission denied"


def test_error_class_is_the_callers(tmp_path: Path) -> None:
    """The error raised is the one that the caller names."""
    with pytest.raises(ConfigError):
        read_text(tmp_path / "none", ConfigError)


@pytest.mark.parametrize("folder", ["/home", "/root", "/run/user"])
def test_home_under_systemd(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a service, a file under a home that cannot be read names ProtectHome's remedy; elsewhere not."""
    path = Path(folder) / "no-such-person" / "pigate.toml"
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    assert "/etc/pigate" not in refusal(path)
    monkeypatch.setenv("INVOCATION_ID", "0123")
    assert "the service cannot see home folders: move the file to /etc/pigate" in refusal(path)
    assert "/etc/pigate" not in refusal(Path("/homely/no-such/pigate.toml"))


def test_write_replaces(tmp_path: Path) -> None:
    """A file is replaced whole, is readable for all, and leaves nothing beside it."""
    path = tmp_path / "file"
    path.write_text("old and longer")
    before = path.stat().st_ino
    write_text(path, "neu: ü\n")
    assert path.read_bytes() == "neu: ü\n".encode()
    assert path.stat().st_ino != before  # replaced, not written over: a reader has the old one or the new
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "fchmod", "replace"])
def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """When the disk refuses, whatever the step, the error names the file, the old one stays and no other is left."""
    path = tmp_path / "file"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "another name")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_text(path, "new")
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_writes_is_the_folders_owners(tmp_path: Path) -> None:
    """A file that root makes or replaces in another user's folder is that user's."""
    os.chown(tmp_path, NOBODY, NOBODY)
    for text in ("made", "replaced"):
        write_text(tmp_path / "file", text)
        status = (tmp_path / "file").stat()
        assert (status.st_uid, status.st_gid) == (NOBODY, NOBODY)


def test_write_where_nobody_may(tmp_path: Path) -> None:
    """A folder that cannot be written raises OSError, which names the file and not a temporary one."""
    with pytest.raises(FileNotFoundError) as caught:
        write_text(tmp_path / "none" / "file", "x")
    assert caught.value.filename == str(tmp_path / "none" / "file")
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    tmp_path.chmod(0o555)  # its owner may run these tests
    with without_privileges(), pytest.raises(PermissionError) as refused:
        write_text(tmp_path / "file", "x")
    assert refused.value.filename == str(tmp_path / "file")
