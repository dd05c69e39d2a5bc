"""`pigate off`."""

from pathlib import Path

import pytest

from pigate.pins import leftovers

from .calls import Call


def test_off(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`off` does nothing where no run named its outputs, and says why; under systemd it is quiet."""
    for name in ("RUNTIME_DIRECTORY", "EXIT_STATUS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(leftovers, "SERVICE_DIRECTORY", str(tmp_path / "service"))
    nothing = f"nothing to turn off: no run named its outputs in {tmp_path}/service/outputs.json"
    assert call("off") == (0, "", f"pigate: {nothing}\n")
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    assert "no run named its outputs in " in call("off")[2]
    for status in ("69", "78"):
        monkeypatch.setenv("EXIT_STATUS", status)
        assert call("off") == (0, "", "")


def test_off_with_a_damaged_file(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is no list of outputs is one line, exit 69."""
    monkeypatch.delenv("EXIT_STATUS", raising=False)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    for text in ("{", "[99]", "17", "[true]", "[" * 100_000):
        (tmp_path / "outputs.json").write_text(text)
        assert "this is no list of outputs" in call.refused("off", code=69)
