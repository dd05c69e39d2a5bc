"""The command: ``pigate``, and ``python -m pigate``."""

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
    """Raise KeyboardInterrupt, once: the next Ctrl-C must not hit what the first one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
