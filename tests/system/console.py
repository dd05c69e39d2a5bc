"""`python -m tests.system.console` boots a machine on this terminal."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.system import build, disks
from tests.system.machine import copy_disk, qemu


def main() -> None:
    """Boot a fresh machine on this terminal; Ctrl-A X ends it."""
    parser = argparse.ArgumentParser("python -m tests.system.console", description=main.__doc__)
    parser.add_argument("--release", choices=build.PYTHON, default="bookworm")
    parser.add_argument("--bare", action="store_true", help="without pigate installed")
    parser.add_argument("--disk", type=Path, help="boot this disk, and keep it, instead of a copy")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        stick = Path(scratch) / "stick"
        disks.make_stick(stick, arguments.release)
        image = build.root if arguments.bare else disks.installed
        disk = arguments.disk or copy_disk(image(arguments.release), Path(scratch) / "disk")
        print("The project is in /stick. Ctrl-A X ends the machine at once.", file=sys.stderr)
        subprocess.run(qemu(disk, stick), check=False)


if __name__ == "__main__":
    main()
