"""What the lesson's JavaScript is held to: `python -m tests.web.programs` writes it into published.json.

The file holds what the server sends of the published programs, and what `pigate reproduce --json` says of them, so
that node's tests need no Python.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pigate.learning.proof import examine
from pigate.learning.published import PROGRAMS, TOLERANCE, reproduce
from pigate.web.state import RACE, published

FILE = Path(__file__).with_name("published.json")


def found() -> dict[str, Any]:
    """Return the published programs, and what they come to."""
    command = [sys.executable, "-m", "pigate", "reproduce", "--json"]
    program = PROGRAMS["xor-gate"]
    networks = {str(seed): reproduce(program, seed).network for seed in range(1, RACE + 1)}
    return {
        "published": json.loads(published()),
        "reproduced": json.loads(subprocess.run(command, capture_output=True, check=True).stdout),
        "inside_rule": {
            seed: not examine(network, program.table, TOLERANCE).not_learned for seed, network in networks.items()
        },
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(found(), indent=1) + "\n")
