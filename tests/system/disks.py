"""What machines start from: sticks, disks with pigate installed, and a machine saved in full run.

`python -m tests.system.disks` builds all that the tests need.
"""

import functools
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.system import build, guest, service
from tests.system.machine import Machine, copy_disk

NAMES = ["pigate", "systemd", "pyproject.toml", "README.md", "LICENSE", "wiring.md", "docs/wiring.svg"]
WHAT_IS_INSTALLED = [build.PROJECT / name for name in NAMES]
# The tests themselves stay outside, so that a change of theirs builds nothing.
CALLED_INSIDE = [
    build.HERE.parent / "__init__.py",
    *(file for file in sorted(build.HERE.glob("*.py")) if not file.name.startswith("test_")),
]
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def bare(release: str, folder: Path) -> None:
    """Put the disks of a machine without pigate into a folder."""
    copy_disk(build.root(release), folder / "disk")
    make_stick(folder / "stick", release)


@functools.cache  # one disk a run, even if somebody edits the product meanwhile
def installed(release: str) -> Path:
    """A disk on which `systemd/install` ran as a person runs it, and the service came up."""

    def make(disk: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            bare(release, folder)
            with Machine(folder) as machine:
                machine.boot()
                machine.call(service.install)
                machine.power_off()
            copy_disk(machine.disk, disk)

    inputs = [build.kernel().name, build.root(release).name, build.wheels(release).name]
    return build.cached(f"installed-{release}", [*inputs, *build.contents(WHAT_IS_INSTALLED)], make)


@functools.cache
def ready(release: str) -> Path:
    """A folder of a machine that booted from the installed disk and was saved when its gate was ready."""

    def make(folder: Path) -> None:
        folder.mkdir()
        copy_disk(installed(release), folder / "disk")
        make_stick(folder / "stick", release)
        with Machine(folder) as machine:
            machine.boot()
            machine.call(service.wait_for_unit, "pigate")
            machine.call(guest.run, "systemctl", "is-system-running", "--wait")  # all else has come up, too
            machine.save(folder / "memory")

    # The guest's clock is made of this computer's, so a machine saved on another one would run fast or slow.
    computer = [BOOT_ID.read_text(), build.version("qemu-system-x86")]
    inputs = [installed(release).name, *computer, *build.contents([*WHAT_IS_INSTALLED, *CALLED_INSIDE])]
    return build.cached(f"ready-{release}", inputs, make)


def copy_of_ready(release: str, folder: Path) -> Path:
    """Put copies of a saved machine's disks into a folder; the path of its memory."""
    saved = ready(release)
    for disk in ("disk", "stick"):
        copy_disk(saved / disk, folder / disk)
    return saved / "memory"


def make_stick(image: Path, release: str) -> None:
    """Make the second disk, mounted at /stick: the project as it is now, its wheels, and the agent."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for source in (*WHAT_IS_INSTALLED, *CALLED_INSIDE):
            copy = folder / source.relative_to(build.PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*build.CACHES))
            else:
                shutil.copy2(source, copy)
        shutil.copytree(build.wheels(release), folder / "wheels")
        make = ["mke2fs", "-q", "-t", "ext4", "-d", str(folder), str(image), "150M"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    with ThreadPoolExecutor() as pool:
        list(pool.map(ready, build.PYTHON))
