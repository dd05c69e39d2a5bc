from inspect import signature
from typing import Any

import msgspec
import numpy as np
import pytest

from pigate.errors import ArgumentError, TableError
from pigate.learning.tables import TruthTable
from pigate.learning.training import train
from pigate.settings import TrainingSettings

OR = TruthTable.named("or", 2)
WIDTHS = "hidden: give a list of at most 4 whole numbers from 1 to 64, not "


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rule": "foo"}, "rule: 'foo' is none of resilient, plain"),
        ({"rule": "resilent"}, "rule: 'resilent' is none of resilient, plain (did you mean resilient?)"),
        ({"rule": None}, "rule: None is none of resilient, plain"),
        ({"hidden": 4}, f"{WIDTHS}4"),
        ({"hidden": "44"}, f"{WIDTHS}'44'"),
        ({"hidden": [0]}, f"{WIDTHS}[0]"),
        ({"hidden": [65]}, f"{WIDTHS}[65]"),
        ({"hidden": [2.5]}, f"{WIDTHS}[2.5]"),
        ({"hidden": [1, 1, 1, 1, 1]}, f"{WIDTHS}[1, 1, 1, 1, 1]"),
        ({"hidden": None}, f"{WIDTHS}None"),
        ({"bias": 2}, "bias: give True or False, not 2"),
        ({"learning_rate": 0}, "learning_rate: give a number above 0 and at most 1000, not 0"),
        ({"learning_rate": 1001}, "learning_rate: give a number above 0 and at most 1000, not 1001"),
        ({"learning_rate": float("nan")}, "learning_rate: give a number above 0 and at most 1000, not nan"),
        ({"learning_rate": float("inf")}, "learning_rate: give a number above 0 and at most 1000, not inf"),
        ({"learning_rate": "1"}, "learning_rate: give a number above 0 and at most 1000, not '1'"),
        ({"starts": 0}, "starts: give a whole number from 1 to 256, not 0"),
        ({"starts": 257}, "starts: give a whole number from 1 to 256, not 257"),
        ({"starts": True}, "starts: give a whole number from 1 to 256, not True"),
        ({"epochs": -1}, "epochs: give a whole number from 1 to 1000000, not -1"),
        ({"epochs": 1e3}, "epochs: give a whole number from 1 to 1000000, not 1000.0"),
        ({"tolerance": 3}, "tolerance: give a number above 0 and below 0.5, not 3"),
        ({"tolerance": 0.5}, "tolerance: give a number above 0 and below 0.5, not 0.5"),
        ({"tolerance": 0}, "tolerance: give a number above 0 and below 0.5, not 0"),
        ({"seed": -1}, "seed: give a whole number from 0 to 9223372036854775807, not -1"),
        ({"seed": "x" * 50}, f"seed: give a whole number from 0 to 9223372036854775807, not '{'x' * 37}...'"),
    ],
)
def test_settings_out_of_their_limits(settings: dict[str, Any], message: str) -> None:
    """A setting that cannot be is one sentence, before anything is trained; a ValueError, too."""
    with pytest.raises(ArgumentError) as caught:
        train(OR, progress=lambda _epoch, _loss: pytest.fail("it trained"), **settings)
    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden": np.array([4, 4])},
        {"hidden": (np.int64(4),)},
        {"seed": np.int32(7), "starts": np.int64(3), "epochs": np.int64(900)},
        {"tolerance": np.float32(0.25), "learning_rate": np.float64(2), "rule": "plain"},
        {"tolerance": 0.49, "seed": 2**63 - 1, "starts": 256, "epochs": 1_000_000, "hidden": [64]},
        {"hidden": [1], "seed": 0},
    ],
)
def test_settings_inside_their_limits(settings: dict[str, Any]) -> None:
    """Each limit is allowed, and NumPy's numbers are numbers, recorded as Python's."""
    trained = train(OR, **settings)
    assert trained.learned
    assert {type(value) for value in (trained.record.seed, trained.record.starts, trained.epochs)} == {int}


def test_defaults() -> None:
    """In Python, a training has the defaults of the configuration."""
    defaults = {name: parameter.default for name, parameter in signature(train).parameters.items()}
    for field in msgspec.structs.fields(TrainingSettings):
        if field.name != "weights":  # given ones are not trained
            usual = getattr(TrainingSettings(), field.name)
            assert defaults[field.name] == (tuple(usual) if isinstance(usual, list) else usual), field.name


@pytest.mark.parametrize(("table", "shown"), [("xor", "'xor'"), ({"0": "1"}, "{'0': '1'}"), (None, "None")])
def test_what_is_no_table(table: Any, shown: str) -> None:
    """A name or a dict is no table: one sentence says how to make one."""
    with pytest.raises(TableError) as caught:
        train(table)
    assert str(caught.value) == f'train takes a TruthTable, such as TruthTable.named("xor"), not {shown}'
