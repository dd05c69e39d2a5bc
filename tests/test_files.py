import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pigate.errors import ConfigError, TableError, one_line
from pigate.files import MAX_BYTES, read_text, write_text

NOBODY = 65534


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
    """A missing file, a folder, another encoding, an endless device: each is one line of its own."""
    assert refusal(tmp_path / "none") == "No such file or directory"
    assert refusal(tmp_path) == "Is a directory"
    assert refusal(Path("/dev/zero")).startswith("larger than 1 MiB")
    assert refusal(tmp_path / ("x" * 300)) == "File name too long"
    (tmp_path / "latin").write_bytes(b"Gr\xfc\xdfe")
    assert refusal(tmp_path / "latin") == "not UTF-8 text (byte 2)"


def test_names_that_are_none(tmp_path: Path) -> None:
    """A name with a NUL, a newline or an escape in it is refused on one printable line."""
    assert "null byte" in refusal(tmp_path / "a\0b")
    assert "No such file" in refusal(tmp_path / "a\n\x1b[31mb")


def test_largest_file(tmp_path: Path) -> None:
    """1 MiB is read, one byte more is refused."""
    path = tmp_path / "large"
    path.write_bytes(b"#" * MAX_BYTES)
    assert len(read_text(path, TableError)) == MAX_BYTES == 2**20
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "larger than 1 MiB" in refusal(path)


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


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk refuses, the old file stays and no other is left."""
    path = tmp_path / "file"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_write_where_nobody_may(tmp_path: Path) -> None:
    """A folder that cannot be written raises OSError."""
    with pytest.raises(OSError, match="No such file"):
        write_text(tmp_path / "none" / "file", "x")
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    with without_privileges(), pytest.raises(PermissionError):
        write_text(tmp_path / "file", "x")
