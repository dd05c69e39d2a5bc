"""What a test does inside the machine with the live page. Handed to `Machine.call` as `guest`'s are."""

import json
import urllib.error
import urllib.request
from typing import Any

from tests.system.guest import succeed, wait_until
from tests.system.service import pip_install, restart

ADDRESS = "http://127.0.0.1:8000"


def want_page() -> None:
    """Install what the page needs, and ask for it in the configuration."""
    for package in ("starlette", "uvicorn"):
        pip_install(package)
    restart("[web]\nenabled = true\n")


def open_sandbox() -> None:
    """Do what systemd/web.conf says."""
    drop_in = "/etc/systemd/system/pigate.service.d/web.conf"
    succeed("install", "-D", "-m", "644", "/stick/systemd/web.conf", drop_in)
    succeed("systemctl", "daemon-reload")
    succeed("systemctl", "restart", "pigate")


def fetch(path: str) -> str:
    """Fetch something from the page, once it is up."""

    def answers() -> bool:
        try:
            urllib.request.urlopen(ADDRESS + "/api/state").close()
        except OSError:
            return False
        return True

    wait_until(answers, 120, "the page")
    with urllib.request.urlopen(ADDRESS + path) as answer:
        text: str = answer.read().decode()
        return text


def wait_for_levels(levels: str) -> dict[str, Any]:
    """Wait until the page has the decision for these levels; return it."""
    wait_until(lambda: (snapshot() or {}).get("levels") == levels, 60, f"the page at {levels}")
    return snapshot() or {}


def snapshot() -> dict[str, Any] | None:
    """Return the page's latest decision."""
    found: dict[str, Any] | None = json.loads(fetch("/api/state"))["snapshot"]
    return found


def post(path: str, body: str, key: str = "") -> int:
    """Ask for a change, as the page itself would, with a key if one is given; return the answer's status."""
    headers = {"Origin": ADDRESS, "Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(ADDRESS + path, body.encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
