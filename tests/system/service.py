"""What a test does inside the machine with pigate's service: install, configure, restart, listen.

Handed to `Machine.call` as the functions of `guest` are.
"""

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.system.guest import (
    Outcome,
    kill,
    led,
    run,
    set_switch,
    set_switches,
    start,
    succeed,
    wait_for_led,
    wait_until,
    write_file,
)

CONFIG = "/etc/pigate/pigate.toml"
PEER_SWITCHES = (5, 6, 13)
PEER_LED = 19
WITHOUT_NETWORK = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/stick/wheels"}


def unit(name: str) -> dict[str, str]:
    """All of systemd's properties of a unit."""
    shown = succeed("systemctl", "show", name)
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def wait_for_unit(name: str, state: str = "active", timeout_s: float = 120) -> float:
    """Wait until a unit's ActiveState is `state`; how many seconds that took."""
    return wait_until(lambda: unit(name)["ActiveState"] == state, timeout_s, f"{name} {state}")


def install() -> None:
    """Install the project from the stick, as a person would but without a network."""
    succeed("/stick/systemd/install", env=WITHOUT_NETWORK)


def configure(toml: str, path: str = CONFIG) -> None:
    """Write a configuration."""
    write_file(path, toml)


def restart(toml: str = "") -> None:
    """Restart the service with this configuration (the defaults), which must come up."""
    configure(toml)
    succeed("systemctl", "restart", "pigate")


def journal_now() -> str:
    """A place in the journal, for `said_since`."""
    succeed("journalctl", "--sync")
    return succeed("journalctl", "--lines=0", "--show-cursor").split("-- cursor: ")[1].strip()


def said_since(cursor: str) -> list[str]:
    """What pigate's programs wrote since then (since boot if ""), line by line; not systemd's lines about it."""
    return [line["MESSAGE"] for line in _journal(cursor) if line.get("SYSLOG_IDENTIFIER") == "pigate"]


def exits_since(cursor: str) -> list[str]:
    """How each run of the service since then ended, in systemd's words: "status=69/UNAVAILABLE"."""
    told = [line["MESSAGE"] for line in _journal(cursor) if line.get("UNIT") == "pigate.service"]
    return [line.split(", ")[-1] for line in told if "Main process exited" in line]


def _journal(cursor: str) -> list[dict[str, Any]]:
    succeed("journalctl", "--sync")
    since = ("--after-cursor", cursor) if cursor else ("--boot",)
    # To be filtered by the caller: with a match of its own, journalctl 252 loses the first line after a cursor.
    return [json.loads(line) for line in succeed("journalctl", *since, "--output=json").splitlines()]


def wait_for_words(cursor: str, words: str, timeout_s: float = 60) -> list[str]:
    """Wait until the service has written a line with these words; all it wrote since then."""
    wait_until(lambda: any(words in line for line in said_since(cursor)), timeout_s, words)
    return said_since(cursor)


def on_a_pi(*command: str, env: dict[str, str] | None = None) -> Outcome:
    """Run a command to its end with a Pi's face, as the service has it."""
    script = 'mount --bind /opt/sim/cpuinfo /proc/cpuinfo && exec "$@"'
    return run("unshare", "--mount", "sh", "-c", script, "sh", *command, env=env)


def wait_for_status(words: str, timeout_s: float = 60) -> None:
    """Wait until the status that the service tells systemd has these words."""
    wait_until(lambda: words in unit("pigate")["StatusText"], timeout_s, words)


def show_all_in_status(name: str, rows: dict[str, str]) -> None:
    """Set the switches to each row of a named table in turn; `systemctl status` must tell levels and decision."""
    for levels, target in rows.items():
        set_switches(levels)
        wait_for_status(f"{name}: {levels} -> {'on' if target == '1' else 'off'}")
        if unit("pigate")["StatusText"] not in succeed("systemctl", "status", "pigate"):
            raise AssertionError(f"{levels}: systemctl status does not show it")


def kill_and_see_dark(signal: str, timeout_s: float = 30) -> float:
    """Send the service a signal and wait until the LED is off; when that was, in seconds since boot."""
    succeed("systemctl", "kill", f"--signal={signal}", "pigate")
    wait_for_led(0, timeout_s=timeout_s)
    return time.monotonic()


def wait_for_tries(count: int) -> None:
    """Wait until systemd has restarted the service so many times since it was last started by hand."""
    wait_until(lambda: int(unit("pigate")["NRestarts"]) >= count, 120, f"restart {count}")


def wait_for_restart(count: int) -> None:
    """Wait until the service is ready after so many restarts."""
    wait_for_tries(count)
    wait_for_unit("pigate")


