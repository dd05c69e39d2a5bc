"""The key with which one may teach through the live page."""

from __future__ import annotations

from pathlib import Path

from ..errors import ConfigError
from ..files import key_file, read_text, write_text

#: Random bytes in a key.
BYTES = 32

#: The gate's user and group read it, and nobody else.
MODE = 0o640


def key(folder: Path | None = None) -> str:
    """Return the key; where there is none, make one and keep it.

    Args:
        folder: where it is kept; None for the state directory.

    Raises:
        ConfigError: it cannot be read.
        OSError: it cannot be kept.
    """
    path = key_file(folder)
    if path.exists() and (there := read_text(path, ConfigError).strip()):
        return there
    import secrets  # with OpenSSL: 3 MB that a gate can do without

    made = secrets.token_urlsafe(BYTES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(path, made + "\n", MODE)
    return made
