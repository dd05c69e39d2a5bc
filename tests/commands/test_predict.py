"""`pigate predict`."""

from pathlib import Path

import pytest

from .calls import NO_SINGLE_LAYER, Call


def test_predict(call: Call) -> None:
    """`predict` answers one setting of the switches, as the contract's object or in words."""
    found = call.json("predict", "101")
    assert list(found) == ["levels", "prediction", "decision", "taught"]
    assert (found["levels"], found["decision"], found["taught"]) == ("101", ["off"], True)
    assert found["prediction"] == call.json("train")["predictions"]["101"]
    assert call("predict", "111")[1].startswith("111 -> on 0.9")
    assert call("predict", "011", "--table", "full-adder")[1].startswith("011 -> off 0.0")


def test_predict_untaught(call: Call) -> None:
    """A row that is not taught is answered as a guess."""
    Path("one").write_text("000 1\n")
    assert call.json("predict", "101", "--table", "one")["taught"] is False
    assert call("predict", "101", "--table", "one")[1].endswith("(not taught: a guess)\n")


@pytest.mark.parametrize("levels", ["10", "1010", "1o1", "", "\u0661\u0660\u0661", "1\n1", "\x1b[1"])
def test_wrong_levels(call: Call, levels: str) -> None:
    """What is no setting of the switches is one line, exit 2."""
    assert "is no setting of 3 switches: give 3 of 0 and 1" in call.refused("predict", levels)


def test_predict_unproved(call: Call) -> None:
    """A network that is not proved is not asked: a line with the rows, one with what to try, exit 1."""
    code, out, err = call("predict", "101", "--hidden", "none", "--epochs", "50")
    assert (code, out) == (1, "")
    line, hint = err.splitlines()
    assert hint == NO_SINGLE_LAYER
    assert line.startswith("pigate: the table xor is not learned after 50 epochs and 2 attempts: ")
