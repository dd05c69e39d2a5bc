"""Fixtures of the tests of `pigate run`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest

from .manager import Manager, listening
from .process import NO_PAGE, PIGATE, SIMULATED


@pytest.fixture(autouse=True, scope="module")
def quiet_config(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have every run that names no configuration do without a page."""
    path = tmp_path_factory.mktemp("config") / "pigate.toml"
    path.write_text(NO_PAGE)
    SIMULATED[len(PIGATE) + 1 :] = ["--config", str(path), "--board", "simulated"]


@pytest.fixture
def manager() -> Iterator[Manager]:
    """Give a service manager that listens; its socket's path has to be short."""
    with tempfile.TemporaryDirectory() as folder, listening(folder) as listener:
        yield listener
