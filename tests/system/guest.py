"""What a test does inside the machine: move switches, look at LEDs, ask systemd.

Tests hand these functions to `Machine.call`, which runs them in the guest. They take and return
plain JSON values, and need nothing but the guest's own Python.
"""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

LINES = Path("/sys/devices/platform/gpio-sim.0/gpiochip0")
CHIP_IS_LIVE = Path("/sys/kernel/config/gpio-sim/pi/live")

SWITCHES = (17, 27, 22)
LED = 18

_started: dict[str, subprocess.Popen[str]] = {}


class Outcome(TypedDict):
    """How a command ended."""

    status: int
    stdout: str
    stderr: str


def run(*command: str, input: str = "", env: dict[str, str] | None = None) -> Outcome:
    """Run a command to its end. `env` is added to the agent's own environment."""
    added = ["env", *(f"{name}={value}" for name, value in (env or {}).items())] if env else []
    done = subprocess.run([*added, *command], input=input, capture_output=True, text=True)
    return {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


def succeed(*command: str, env: dict[str, str] | None = None) -> str:
    """Run a command that must exit 0, and return what it printed."""
    done = run(*command, env=env)
    if done["status"] != 0:
        said = done["stdout"] + done["stderr"]
        raise AssertionError(f"{' '.join(command)}: exit {done['status']}\n{said}")
    return done["stdout"]


def start(name: str, *command: str) -> None:
    """Start a command in the background, to talk to under a name."""
    pipe = subprocess.PIPE
    _started[name] = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1)


def write_line(name: str, line: str) -> None:
    """Write a line to a started command's standard input."""
    stdin = _started[name].stdin
    assert stdin
    stdin.write(line + "\n")


def read_line(name: str) -> str:
    """Wait for a line of a started command's standard output."""
    stdout = _started[name].stdout
    assert stdout
    return stdout.readline().rstrip("\n")


def kill(name: str) -> None:
    """SIGKILL a started command, and see it gone."""
    _started[name].kill()
    _started.pop(name).wait()


def set_switch(pin: int, level: int) -> None:
    """Close (1) or open (0) the switch at a GPIO. A closed switch pulls its line to ground."""
    (LINES / f"sim_gpio{pin}" / "pull").write_text("pull-down" if level else "pull-up")


def set_switches(levels: str, pins: Sequence[int] = SWITCHES) -> None:
    """Set all switches, first one first: "101"."""
    for pin, level in zip(pins, levels, strict=True):
        set_switch(pin, int(level))


def led(pin: int = LED) -> int:
    """The level of an output's line: 1 is lit."""
    return int((LINES / f"sim_gpio{pin}" / "value").read_text())


def pull_out_chip() -> None:
    """Take the GPIO chip away, as a kernel without its driver would."""
    CHIP_IS_LIVE.write_text("0")


def plug_in_chip() -> None:
    """Bring the chip back, its switches open."""
    succeed("/opt/sim/pins")


def wait_until(true: Callable[[], bool], timeout_s: float, what: str) -> float:
    """Wait until something is true; how many seconds that took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > timeout_s:
            raise AssertionError(f"{what}: not within {timeout_s} s")
        time.sleep(0.002)
    return time.monotonic() - began


def wait_for_led(level: int, pin: int = LED, timeout_s: float = 30) -> float:
    """Wait until an LED is lit (1) or dark (0); how many seconds that took."""
    return wait_until(lambda: led(pin) == level, timeout_s, f"LED {pin} at {level}")


def wait_for_rest(level: int, pin: int = LED, rest_s: float = 0.1) -> float:
    """Wait until an LED is at a level and stays there; how many seconds it took to come.

    On a busy computer a decision about what the switches were before may come late: the wait begins again.
    """
    began = came = time.monotonic()

    def stayed() -> bool:
        nonlocal came
        if led(pin) != level:
            came = time.monotonic()
        return time.monotonic() - came > rest_s

    wait_until(stayed, 30, f"LED {pin} at rest at {level}")
    return came - began


def power_off() -> None:
    """Begin a clean shutdown."""
    succeed("systemctl", "--no-block", "poweroff")


def write_file(path: str, text: str) -> None:
    """Write a file, parents included."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def read_file(path: str) -> str:
    """Read a file."""
    return Path(path).read_text()
