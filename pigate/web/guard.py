"""Who may see the page, and who may change the gate through it."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import ConfigError
from ..files import read_text

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


#: This many wrong keys within this many seconds close the door for as long again.
MAX_WRONG = 10
WRONG_S = 60.0


class Door:
    """Lets those teach who have the key. For the server's event loop alone.

    Args:
        path: of the key's file, which is read at each request: a new key counts at once, and the old one no more.
        clock: seconds of a steady clock.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._wrong: list[float] = []  # when the last wrong keys came
        self._closed_until = clock()

    def refusal(self, authorization: str) -> tuple[int, str] | None:
        """Return why somebody may not teach who sends this header, with the HTTP status; None for who may."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key:
            return 403, "only who has the key may teach: open the link that pigate key prints"
        now = self._clock()
        if now < self._closed_until:
            return 429, "there were too many wrong keys: wait a minute"
        try:
            right = read_text(self._path, ConfigError).strip()
        except ConfigError:
            return 403, "there is no key: pigate key makes one"
        if hmac.compare_digest(key.encode(), right.encode()):
            return None
        self._wrong = [*(when for when in self._wrong if when > now - WRONG_S), now]
        if len(self._wrong) >= MAX_WRONG:
            self._wrong, self._closed_until = [], now + WRONG_S
        return 403, "this is not the key: open the link that pigate key prints"


class Guard:
    """Refuses requests for other hosts, and gives every answer the headers of a closed page."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and is_this_machine(hosts[0].decode("latin-1")):
            await self._inner(scope, receive, send_guarded)
        else:
            await PlainTextResponse("this is no name of this machine\n", 421)(scope, receive, send_guarded)


def is_this_machine(host: str) -> bool:
    """Say whether a Host header is an address, or a name of this machine.

    Another name that leads here is a rebinding attack: a page under that name would share this
    server's origin.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    own = gethostname().lower()
    if name.lower().rstrip(".") in {"localhost", own, own.partition(".")[0], f"{own.partition('.')[0]}.local"}:
        return True
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def is_from_here(scope: Scope) -> bool:
    """Say whether a request comes from this machine: by loopback, or from the address that it was sent to."""
    (peer, _), (here, _) = scope["client"], scope["server"]
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:  # a proxy may send what is no address
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback or peer == here
