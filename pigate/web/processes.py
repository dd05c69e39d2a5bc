"""The processes that the gate's starts for the page: the page's own, and a browser."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from socket import gethostname
from subprocess import DEVNULL, PIPE
from typing import IO, cast
from urllib.parse import urlsplit

#: What systemd tells the service's main process alone.
FOR_THE_GATE = {"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"}


@dataclass(frozen=True)
class PageProcess:
    """A running page's process and the pipes to it."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    stdout: IO[bytes]


@contextmanager
def page_process(host: str, ports: Sequence[int]) -> Iterator[PageProcess]:
    """Start a page's process, and kill it when done. It also dies with the thread that started it.

    Args:
        host: where to listen.
        ports: the first that is not in use is taken.

    Raises:
        OSError, ValueError: it cannot be started; ValueError: the host has a NUL.
    """
    # -P: files in the current folder, which may be anybody's, are not modules.
    command = [sys.executable, "-P", "-m", "pigate.web", host, *map(str, ports)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, env=_environment()) as process:  # noqa: S603 (ours)
        started = PageProcess(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
        try:
            yield started
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # this flushes what it died before taking
                started.stdin.close()


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
            command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True, env=_environment()
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


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in FOR_THE_GATE}
