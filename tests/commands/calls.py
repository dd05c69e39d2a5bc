"""How these tests call pigate: as a process of its own, or in this one."""

import json
import os
import subprocess
import sys
from typing import IO, Any

import pytest

from pigate import cli

COMMANDS = ["run", "train", "predict", "table", "reproduce", "check", "teach", "forget", "key", "fleet", "off"]


#: Seconds after which a process is taken for one that hangs.
PATIENCE_S = 120

PIGATE = [sys.executable, "-m", "pigate"]


#: What a table that no single layer can learn is told: xor, with --hidden none.
NO_SINGLE_LAYER = (
    "  a single layer cannot learn it: 000 and 111 are on, 001 and 110 are off, and the inputs of both pairs add up "
    "alike; try a hidden layer: --hidden 4"
)

TRAINED_KEYS = ["table", "layers", "seed", "starts", "attempts", "epochs", "loss", "learned", "not_learned"]
TRAINED_KEYS += ["taught", "duration_s", "predictions"]


#: Runs side by side would ask for one port.
NO_PAGE = "[web]\nenabled = false\n"


def environment(**more: str) -> dict[str, str]:
    """Return a person's environment: buffered output, and no service manager."""
    ours = ("PYTHONUNBUFFERED", "NOTIFY_SOCKET", "RUNTIME_DIRECTORY", "EXIT_STATUS", "INVOCATION_ID")
    return {name: value for name, value in os.environ.items() if name not in ours} | more


def pigate(
    *arguments: str | bytes, stdin: str = "", stdout: int | IO[bytes] = subprocess.PIPE, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run pigate as a process of its own."""
    return subprocess.run(
        [*PIGATE, *arguments],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
        timeout=PATIENCE_S,
        check=False,
        **{"env": environment()} | more,
    )


class Call:
    """Call a command in this process, for what needs no process of its own."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(arguments)
        except SystemExit as exc:  # argparse's own
            code = int(exc.code or 0)
        captured = self._capfd.readouterr()
        return code, captured.out, captured.err

    def json(self, *arguments: str) -> Any:
        code, out, _ = self(*arguments, "--json")
        assert code == 0
        assert out.count("\n") == 1
        return json.loads(out)

    def refused(self, *arguments: str, code: int = 2) -> str:
        """Return the one printable line that a mistake costs."""
        found, out, err = self(*arguments)
        assert (found, out) == (code, "")
        assert err.endswith("\n")
        assert err[:-1].isprintable(), err
        return err[:-1]
