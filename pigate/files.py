"""Reading and writing the small text files that people give and get."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from .errors import PigateError

#: No table or weight file comes near this.
MAX_BYTES = 1 << 20

STDIN = Path("/dev/stdin")

#: What ProtectHome= hides from a service.
_HIDDEN = ("/home", "/root", "/run/user")


def read_text(path: Path, error: type[PigateError], limit: int = MAX_BYTES) -> str:
    """Return a UTF-8 file's text.

    Raises:
        error: the file cannot be read, is no regular file, is longer than `limit` bytes or is not UTF-8.
    """
    try:
        # A socket can be read, but not opened by the name of /dev/stdin.
        if path == STDIN:
            with open(0, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        else:
            data = _read(path, error, limit + 1)
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        if isinstance(exc, PigateError):
            raise
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise error(f"{path}: {reason}{_home_hint(path)}") from exc
    if len(data) > limit:
        raise error(f"{path}: larger than {limit >> 10} KiB, which is no file of pigate's")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise error(f"{path}: not UTF-8 text (byte {exc.start})") from exc


def _read(path: Path, error: type[PigateError], size: int) -> bytes:
    """Read a regular file, or /dev/null; opening a named pipe would wait for its writer for ever."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode) and path != Path(os.devnull):
            raise error(f"{path}: this is no regular file; what comes through a pipe goes to standard input, named -")
        return file.read(size)


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a power cut leaves the old one or the new one.

    Raises:
        OSError: the folder cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _home_hint(path: Path) -> str:
    hidden = str(path.absolute()).startswith(tuple(f"{folder}/" for folder in _HIDDEN))
    if hidden and "INVOCATION_ID" in os.environ:  # set by systemd for its services
        return " (the service cannot see home folders: move the file to /etc/pigate)"
    return ""
