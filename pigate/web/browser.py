"""A browser that shows the page: this machine's own, or the way to it from another."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from ipaddress import ip_address
from socket import gethostname
from subprocess import DEVNULL
from urllib.parse import urlsplit

from ..child.process import environment


def open_in_browser(address: str, say: Callable[[str], None]) -> None:
    """Open an address in this machine's graphical browser; where there is none, say where to open it.

    Args:
        address: of the page.
        say: writes one line for a person.
    """
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        say(f"open it on another machine: {address}{_through_ssh(address)}")
        return
    command = [sys.executable, "-P", "-m", "webbrowser", address]
    try:
        # A session of its own and no terminal: a text browser cannot take pigate's.
        browser = subprocess.Popen(  # noqa: S603 (Python's own module, and our address)
            command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True, env=environment()
        )
        threading.Thread(target=browser.wait, name="browser", daemon=True).start()
    except (OSError, RuntimeError) as exc:  # RuntimeError: no thread can be started
        say(f"no browser: {exc}")


def _through_ssh(address: str) -> str:
    """Return how another machine reaches an address that is this machine's alone; else nothing."""
    found = urlsplit(address)
    try:
        alone = ip_address(found.hostname or "").is_loopback
    except ValueError:
        alone = found.hostname == "localhost"
    return f" (there, after: ssh -N -L {found.port}:{found.netloc} {gethostname()})" if alone else ""
