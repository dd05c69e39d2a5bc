"""What a test does inside the machine to teach the gate. Handed to `Machine.call` as `guest`'s are."""

import time

from tests.system import service
from tests.system.guest import SWITCHES, set_switch, set_switches, succeed, wait_until
from tests.system.service import unit, wait_for_status

BUTTON = 23

#: Neither a glitch nor a hold, however late a busy machine sees it, in seconds.
PRESS_S = 0.6


def restart() -> None:
    """Restart the service with a button, which is open: the machine's lines are at ground until they are set."""
    set_switch(BUTTON, 0)
    service.restart(f"[board]\nteach = {BUTTON}\n")


def taught() -> dict[str, str]:
    """Return the service's table with its corrections, as root is told it."""
    lines = succeed("/opt/pigate/bin/pigate", "table", "--taught").splitlines()
    return dict(line.split() for line in lines)


def press() -> None:
    """Press the button and let it go."""
    set_switch(BUTTON, 1)
    time.sleep(PRESS_S)
    set_switch(BUTTON, 0)


def decision(levels: str) -> str:
    """Open the button and set the switches; return the target that is shown once they rest, "0" or "1"."""
    set_switch(BUTTON, 0)
    time.sleep(PRESS_S)
    set_switches(levels, SWITCHES)
    wait_for_status(f": {levels} -> ")
    return shown()


def shown() -> str:
    """Return the target that the service's status has for the switches as they are."""
    return "1" if unit("pigate")["StatusText"].endswith("-> on") else "0"


def teach(levels: str, target: str) -> None:
    """Set the switches, and press the button if the LED is wrong; wait until it is right."""
    if decision(levels) != target:
        press()
        wait_until(lambda: shown() == target, 60, f"{levels} taught {target}")


def by_hand(*arguments: str) -> None:
    """Run one of pigate's commands as root, and have the service take up what it changed."""
    succeed("/opt/pigate/bin/pigate", *arguments)
    succeed("systemctl", "reload", "pigate")


def key() -> str:
    """Return the key in the link that root is told."""
    return succeed("/opt/pigate/bin/pigate", "key").strip().partition("#key=")[2]
