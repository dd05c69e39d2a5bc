"""Fixtures of the tests of MQTT."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .mosquitto import Mosquitto, running


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Give a broker that takes everybody in."""
    with running(Mosquitto(tmp_path)) as broker:
        yield broker
