"""pigate: a logic gate that learns.

`train` trains a network on a `TruthTable` and returns it `Trained`, which prints as a table.

    >>> import pigate
    >>> trained = pigate.train(pigate.TruthTable.named("xor"))
    >>> trained.learned
    True
    >>> trained.decide("101")[1]
    ('off',)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import ArgumentError, PigateError, TableError, WeightsError
    from .learning.network import Network
    from .learning.tables import TruthTable
    from .learning.training import Trained, train

__version__ = "0.1.0"
__all__ = [
    "ArgumentError",
    "Network",
    "PigateError",
    "TableError",
    "Trained",
    "TruthTable",
    "WeightsError",
    "__version__",
    "train",
]

#: Where each is, from where it is loaded when it is first asked for: what does not compute does not pay for NumPy.
_LAZY = {
    "ArgumentError": "errors",
    "Network": "learning.network",
    "PigateError": "errors",
    "TableError": "errors",
    "Trained": "learning.training",
    "TruthTable": "learning.tables",
    "WeightsError": "errors",
    "train": "learning.training",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'pigate' has no attribute {name!r}")
    return getattr(import_module(f".{_LAZY[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
