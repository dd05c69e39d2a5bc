"""Fixtures of the booted machine. Its tests carry the marker `system`, or `long` in its place."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system import build, disks, guest
from tests.system.machine import Machine

MEASURED = "measured in the machine"


@pytest.hookimpl(tryfirst=True)  # before pytest selects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder `system` that is not `long`, so that `-m system` never runs a long one."""
    for item in items:
        if item.path.is_relative_to(build.HERE) and not item.get_closest_marker("long"):
            item.add_marker("system")


@pytest.fixture
def release() -> str:
    """The Debian release in the machine; a test parametrises it for others."""
    return "bookworm"


@pytest.fixture
def bare_machine(release: str, tmp_path: Path) -> Iterator[Machine]:
    """A booted machine without pigate."""
    disks.bare(release, tmp_path)
    with _running(tmp_path, Machine.boot) as running:
        yield running


@pytest.fixture
def machine(release: str, tmp_path: Path) -> Iterator[Machine]:
    """A machine with pigate installed and its unit ready, every switch open.

    It booted once for all tests. Each goes on from that moment in a machine of its own, whatever the others did.
    """
    memory = disks.copy_of_ready(release, tmp_path)
    with _running(tmp_path, lambda machine: machine.resume(memory)) as running:
        yield running


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Take a line about what was measured, to be shown at the end of the run."""
    return lambda line: request.node.user_properties.append((MEASURED, line))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured, also by xdist's workers, whose reports come here."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport) and report.when == "call"
    ]
    lines = [
        f"{report.nodeid.split('::')[-1]}: {text}"
        for report in reports
        for name, text in report.user_properties
        if name == MEASURED
    ]
    if lines:
        terminalreporter.section(MEASURED)
        terminalreporter.write_line("\n".join(lines))


@contextmanager
def _running(folder: Path, start: Callable[[Machine], None]) -> Iterator[Machine]:
    with Machine(folder) as machine:
        try:
            start(machine)
            yield machine
        except Exception as error:  # a machine that does not come up; a test's own failure does not come by here
            for name, text in _remains(machine):
                error.add_note(f"--- {name} ---\n{text}")
            raise
    for disk in (machine.disk, machine.stick):
        disk.unlink()  # pytest keeps temporary folders; disks are big


def _remains(machine: Machine) -> list[tuple[str, str]]:
    """What a machine leaves for those who ask why: its journal and the end of its console."""
    try:
        of_programs = ("_TRANSPORT=journal", "_TRANSPORT=stdout", "_TRANSPORT=syslog")
        journal = machine.call(guest.run, "journalctl", "--boot", "--lines=100", *of_programs)["stdout"]
    except (OSError, AssertionError) as error:
        journal = f"not to be had: {error}"
    return [("journal", journal), ("console", machine.console.read_text(errors="replace")[-3000:])]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failed test's journal and console, for the machine is gone when one looks."""
    report = yield
    arguments = getattr(item, "funcargs", {})
    machine = arguments.get("machine") or arguments.get("bare_machine")
    if report.when == "call" and report.failed and machine:
        report.sections += _remains(machine)
    return report
