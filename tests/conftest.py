"""Fixtures of all tests."""

import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

# As in the service. These networks are too small for BLAS's threads, which wait for each other on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A busy machine may take seconds for any example: what is slow is not wrong.
hypothesis.settings.register_profile("pigate", deadline=None)
hypothesis.settings.load_profile("pigate")

# What fails in a helper module shows its values, as what fails in a test does.
pytest.register_assert_rewrite("tests.commands", "tests.gate", "tests.pins", "tests.web")


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """Give the process its handlers back that a run in it has set: for itself, and for the processes it starts."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTTIN)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
