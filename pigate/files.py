"""Reading and writing the small text files that people give and get."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
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


def state_folder() -> Path:
    """Return the folder of what outlasts a run: the service's own, or for a person's own runs, theirs.

    Nothing is made or looked at.
    """
    if service := os.environ.get("STATE_DIRECTORY", "").split(":")[0]:
        return Path(service)
    theirs = os.environ.get("XDG_STATE_HOME", "")
    return Path(theirs if theirs.startswith("/") else os.path.expanduser("~/.local/state"), "pigate")


def key_file(folder: Path | None = None) -> Path:
    """Return the file of the key with which one may teach through the live page; without a folder, the run's own."""
    return (folder or state_folder()) / "key"


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file in one step, so that a power cut leaves the old one or the new one; afterwards, the new one.

    What root writes belongs to the folder's owner: root writes for the service, which is another user.

    Args:
        path: of the file.
        text: to be written.
        mode: who may read and write it, whatever the process's umask.

    Raises:
        OSError: it cannot be written; the error names it.
    """
    import tempfile  # commands that only read do not need it

    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                # By the descriptor: the folder's owner could put a link in the name's place.
                os.fchmod(handle, mode)
                if os.geteuid() == 0:
                    owner = os.stat(path.parent)
                    with suppress(PermissionError):  # in a container root may have no right to give files away
                        os.fchown(handle, owner.st_uid, owner.st_gid)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        keep_names(path.parent)
    except OSError as exc:  # it names the temporary file, or none
        raise OSError(exc.errno, exc.strerror, str(path)) from exc


def keep_names(folder: Path) -> None:
    """Have a folder's names outlast a power cut, as they are now.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _home_hint(path: Path) -> str:
    hidden = str(path.absolute()).startswith(tuple(f"{folder}/" for folder in _HIDDEN))
    if hidden and "INVOCATION_ID" in os.environ:  # set by systemd for its services
        return " (the service cannot see home folders: move the file to /etc/pigate)"
    return ""
