"""Fixtures of the booted machine. Its tests carry the marker `system`."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.system import build, guest, service
from tests.system.machine import Machine, copy_disk, installed

MEASURED = pytest.StashKey[list[str]]()


@pytest.fixture
def release() -> str:
    """The Debian release in the machine; a test parametrises it for others."""
    return "bookworm"


@pytest.fixture
def bare_machine(release: str, tmp_path: Path) -> Iterator[Machine]:
    """A booted machine without pigate."""
    disk = copy_disk(build.root(release), tmp_path / "disk")
    yield from _booted(disk, release)


@pytest.fixture
def machine(release: str, tmp_path: Path) -> Iterator[Machine]:
    """A booted machine with pigate installed and its unit ready, every switch open."""
    disk = copy_disk(installed(release), tmp_path / "disk")
    for booted in _booted(disk, release):
        booted.call(service.wait_for_unit, "pigate")
        yield booted


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Take a line about what was measured, to be shown at the end of the run."""
    lines = request.config.stash.setdefault(MEASURED, [])
    return lambda line: lines.append(f"{request.node.name}: {line}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what was measured."""
    if lines := config.stash.get(MEASURED, []):
        terminalreporter.section("measured in the machine")
        terminalreporter.write_line("\n".join(lines))


def _booted(disk: Path, release: str) -> Iterator[Machine]:
    with Machine(disk, release) as machine:
        machine.boot()
        yield machine
    for file in disk.parent.glob(f"{disk.name}*"):
        file.unlink()  # pytest keeps temporary folders; disks are big


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failed test's journal and console, for the machine is gone when one looks."""
    report = yield
    arguments = getattr(item, "funcargs", {})
    machine = arguments.get("machine") or arguments.get("bare_machine")
    if report.when == "call" and report.failed and machine:
        try:
            of_programs = ("_TRANSPORT=journal", "_TRANSPORT=stdout", "_TRANSPORT=syslog")
            journal = machine.call(guest.run, "journalctl", "--boot", "--lines=100", *of_programs)
            report.sections.append(("journal", journal["stdout"]))
        except (OSError, AssertionError) as error:
            report.sections.append(("journal", f"not to be had: {error}"))
        report.sections.append(("console", machine.console.read_text(errors="replace")[-3000:]))
    return report
