"""The command: ``pigate``, and ``python -m pigate``."""

import sys

from .gate import signals


def main() -> int:
    """Run the command line; Ctrl-C is no traceback, however early or late it comes."""
    signals.interrupt_at_once()
    try:
        from .cli import main

        return main()
    finally:
        signals.ignore()


if __name__ == "__main__":
    sys.exit(main())
