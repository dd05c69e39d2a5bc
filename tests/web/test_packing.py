"""How the state travels: arrays as bytes to the page's process, five digits from there, gzipped for who takes it."""

from __future__ import annotations

import gzip
import json
import math
import struct
import zlib
from collections.abc import Iterator
from socket import socket
from typing import Any

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pigate import TruthTable, train
from pigate.web.feed import Feed
from pigate.web.messages import Board, Shown, news_since, training_of
from pigate.web.packing import CHUNK
from pigate.web.state import json_of, pieces_of

from .site import Site

BOARD = Board("simulated", (17, 27, 22), (18,))


def test_arrays_are_handed_over_as_they_are() -> None:
    """The gate's process writes out no number of a record, however large: the arrays' own bytes are the message."""
    trained = train(TruthTable.named("xor"), hidden=(64, 64, 64, 64), starts=1)
    message = training_of(trained)
    for layer, array in zip(trained.record.snapshots, message.snapshots, strict=True):
        assert (array.shape, array.data) == (layer.shape, np.ascontiguousarray(layer).tobytes())
    stride = -(-len(trained.record.losses) // 256)
    assert message.losses.data == trained.record.losses[::stride].tobytes()
    rest = len(msgspec.msgpack.encode(message.summary))
    assert rest < 10_000 < sum(len(array.data) for array in message.snapshots)


@given(st.lists(st.floats(), min_size=6, max_size=6))
def test_five_digits(numbers: list[float]) -> None:
    """What is drawn has five significant digits, in the array's shape; what is no number is null."""
    values = memoryview(struct.pack("6d", *numbers)).cast("d")
    read = json.loads(json_of(values, (1, 3, 2)))
    assert [len(matrix) for matrix in read] == [3]
    for number, shown in zip(numbers, flat(read), strict=True):
        assert shown == (float(f"{number:.5g}") if math.isfinite(number) else None)


def test_decisions_are_not_rounded(site: Site) -> None:
    """The snapshot's prediction and those for all levels have all their digits; weights and losses have five."""
    state = site.until_state(lambda state: state["snapshot"] is not None)
    snapshot, gate, training = state["snapshot"], state["gate"], state["training"]
    levels = snapshot["levels"]
    assert snapshot["prediction"] == gate["predictions"][levels] == training["predictions"][levels]
    assert any(len(repr(p)) > 10 for (p,) in gate["predictions"].values())
    for number in [*flat(gate["weights"]), *flat(training["losses"])]:
        assert number == float(f"{number:.5g}")


def flat(value: Any) -> Iterator[float]:
    """Yield the numbers of lists of lists."""
    if isinstance(value, list):
        for inner in value:
            yield from flat(inner)
    else:
        yield value


def test_one_encoding_for_all_readers() -> None:
    """However many ask, the state is written out and packed once, and the training not again when a decision comes."""
    trained = train(TruthTable.named("xor"))
    feed = Feed()
    news = news_since(None, Shown(trained, trained, False, None), BOARD)
    feed.take(pieces_of(news), news.board, news.gate)
    first, again = feed._state(True), feed._state(True)
    assert all(a is b for a, b in zip(first, again, strict=True))
    feed.take({"snapshot": {"levels": "000"}})
    assert feed._state(True)[1] is first[1]


def test_state_is_gzipped(site: Site) -> None:
    """Who takes gzip gets the same state, and a smaller one; so with the page's files."""
    _, plain_headers, plain = site.ask("GET", "/api/state")
    _, headers, packed = site.ask("GET", "/api/state", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain_headers
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 1.5
    for path in ("/", "/page/main.js"):
        _, headers, packed = site.ask("GET", path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed) == site.ask("GET", path)[2]


def test_stream_is_gzipped_event_by_event(site: Site) -> None:
    """A gzipped stream gives each event when it happens, not when a buffer is full."""
    site.post("/api/switches", {"levels": "000"})
    site.until("000")
    with site.stream("Accept-Encoding: gzip") as connection:
        events = unpacked_events(connection)
        name, data = next(events)
        assert (name, json.loads(data)["gate"]["table"]) == ("state", site.state()["gate"]["table"])
        for levels in ("110", "011"):
            site.post("/api/switches", {"levels": levels})
            while True:
                name, data = next(events)
                if name == "snapshot" and json.loads(data)["levels"] == levels:
                    break


def unpacked_events(connection: socket) -> Iterator[tuple[str, str]]:
    """Yield name and data of the events of a gzipped stream, as they come."""
    lines = connection.makefile("rb")
    while lines.readline() != b"\r\n":  # the headers
        pass
    unpack, text = zlib.decompressobj(16 + zlib.MAX_WBITS), ""
    while size := int(lines.readline(), 16):  # chunked
        assert size <= CHUNK
        text += unpack.decompress(lines.read(size)).decode()
        lines.readline()
        *whole, text = text.split("\n\n")
        for event in whole:
            name, data = event.split("\n", 1)
            yield name.removeprefix("event: "), data.removeprefix("data: ")
