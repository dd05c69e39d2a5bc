"""The live page of a run: whether there is one, and what it may ask the run to do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from ..config import Settings, TrainingSettings
from ..gate.learn import learn
from ..gate.loop import Loop, Snapshot
from ..learning.tables import TruthTable
from ..pins.simulated import SimulatedBoard
from .page import Page, available


class Live:
    """Shows a run on a live page, if the settings want one and it can be had.

    Args:
        settings: of the run.
        loop: to watch, and to post what a simulated board's page asks for.
        open_page: open the page in a browser.
    """

    def __init__(self, settings: Settings, loop: Loop, open_page: bool, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._loop = loop
        self._open_page = open_page
        self._page: Page | None = None
        simulated = isinstance(loop.board, SimulatedBoard)
        if not (simulated if settings.web.enabled is None else settings.web.enabled):
            if open_page:
                say("no live page: on a real board it needs enabled = true under [web]")
            return
        if available():
            self._page = Page(settings.web, loop.board.settings, simulated, loop.trained, self._obey, say, self._ready)
        elif settings.web.enabled or open_page:
            say("no live page: it needs starlette and uvicorn: pip install 'pigate[web]'")

    def publish(self, snapshot: Snapshot) -> None:
        """Show a decision. Any thread; never blocks."""
        if self._page is not None:
            self._page.publish(snapshot)

    def close(self) -> None:
        """End the page; may be called twice."""
        if self._page is not None:
            self._page.close()

    def _ready(self, address: str) -> None:
        self._say(f"live page: {address}")
        if self._open_page:
            import webbrowser  # as slow to load as it is seldom wanted

            webbrowser.open(address)

    def _obey(self, message: dict[str, Any]) -> None:
        """Do what a simulated board's page asks for. In the page's thread."""
        board = self._loop.board
        if "levels" in message and isinstance(board, SimulatedBoard):
            self._loop.post(partial(board.set_switches, message["levels"]))
        elif "train" in message and self._page is not None:
            self._page.show_training(None)
            task = partial(self._train_again, self._page, message["train"])
            threading.Thread(target=task, name="train again", daemon=True).start()

    def _train_again(self, page: Page, wanted: dict[str, Any]) -> None:
        """Train, and decide by the network from then on if it is proved. A thread of its own."""
        known = msgspec.to_builtins(self._settings.training) | {"weights": None}
        settings = msgspec.convert(known | wanted["settings"], TrainingSettings)
        trained = learn(TruthTable(wanted["rows"], wanted["table"]), settings)
        page.show_training(trained)
        if trained.learned:
            self._loop.post(partial(self._loop.use, trained))
