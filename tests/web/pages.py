"""Pages without a gate, and what they say."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from pigate import TruthTable, train
from pigate.settings import BoardSettings, WebSettings
from pigate.web.page import GateActions, Page

from .site import PATIENCE_S

XOR = train(TruthTable.named("xor"))

#: of a page that nobody asks for anything
NO_ACTIONS = GateActions(lambda *_: None, lambda *_: False, lambda: None, lambda *_: False, lambda *_: None)


class Pages:
    """Opens pages and hears what they say; when done, none of their threads may have failed."""

    def __init__(self) -> None:
        self.said: SimpleQueue[str] = SimpleQueue()
        self.failed: list[object] = []
        self._pages: list[Page] = []

    def open(
        self,
        settings: WebSettings = WebSettings(port=0),  # noqa: B008 (immutable)
        *,
        simulated: bool = True,
        actions: GateActions = NO_ACTIONS,
        open_page: bool = False,
    ) -> Page:
        """Open a page of an XOR gate."""
        page = Page(settings, BoardSettings(), simulated, XOR, actions, self.said.put, open_page)
        self._pages.append(page)
        return page

    def address(self) -> str:
        """Return the page's address, once it is up."""
        line = self.said.get(timeout=PATIENCE_S)
        assert line.startswith("live page: "), line
        return line.removeprefix("live page: ")

    def until_given_up(self) -> list[str]:
        """Return all that was said until the page's thread has ended."""
        for thread in threading.enumerate():
            if thread.name == "live page":
                thread.join(PATIENCE_S)
                assert not thread.is_alive()
        said = []
        while True:
            try:
                said.append(self.said.get_nowait())
            except Empty:
                return said

    def close(self) -> None:
        """End all pages."""
        for page in self._pages:
            page.close()
        self.until_given_up()