def forbid_chip() -> None:
    """Take the GPIO chip from its group."""
    succeed("chmod", "600", "/dev/gpiochip0")


def allow_chip() -> None:
    """Give the GPIO chip back to its group."""
    succeed("chmod", "660", "/dev/gpiochip0")


def hold_line() -> None:
    """Have another program hold GPIO 22."""
    start("holder", "gpiomon", "gpiochip0", "22")
    wait_until(lambda: "gpiomon" in succeed("gpioinfo"), 10, "gpiomon")


def free_line() -> None:
    """End the program that holds GPIO 22."""
    kill("holder")


def fill_disk() -> None:
    """Leave no free block on the root file system."""
    run("sh", "-c", "cat /dev/zero > /root/filling")


def drop_in(text: str) -> None:
    """Add a drop-in to the service."""
    write_file("/etc/systemd/system/pigate.service.d/test.conf", text)
    succeed("systemctl", "daemon-reload")


def install_older(version: str) -> None:
    """Install the project as it is under another version's name, with the umask of a careful root."""
    succeed("cp", "-r", "/stick", "/tmp/older")
    init = Path("/tmp/older/pigate/__init__.py")
    succeed("sed", "-i", f's/^version = .*/version = "{version}"/', "/tmp/older/pyproject.toml")
    succeed("sed", "-i", f's/^__version__ = .*/__version__ = "{version}"/', str(init))
    succeed("sh", "-c", "umask 077; exec /tmp/older/systemd/install", env=WITHOUT_NETWORK)


def system_files() -> list[str]:
    """All files and folders of the system, but what runs, is temporary, cached or logged."""
    passing = "( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp"
    passing += " -o -path /var/log -o -path /var/cache -o -path /stick -o -path /root"
    passing += " -o -path /var/lib/systemd -o -path /lost+found -o -name __pycache__ ) -prune -o -print"
    return succeed("find", "/", *passing.split()).splitlines()


def add_second_service(config: str) -> None:
    """Make a second service, as a person would who copies the unit: another configuration and directories."""
    text = Path("/etc/systemd/system/pigate.service").read_text()
    text = text.replace(CONFIG, config).replace("Directory=pigate", "Directory=second")
    write_file("/etc/systemd/system/second.service", text)
    succeed("cp", "-r", "/etc/systemd/system/pigate.service.d", "/etc/systemd/system/second.service.d")
    succeed("systemctl", "daemon-reload")


def pip_install(package: str) -> None:
    """Install a package from the stick into pigate's virtual environment."""
    succeed("/opt/pigate/bin/pip", "install", "--quiet", package, env=WITHOUT_NETWORK)


def run_gpiozero_programs(factory: str) -> dict[str, Any]:
    """Run gpiozero's programs on a pin factory, pigate's as it is installed; what they saw."""
    # -P, and the stick last: the work tree on it must not be what is imported.
    program = (
        "import runpy, sys; sys.path.append('/stick'); "
        "runpy.run_module('tests.system.gpiozero_programs', run_name='__main__')"
    )
    env = {"GPIOZERO_PIN_FACTORY": factory, "LG_WD": "/tmp"}
    done = on_a_pi("/opt/pigate/bin/python", "-P", "-c", program, env=env)
    if done["status"] != 0:
        raise AssertionError(done["stderr"])
    seen: dict[str, Any] = json.loads(done["stdout"])
    return seen


def start_peer() -> None:
    """Start the gpiozero program on lgpio as the unit `peer`, on pins of its own, and see its LED follow."""
    face = "--property=BindReadOnlyPaths=/opt/sim/cpuinfo:/proc/cpuinfo"
    settings = ("--setenv=GPIOZERO_PIN_FACTORY=lgpio", "--setenv=LG_WD=/tmp", "--working-directory=/stick")
    pins = map(str, (*PEER_SWITCHES, PEER_LED))
    set_switches("000", PEER_SWITCHES)
    succeed(
        *("systemd-run", "--quiet", "--unit=peer", face, *settings),
        *("/opt/pigate/bin/python", "-m", "tests.system.peer", *pins),
    )
    # An edge before that would find a Button half made, and end the thread that reports edges.
    wait_until(lambda: "ready" in succeed("journalctl", "--unit=peer", "--output=cat").split(), 60, "the peer")
    for level in (1, 0):
        wait_until(partial(_peer_follows, level), 60, f"the peer's LED at {level}")


def _peer_follows(level: int) -> bool:
    """Whether the peer's LED follows a switch that moves to this level: it heeds only what it sees move."""
    set_switch(PEER_SWITCHES[0], 1 - level)
    time.sleep(0.2)
    set_switch(PEER_SWITCHES[0], level)
    time.sleep(0.2)
    return led(PEER_LED) == level
