"""What a test does inside the machine with MQTT. Handed to `Machine.call` as `guest`'s are."""

import json
from typing import Any

from tests.system.guest import succeed, wait_until
from tests.system.service import pip_install, restart

BROKER = '[mqtt]\nhost = "127.0.0.1"\nid = "kitchen"\n'


def want_broker(toml: str = BROKER) -> None:
    """Install what MQTT needs, and name a broker in the configuration."""
    pip_install("paho-mqtt")
    restart(toml)


def open_sandbox() -> None:
    """Do what systemd/mqtt.conf says."""
    drop_in = "/etc/systemd/system/pigate.service.d/mqtt.conf"
    succeed("install", "-D", "-m", "644", "/stick/systemd/mqtt.conf", drop_in)
    succeed("systemctl", "daemon-reload")
    succeed("systemctl", "restart", "pigate")


def fleet() -> list[dict[str, Any]]:
    """Return what the broker has of its gates, as `pigate fleet` tells it."""
    gates: list[dict[str, Any]] = json.loads(succeed("/opt/pigate/bin/pigate", "fleet", "--json"))
    return gates


def wait_for_gate(online: bool, levels: str, decision: str) -> dict[str, Any]:
    """Wait until the broker has this of the one gate; return all it has."""

    def is_so() -> bool:
        said = [(gate["online"], gate["levels"], gate["decision"]) for gate in fleet()]
        return said == [(online, levels, [decision])]

    wait_until(is_so, 120, f"{levels} -> {decision} at the broker")
    (gate,) = fleet()
    return gate
