"""pigate: a logic gate that learns.

``TruthTable``, ``Network`` and ``train`` are loaded when they are first asked for, so that a
command that does not compute does not pay for NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .learning.network import Network
    from .learning.tables import TruthTable
    from .learning.training import train

__version__ = "0.1.0"
__all__ = ["Network", "TruthTable", "__version__", "train"]

_LAZY = {"TruthTable": "learning.tables", "Network": "learning.network", "train": "learning.training"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'pigate' has no attribute {name!r}")
    return getattr(import_module(f".{_LAZY[name]}", __name__), name)
