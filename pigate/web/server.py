"""The live page's server: the page's files, the state, the stream of events, and three requests."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .asker import Asker
from .feed import Feed
from .messages import Board, Cancel, SetSwitches
from .requests import Nothing, Switches, TrainAgain, train_again

PAGE = Path(__file__).with_name("static")

#: A request's body is a few words; one longer than this, in bytes, is not read.
MAX_BODY = 2048

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


def application(feed: Feed, asker: Asker) -> ASGIApp:
    """Return the application that serves the page.

    Args:
        feed: the latest state.
        asker: passes requests on to the gate.
    """

    async def index(_: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    async def state(_: Request) -> Response:
        return Response(await feed.state(), media_type="application/json")

    async def events(_: Request) -> Response:
        return StreamingResponse(feed.events(), media_type="text/event-stream")

    async def switches(request: Request) -> Response:
        board, _ = await feed.gate()
        wanted = await _body(request, board, Switches)
        if len(wanted.levels) != len(board.inputs):
            raise HTTPException(422, f"levels: {len(board.inputs)} of 0 and 1 are needed")
        asker.tell(SetSwitches(wanted.levels))
        return JSONResponse({"levels": wanted.levels}, 202)

    async def train(request: Request) -> Response:
        board, gate = await feed.gate()
        wanted = await _body(request, board, TrainAgain)
        try:
            begun = await asker.train(train_again(wanted, board, gate))
        except ValueError as exc:
            raise HTTPException(422, str(exc)) from exc
        except TimeoutError as exc:
            raise HTTPException(503, "the gate does not answer") from exc
        if not begun:
            raise HTTPException(409, "a training is running")
        return JSONResponse({}, 202)

    async def cancel(request: Request) -> Response:
        board, _ = await feed.gate()
        await _body(request, board, Nothing)
        asker.tell(Cancel())
        return JSONResponse({}, 202)

    routes = [
        Route("/", index),
        Mount("/page", StaticFiles(directory=PAGE)),
        Route("/api/state", state),
        Route("/api/events", events),
        Route("/api/switches", switches, methods=["POST"]),
        Route("/api/train", train, methods=["POST"]),
        Route("/api/cancel", cancel, methods=["POST"]),
    ]
    return _Guard(Starlette(routes=routes, exception_handlers={HTTPException: _refusal}))


async def _body(request: Request, board: Board, kind: type[Any]) -> Any:
    """Return the body of a request that asks for a change, if it may.

    Raises:
        HTTPException: the board is real, or the request comes from another site's page, or is not a
            short JSON object of this kind.
    """
    if board.kind != "simulated":
        raise HTTPException(403, "on a real board the page only shows")
    if request.headers.get("origin") != f"http://{request.headers.get('host')}":
        raise HTTPException(403, "only this page may ask for that")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "the body must be JSON")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HTTPException(413, "the body is too long")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise HTTPException(422, str(exc)) from exc


async def _refusal(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"error": str(getattr(error, "detail", error))}, status)


def is_this_machine(host: str) -> bool:
    """Say whether a Host header is an address, or a name of this machine.

    Another name that leads here is a rebinding attack: a page of that name would be of one origin
    with this server.
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


class _Server(uvicorn.Server):
    """uvicorn's server without its ten wake-ups a second, which serve what is not used here."""

    async def main_loop(self) -> None:
        """Serve for ever."""
        await asyncio.Event().wait()


async def serve(app: ASGIApp, listener: socket.socket, most_connections: int) -> None:
    """Serve the application on a listening socket, for ever."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        date_header=False,
        server_header=False,
        limit_concurrency=most_connections,
    )
    await _Server(config).serve([listener])


class _Guard:
    """Refuses requests for other hosts, and gives every answer the headers of a closed page."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
