"""`python -m pigate` is `pigate`."""

import sys

from .cli import main

sys.exit(main())
