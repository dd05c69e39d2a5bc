"""The command: ``pigate``, and ``python -m pigate``."""

import atexit
import os
import sys

from .gate import signals


def main() -> int:
    """Run the command line; Ctrl-C is no traceback, however early or late it comes."""
    signals.interrupt_at_once()
    # Read when NumPy is loaded. These networks are too small for BLAS's threads, which wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from .cli import main

        code = main()
    finally:
        signals.ignore()
    if "readline" in sys.modules:  # on a stopped terminal its thread holds a lock that a usual exit would wait for
        atexit._run_exitfuncs()
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
