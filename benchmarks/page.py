"""What the live page costs the loop: edge to LED with 200 streams open and read, and without a page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from queue import SimpleQueue

from pigate import TruthTable, train
from pigate.settings import WebSettings
from pigate.web.page import GateActions, Page

from .edge import flip_gate, instant_board
from .figure import Figure

STREAMS = 200
FLIPS = 10_000
PAUSE_S = 0.001

#: Reads all streams as a browser would, in a process of its own; says when all are open.
READER = """
import selectors, socket, sys
selector = selectors.DefaultSelector()
for _ in range(int(sys.argv[2])):
    stream = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    stream.sendall(b"GET /api/events HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    stream.recv(1)
    selector.register(stream, selectors.EVENT_READ)
print("open", flush=True)
while True:
    for key, _ in selector.select():
        if not key.fileobj.recv(65536):
            sys.exit()
"""


def figures() -> Iterator[Figure]:
    """Flip a switch 10,000 times with the page and its streams, and as often without."""
    what = f"switch edge to LED, page with {STREAMS} streams"
    yield Figure(what, "ms", _with_page(), "the same without a page", _without(), 1.5)


def _without() -> list[float]:
    board = instant_board()
    try:
        return flip_gate(board, train(TruthTable.named("xor")), lambda _snapshot: None, FLIPS, PAUSE_S)
    finally:
        board.close()


def _with_page() -> list[float]:
    board = instant_board()
    trained = train(TruthTable.named("xor"))
    said: SimpleQueue[str] = SimpleQueue()
    actions = GateActions(lambda *_: None, lambda *_: False, lambda: None, lambda *_: False, lambda *_: None)
    page = Page(WebSettings(port=0), board.settings, True, trained, actions, said.put, False)
    try:
        found = re.search(r":(\d+)/", said.get(timeout=30))
        command = [sys.executable, "-c", READER, found[1] if found else "", str(STREAMS)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
            if reader.stdout is not None:
                reader.stdout.readline()
            try:
                return flip_gate(board, trained, page.publish, FLIPS, PAUSE_S)
            finally:
                reader.kill()
    finally:
        page.close()
        board.close()
