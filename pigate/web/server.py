"""The server of the live page and the lesson: files, state, stream of events, published programs, requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from . import requests
from .feed import Feed
from .guard import Door, Guard, is_from_here
from .messages import Board, Cancel, SetSwitches, Teach, Train, Use
from .packing import Packed, written
from .requests import Asker, Nothing, Switches, TeachRow, TrainAgain, UseWeights, train_again
from .state import published

PAGE = Path(__file__).with_name("static")

#: A request's body is a few words, or weights; one longer than this, in bytes, is not read.
MAX_BODY = 2048
MAX_WEIGHTS_BODY = 16 << 10


def application(feed: Feed, asker: Asker, door: Door | None = None) -> ASGIApp:
    """Return the application that serves the page.

    Args:
        feed: the latest state.
        asker: passes requests on to the gate.
        door: lets those teach who have the key, if anybody has.
    """

    async def index(_: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    async def lesson(_: Request) -> Response:
        return FileResponse(PAGE / "lesson.html")

    def programs(_: Request) -> Response:  # in a thread, for it loads NumPy
        return Response(published(), media_type="application/json")

    async def state(request: Request) -> Response:
        async def once() -> AsyncIterator[list[Packed]]:
            yield await feed.state(is_from_here(request.scope))

        return _streamed(request, once(), "application/json")

    async def events(request: Request) -> Response:
        return _streamed(request, feed.events(is_from_here(request.scope)), "text/event-stream")

    async def switches(request: Request) -> Response:
        board, _ = await feed.gate()
        wanted = await _body(request, board, Switches)
        pins = sum(isinstance(given, int) for given in board.inputs)
        if len(wanted.levels) != pins:
            raise HTTPException(422, f"levels: {pins} of 0 and 1 are needed")
        asker.tell(SetSwitches(wanted.levels))
        return JSONResponse({"levels": wanted.levels}, 202)

    async def train(request: Request) -> Response:
        board, gate = await feed.gate()
        wanted = await _body(request, board, TrainAgain)
        await _asked(asker, lambda: train_again(wanted, board, gate))
        return JSONResponse({}, 202)

    async def teach(request: Request) -> Response:
        board, gate = await feed.gate()
        wanted = await _body(request, board, TeachRow, door)
        await _asked(asker, lambda: requests.teach(wanted, board, gate))
        answer = msgspec.structs.asdict(wanted) | {"before": gate.rows.get(wanted.levels, "-")}
        return JSONResponse(answer, 202)

    async def weights(request: Request) -> Response:
        board, gate = await feed.gate()
        wanted = await _body(request, board, UseWeights, door, MAX_WEIGHTS_BODY)
        await _asked(asker, lambda: requests.use(wanted, board, gate))
        return JSONResponse({}, 202)

    async def key(request: Request) -> Response:  # so that a page offers nothing that is refused then
        board, _ = await feed.gate()
        await _body(request, board, Nothing, door)
        return JSONResponse({}, 202)

    async def cancel(request: Request) -> Response:
        board, _ = await feed.gate()
        await _body(request, board, Nothing)
        asker.tell(Cancel())
        return JSONResponse({}, 202)

    routes = [
        Route("/", index, middleware=[Middleware(GZipMiddleware)]),
        Route("/lesson", lesson, middleware=[Middleware(GZipMiddleware)]),
        Mount("/page", StaticFiles(directory=PAGE), middleware=[Middleware(GZipMiddleware)]),
        Route("/api/state", state),
        Route("/api/events", events),
        Route("/api/published", programs, middleware=[Middleware(GZipMiddleware)]),
        Route("/api/switches", switches, methods=["POST"]),
        Route("/api/train", train, methods=["POST"]),
        Route("/api/cancel", cancel, methods=["POST"]),
        Route("/api/teach", teach, methods=["POST"]),
        Route("/api/weights", weights, methods=["POST"]),
        Route("/api/key", key, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes, exception_handlers={HTTPException: _refusal}))


def _streamed(request: Request, texts: AsyncIterator[list[Packed]], media_type: str) -> Response:
    """Return a response of one text after the other, compressed if the client takes that."""
    gzipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"vary": "Accept-Encoding"} | ({"content-encoding": "gzip"} if gzipped else {})
    return StreamingResponse(written(texts, gzipped), headers=headers, media_type=media_type)


async def _asked(asker: Asker, request: Callable[[], Train | Teach | Use]) -> None:
    """Ask the gate for what a browser wants.

    Raises:
        HTTPException: it cannot be, the gate does not take it, or does not answer.
    """
    try:
        answer = await asker.ask(request())
    except ValueError as exc:
        raise HTTPException(422, str(exc)) from exc
    except TimeoutError as exc:
        raise HTTPException(503, "the gate does not answer") from exc
    if answer.why:
        raise HTTPException(422, answer.why)
    if not answer.taken:
        raise HTTPException(409, "a training is running")


async def _body(
    request: Request, board: Board, kind: type[Any], door: Door | None = None, longest: int = MAX_BODY
) -> Any:
    """Return the body of a request that asks for a change, if it may.

    Args:
        request: of a browser.
        board: the pins.
        kind: of what is asked for.
        door: whether who has the key may ask for it.
        longest: in bytes, the longest body that is read.

    Raises:
        HTTPException: the board is real, or the request comes from another machine, and has no key; or it comes from
            another site's page, or is not a short JSON object of this kind.
    """
    free = board.kind == "simulated" and is_from_here(request.scope)
    if not free and (door is None or not board.teach):
        if board.kind != "simulated":
            raise HTTPException(403, "on a real board the page only shows")
        raise HTTPException(403, "from another machine one can only look on: open the page where pigate runs")
    if request.headers.get("origin") != f"http://{request.headers.get('host')}":
        raise HTTPException(403, "only this page may ask for that")
    # After the origin, so that no other site's page can close the door.
    if not free and door is not None and (refusal := door.refusal(request.headers.get("authorization", ""))):
        raise HTTPException(*refusal)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "the body must be JSON")
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > longest:
                raise HTTPException(413, "the body is too long")
    except ClientDisconnect as exc:
        raise HTTPException(400, "the body is not whole") from exc  # nobody reads this
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise HTTPException(422, str(exc)) from exc


async def _refusal(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return JSONResponse({"error": str(getattr(error, "detail", error))}, status)
