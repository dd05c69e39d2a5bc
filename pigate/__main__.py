"""The command: ``pigate``, and ``python -m pigate``."""

import os
import signal
import sys


def main() -> int:
    """Run the command line; Ctrl-C is no traceback, however early or late it comes."""
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupt)
        from .cli import main

        return main()
    except KeyboardInterrupt:
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it ends already
            signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: object) -> None:
    """End with 130 by the way of all exits; a second Ctrl-C, should the first take long or be lost, at once.

    NumPy, while it is loaded, makes an ImportError of what is raised here: no traceback for that.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    sys.excepthook = lambda *_: os._exit(130)
    raise SystemExit(130)


if __name__ == "__main__":
    sys.exit(main())
