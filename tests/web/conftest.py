"""Fixtures of the live page's tests. Those with a browser import what it takes when they are asked for."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .pages import Pages
from .site import Site, configured, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from pigate.web.messages import News

    from .browsing import Begin, Look, Run, Show, Shown


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A simulated gate with its page."""
    with served([*configured(tmp_path_factory.mktemp("web")), "--board", "simulated"]) as site:
        yield site


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    """Pages without a gate."""
    opened = Pages()
    monkeypatch.setattr(threading, "excepthook", opened.failed.append)
    yield opened
    opened.close()
    assert opened.failed == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    from .browsing import sync_api

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begins runs, and ends them; to be named before `look`, so that the pages are closed first."""
    from .browsing import Run, free_port

    with ExitStack() as stack:

        def start(*arguments: str, port: int = 0) -> Run:
            run = Run(tmp_path, port or free_port(), *arguments)
            stack.callback(run.kill)
            return run

        yield start


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that several tests share: none relies on what its switches were."""
    from .browsing import Run, free_port

    started = Run(tmp_path_factory.mktemp("run"), free_port())
    yield started
    started.kill()


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """Opens pages, and closes them."""
    from .browsing import looking

    with ExitStack() as stack:
        yield lambda address, **options: stack.enter_context(looking(browser, address, **options))


@pytest.fixture
def show() -> Iterator[Show]:
    """Serves states, and ends the servers."""
    from .browsing import Shown

    with ExitStack() as stack:

        def serve(news: News) -> Shown:
            shown = Shown(news)
            stack.callback(shown.close)
            return shown

        yield serve
