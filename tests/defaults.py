from typing import Any

#: Every key and its default, as the contract has them.
DEFAULTS: dict[str, dict[str, Any]] = {
    "table": {"name": None, "rows": None, "file": None},
    "training": {
        "hidden": (4,),
        "bias": True,
        "rule": "resilient",
        "learning_rate": 1.0,
        "starts": 4,
        "epochs": 10000,
        "tolerance": 0.1,
        "seed": 1,
        "weights": None,
    },
    "board": {
        "inputs": (17, 27, 22),
        "outputs": (18,),
        "teach": None,
        "pull_up": True,
        "pin_factory": "gpiod",
        "settle_s": 0.02,
        "resync_s": 1.0,
        "undecided": "blink",
    },
    "web": {"enabled": None, "host": "127.0.0.1", "port": None, "teach": False},
    "mqtt": {
        "host": None,
        "port": None,
        "username": None,
        "password_file": None,
        "ca_file": None,
        "cert_file": None,
        "prefix": "pigate",
        "id": None,
        "name": None,
    },
}
