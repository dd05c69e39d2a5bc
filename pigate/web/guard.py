"""Who may see the page, and who may change the gate through it."""

from __future__ import annotations

from ipaddress import ip_address
from socket import gethostname

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
