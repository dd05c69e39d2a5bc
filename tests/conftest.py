"""Fixtures of all tests."""

import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest

# As in the commands. These networks are too small for BLAS's threads, which wait for each other on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A busy machine may take seconds for any example: what is slow is not wrong.
hypothesis.settings.register_profile("pigate", deadline=None)
hypothesis.settings.load_profile("pigate")

# What fails in a helper module shows its values, as what fails in a test does.
pytest.register_assert_rewrite(
    "tests.commands", "tests.gate", "tests.mqtt", "tests.pins", "tests.teaching", "tests.web"
)


SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTTIN)


@pytest.fixture(autouse=True, scope="session")
def no_signal_is_ignored() -> None:
    """Have each process that a test starts begin with the default handlers, whoever started the tests.

    What `nohup`, or a shell's `&`, had ignored would stay ignored in all of them. A handler of ours ends nothing
    here, and is no handler of theirs.
    """
    for number in SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(autouse=True, scope="module")
def nothing_is_taught(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what this machine's user taught, or what a test teaches, out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("STATE_DIRECTORY", raising=False)
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """Give the process its handlers back that a run in it has set: for itself, and for the processes it starts."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep coverage out of the processes that a test starts: it loads modules, and opens and writes files."""
    for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
        monkeypatch.delenv(name)
