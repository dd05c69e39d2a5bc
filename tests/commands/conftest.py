"""Fixtures of the tests of the commands."""

from pathlib import Path

import pytest

from pigate.config import DEFAULT_PATH

from .calls import Call


@pytest.fixture(autouse=True, scope="session")
def no_configuration() -> None:
    """Skip these tests where the machine has a configuration of its own."""
    if DEFAULT_PATH.exists():
        pytest.skip("this machine has a configuration of its own")


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Return a `Call` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Call(capfd)
