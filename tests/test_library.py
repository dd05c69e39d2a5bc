"""The library as a person meets it: at Python's prompt and in a notebook."""

from __future__ import annotations

import doctest
import inspect
import pydoc
from types import ModuleType

import pytest

import pigate
from pigate import errors
from pigate.learning import training

OFFERED = ["ArgumentError", "Network", "PigateError", "TableError", "Trained", "TruthTable", "WeightsError", "train"]


def test_dir() -> None:
    """What the library offers is listed before it is loaded; nothing else is there."""
    assert [name for name in dir(pigate) if not name.startswith("_")] == OFFERED
    assert all(inspect.isclass(getattr(pigate, name)) or callable(getattr(pigate, name)) for name in OFFERED)
    with pytest.raises(AttributeError, match="module 'pigate' has no attribute 'trian'"):
        pigate.trian  # noqa: B018


@pytest.mark.parametrize("name", OFFERED)
def test_help(name: str) -> None:
    """`help(pigate)` shows all that it offers, each with an example."""
    shown = pydoc.plain(pydoc.render_doc(pigate))
    assert f"{name}(" in shown
    assert ">>> " in (getattr(pigate, name).__doc__ or "")


@pytest.mark.parametrize("thing", [pigate, *(getattr(pigate, name) for name in OFFERED), training.Record])
def test_examples(thing: ModuleType | type) -> None:
    """Every example in help() does what it shows."""
    globals_ = {"TruthTable": pigate.TruthTable}
    examples = doctest.DocTestFinder(exclude_empty=True, recurse=not inspect.ismodule(thing)).find(
        thing, getattr(thing, "__name__", None), globs=globals_
    )
    runner = doctest.DocTestRunner()
    for example in examples:
        runner.run(example)
    assert runner.tries > 0
    assert runner.failures == 0


def test_errors_are_pigates() -> None:
    """One `except pigate.PigateError` catches all of pigate's errors, and a ValueError those of a wrong value."""
    for error in vars(errors).values():
        if inspect.isclass(error) and error.__module__ == errors.__name__:
            assert issubclass(error, pigate.PigateError)
    for error in (pigate.ArgumentError, pigate.TableError, pigate.WeightsError):
        assert issubclass(error, ValueError)


def test_learning() -> None:
    """The front opens what the rooms hold."""
    trained = pigate.train(pigate.TruthTable.from_function(lambda a, b, c: (a and not b) or c))
    assert isinstance(trained, pigate.Trained)
    assert trained.learned
    assert isinstance(trained.network, pigate.Network)
