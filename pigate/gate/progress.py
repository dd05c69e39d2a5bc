"""What a person sees of a training that takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import say

if TYPE_CHECKING:
    from ..learning.training import Progress


@contextmanager
def shown(epochs: int, delay_s: float = 1.0) -> Iterator[Progress]:
    """Give a callback for the training, which after a delay shows a bar on a terminal, and elsewhere says one line."""
    begin = time.monotonic()
    bar: Any = None
    told = False

    def progress(epoch: int, loss: float) -> None:
        nonlocal bar, told
        if bar is not None:
            bar.set_postfix_str(f"loss {loss:.3g}", refresh=False)
            bar.update(epoch - bar.n)
        elif not told and time.monotonic() >= begin + delay_s:
            told = True
            if sys.stderr.isatty():
                from tqdm import tqdm  # it takes longer to load than most trainings

                now = f"loss {loss:.3g}"
                bar = tqdm(total=epochs, initial=epoch, desc="training", unit=" epochs", leave=False, postfix=now)
            else:
                say(f"training takes longer: {epoch} of at most {epochs} epochs so far")

    try:
        yield progress
    finally:
        if bar is not None:
            bar.close()
