"""A machine to test in: QEMU on copies of the images, with the agent inside to talk to.

    with Machine(disk, release="bookworm") as machine:
        machine.boot()
        machine.call(guest.set_switch, 17, 1)

`python -m tests.system.machine` boots one and gives its console.
"""

import argparse
import functools
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from tests.system import build, guest, service

P = ParamSpec("P")
R = TypeVar("R")

BOOT_TIMEOUT_S = 300
WHAT_IS_INSTALLED = ["pigate", "systemd", "pyproject.toml", "README.md", "LICENSE", "wiring.md", "docs/wiring.svg"]
ON_THE_STICK = [*WHAT_IS_INSTALLED, "tests/__init__.py", "tests/system"]


class GuestError(AssertionError):
    """A function failed in the guest; holds the guest's own traceback."""


class Machine:
    """One disk, and the machine that runs from it: off, running, or cut off.

    `disk` is written to; it lasts from one boot to the next. Not for use by several threads.
    """

    def __init__(self, disk: Path, release: str) -> None:
        """Take over `disk`, an image that nobody else uses, of a Debian release."""
        self.disk = disk
        self.console = disk.with_suffix(".console")
        self.boot_s = 0.0
        self._stick = disk.with_suffix(".stick")
        self._socket = disk.with_suffix(".agent")
        self._qemu: subprocess.Popen[bytes] | None = None
        self._agent: socket.socket | None = None
        self._pending = b""
        make_stick(self._stick, release)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._qemu:
            self.cut_power()

    def boot(self) -> None:
        """Start it and wait until the agent inside answers; `boot_s` tells how long that took."""
        began = time.monotonic()
        self._socket.unlink(missing_ok=True)
        agent = f"socket,id=agent,path={self._socket},server=on,wait=off"
        with self.console.open("ab") as console:
            self._qemu = subprocess.Popen(
                [
                    *qemu(self.disk, self._stick, "systemd.mask=serial-getty@ttyS0.service"),
                    *("-device", "virtio-serial-pci", "-chardev", agent),
                    *("-device", "virtserialport,chardev=agent,name=agent"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        while not self._socket.exists():
            self._check_alive()
            time.sleep(0.01)
        self._agent = socket.socket(socket.AF_UNIX)
        self._agent.connect(str(self._socket))
        self._pending = b""
        self._receive(BOOT_TIMEOUT_S)
        self.boot_s = time.monotonic() - began

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a function of `guest`, or of a module beside it, inside; what it returned.

        Waits up to ten minutes. Raises `GuestError` if the function failed.
        """
        self._send(function.__module__, function.__name__, args, kwargs)
        result: R = self._receive(timeout_s=600)
        return result

    def power_off(self) -> None:
        """Shut down as a person would, and wait until it is off."""
        self._send(guest.__name__, "power_off", (), {})  # it may be off before it can answer
        self._end(timeout_s=120)

    def reboot(self) -> None:
        """Shut down, and start again from the same disk."""
        self.power_off()
        self.boot()

    def cut_power(self) -> None:
        """End it this instant. What the guest had not yet written to its disk is gone."""
        assert self._qemu
        self._qemu.kill()
        self._end(timeout_s=30)

    def check_disk(self) -> str:
        """Check the disk of a machine that is off, as a boot would, on a copy; what e2fsck said.

        Raises AssertionError if the file system has a fault that a person would have to mend.
        """
        copy = copy_disk(self.disk, self.disk.with_suffix(".checked"))
        done = subprocess.run(["e2fsck", "-p", "-f", copy], capture_output=True, text=True)
        copy.unlink()
        assert done.returncode in (0, 1), f"e2fsck: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _end(self, timeout_s: float) -> None:
        assert self._qemu
        self._qemu.wait(timeout_s)
        if self._agent:
            self._agent.close()
        self._qemu = self._agent = None

    def _send(self, module: str, function: str, args: Any, kwargs: Any) -> None:
        assert self._agent, "the machine is not running"
        request = {"module": module, "function": function, "args": args, "kwargs": kwargs}
        self._agent.sendall(json.dumps(request).encode() + b"\n")

    def _receive(self, timeout_s: float) -> Any:
        assert self._agent
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._pending:
            self._agent.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                received = self._agent.recv(1 << 16)
            except TimeoutError:
                self._agent.close()  # an answer that comes late must not be taken for the next one's
                raise
            if not received:
                self._check_alive()
                raise GuestError("the machine went away")
            self._pending += received
        line, self._pending = self._pending.split(b"\n", 1)
        answer = json.loads(line)
        if "error" in answer:
            raise GuestError(answer["error"])
        return answer["result"]

    def _check_alive(self) -> None:
        assert self._qemu
        if self._qemu.poll() is not None:
            raise GuestError(f"QEMU ended:\n{self.console.read_text(errors='replace')[-2000:]}")


def qemu(disk: Path, stick: Path, *kernel_arguments: str) -> list[str]:
    """The command that starts QEMU, its serial console on standard input and output."""
    kernel_arguments = ("console=ttyS0", "quiet", "root=/dev/vda", "rw", *kernel_arguments)
    return [
        # Named, because hardware acceleration may be offered and then hang.
        # A processor without AVX: QEMU 7.2 emulates AVX2 wrongly, and NumPy's tanh becomes infinite.
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "Nehalem"),
        *("-smp", "2", "-m", "1G", "-nographic", "-no-reboot", "-nic", "none"),
        *("-device", "virtio-rng-pci"),
        *("-kernel", str(build.kernel()), "-append", " ".join(kernel_arguments)),
        *("-drive", f"file={disk},format=raw,if=virtio"),
        *("-drive", f"file={stick},format=raw,if=virtio"),
    ]


@functools.cache  # one disk a run, even if somebody edits the product meanwhile
def installed(release: str) -> Path:
    """A disk on which `systemd/install` ran as a person runs it, and the service came up."""
    root = build.root(release)

    def make(disk: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            work = copy_disk(root, Path(scratch) / "disk")
            with Machine(work, release) as machine:
                machine.boot()
                machine.call(service.install)
                machine.power_off()
            copy_disk(work, disk)

    product = build.contents([build.PROJECT / name for name in WHAT_IS_INSTALLED])
    inputs = [build.kernel().name, root.name, build.wheels(release).name, *product]
    return build.cached(f"installed-{release}", inputs, make)


def copy_disk(image: Path, copy: Path) -> Path:
    """Copy an image without its holes."""
    subprocess.run(["cp", "--sparse=always", image, copy], check=True)
    return copy


def make_stick(image: Path, release: str) -> None:
    """The second disk, mounted at /stick: the project as it is now, its wheels, and the agent."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ON_THE_STICK:
            source = build.PROJECT / name
            (folder / name).parent.mkdir(exist_ok=True)
            if source.is_dir():
                ignore = shutil.ignore_patterns(*build.CACHES)
                shutil.copytree(source, folder / name, ignore=ignore)
            else:
                shutil.copy2(source, folder / name)
        shutil.copytree(build.wheels(release), folder / "wheels")
        image.unlink(missing_ok=True)
        make = ["mke2fs", "-q", "-t", "ext4", "-d", str(folder), str(image), "150M"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Boot a fresh machine on this terminal; Ctrl-A X ends it."""
    parser = argparse.ArgumentParser("python -m tests.system.machine", description=main.__doc__)
    parser.add_argument("--release", choices=build.PYTHON, default="bookworm")
    parser.add_argument("--bare", action="store_true", help="without pigate installed")
    parser.add_argument("--disk", type=Path, help="boot this disk, and keep it, instead of a copy")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        stick = Path(scratch) / "stick"
        make_stick(stick, arguments.release)
        image = build.root if arguments.bare else installed
        disk = arguments.disk or copy_disk(image(arguments.release), Path(scratch) / "disk")
        print("The project is in /stick. Ctrl-A X ends the machine at once.", file=sys.stderr)
        subprocess.run(qemu(disk, stick), check=False)


if __name__ == "__main__":
    main()
