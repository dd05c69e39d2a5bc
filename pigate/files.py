"""Reading and writing the small text files that people give and get."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from select import select

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
        data = _read_standard_input(limit + 1) if path == STDIN else _read(path, limit + 1)
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise error(f"{path}: {reason}{_home_hint(path)}") from exc
    if len(data) > limit:
        raise error(f"{path}: larger than {limit >> 10} KiB, which is no file of pigate's")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise error(f"{path}: not UTF-8 text (byte {exc.start})") from exc


def _read(path: Path, size: int) -> bytes:
    """Read a regular file or the null device: opening a named pipe would wait for its writer for ever."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) and not os.path.samestat(status, os.stat(os.devnull)):
            raise OSError(errno.ESPIPE, f"this is no regular file; a pipe can be read as {STDIN}")
        return file.read(size)


def _read_standard_input(size: int) -> bytes:
    """Read by the descriptor: a socket cannot be opened by the name /dev/stdin."""
    data = b""
    while len(data) < size and (piece := read_piece(0, size - len(data))):
        data += piece
    return data


def read_piece(descriptor: int, size: int) -> bytes:
    """Return what can be read next, of at most this many bytes; nothing at the end. Any thread.

    Raises:
        OSError: the descriptor cannot be read.
    """
    while True:
        try:
            return os.read(descriptor, size)
        except BlockingIOError:  # the process inherited a non-blocking descriptor
            select([descriptor], [], [])


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a power cut leaves the old one or the new one.

    Raises:
        OSError: it cannot be written; the error names it.
    """
    import tempfile  # commands that only read do not need it

    try:
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
    except OSError as exc:  # it names the temporary file, or none
        raise OSError(exc.errno, exc.strerror, str(path)) from exc


def _home_hint(path: Path) -> str:
    hidden = str(path.absolute()).startswith(tuple(f"{folder}/" for folder in _HIDDEN))
    if hidden and "INVOCATION_ID" in os.environ:  # set by systemd for its services
        return " (the service cannot see home folders: move the file to /etc/pigate)"
    return ""
