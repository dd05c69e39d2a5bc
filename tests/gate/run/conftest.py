"""Fixtures of the tests of `pigate run`."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator

import pytest

from .manager import Manager
from .process import NO_PAGE, PATIENCE_S, PIGATE, SIMULATED


@pytest.fixture(autouse=True, scope="module")
def quiet_config(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have every run that names no configuration do without a page."""
    path = tmp_path_factory.mktemp("config") / "pigate.toml"
    path.write_text(NO_PAGE)
    SIMULATED[len(PIGATE) + 1 :] = ["--config", str(path), "--board", "simulated"]


@pytest.fixture
def manager() -> Iterator[Manager]:
    """Give a service manager that listens."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server,
    ):
        server.bind(f"{folder}/notify")
        server.settimeout(PATIENCE_S)
        yield Manager(server, f"{folder}/notify")
