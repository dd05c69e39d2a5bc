"""A machine to test in: QEMU on a disk image, with the agent inside to talk to.

with Machine(folder) as machine:
    machine.boot()
    machine.call(guest.set_switch, 17, 1)
"""

import json
import shlex
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from tests.system import build, guest
from tests.system.monitor import Monitor

P = ParamSpec("P")
R = TypeVar("R")

BOOT_TIMEOUT_S = 300


class GuestError(AssertionError):
    """A function failed in the guest; holds the guest's own traceback."""


class Machine:
    """Two disks in a folder, and the machine that runs from them: off, running, or cut off.

    `disk` and `stick` are written to; they last from one boot to the next. Not for use by several threads.
    """

    def __init__(self, folder: Path) -> None:
        """Take over a folder that nobody else uses."""
        self.disk = folder / "disk"
        self.stick = folder / "stick"
        self.console = folder / "console"
        self._socket = folder / "agent"
        self._monitor = folder / "monitor"
        self._qemu: subprocess.Popen[bytes] | None = None
        self._agent: socket.socket | None = None
        self._pending = b""

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
        """Start it and wait until the agent inside answers."""
        self._start()
        self._receive(BOOT_TIMEOUT_S)

    def save(self, memory: Path) -> None:
        """End it in full run, with its memory in a file; its disks are now what `resume` needs beside that."""
        with Monitor(self._monitor) as monitor:
            monitor.save_and_quit(memory)
        self._end(timeout_s=60)

    def resume(self, memory: Path) -> None:
        """Go on from where `save` ended a machine, with a copy of its disks."""
        self._start("-incoming", f"exec:cat {shlex.quote(str(memory))}")
        self.call(guest.succeed, "true")

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

    def _start(self, *options: str) -> None:
        self._socket.unlink(missing_ok=True)
        # QEMU waits for us: an agent that goes on with nobody at the other end takes that for the end.
        agent = f"socket,id=agent,path={self._socket},server=on,wait=on"
        with self.console.open("ab") as console:
            self._qemu = subprocess.Popen(
                [
                    *qemu(self.disk, self.stick, "systemd.mask=serial-getty@ttyS0.service"),
                    *("-device", "virtio-serial-pci", "-chardev", agent),
                    *("-device", "virtserialport,chardev=agent,name=agent"),
                    *("-qmp", f"unix:{self._monitor},server=on,wait=off"),
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        self._agent = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self._agent.connect(str(self._socket))
                break
            except (FileNotFoundError, ConnectionRefusedError):  # not there yet, or there but not listened to
                self._check_alive()
                time.sleep(0.01)
        self._pending = b""

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
    # On a busy computer QEMU's timer may come too late for the kernel's look at it, which ends in a panic.
    # After a panic of any kind QEMU ends, as of every reboot, and need not be waited for.
    ours = ("console=ttyS0", "quiet", "root=/dev/vda", "rw", "no_timer_check", "panic=-1")
    return [
        # Named, because hardware acceleration may be offered and then hang.
        # A processor without AVX: QEMU 7.2 emulates AVX2 wrongly, and NumPy's tanh becomes infinite.
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "Nehalem"),
        *("-smp", "2", "-m", "1G", "-nographic", "-no-reboot", "-nic", "none"),
        *("-device", "virtio-rng-pci"),
        *("-kernel", str(build.kernel()), "-append", " ".join([*ours, *kernel_arguments])),
        *("-drive", f"file={disk},format=raw,if=virtio"),
        *("-drive", f"file={stick},format=raw,if=virtio"),
    ]


def copy_disk(image: Path, copy: Path) -> Path:
    """Copy an image without its holes."""
    subprocess.run(["cp", "--sparse=always", image, copy], check=True)
    return copy
