"""The command: ``pigate``, and ``python -m pigate``."""

import signal
import sys


def main() -> int:
    """Run the command line; Ctrl-C is no traceback, however early or late it comes."""
    try:
        from .cli import main

        return main()
    except KeyboardInterrupt:
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # it ends already
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
