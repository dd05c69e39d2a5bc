"""A progress bar for a training that takes longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .learning.training import Progress


@contextmanager
def shown(epochs: int, delay_s: float = 1.0) -> Iterator[Progress | None]:
    """Give a callback that shows the training's progress on a terminal, after a delay in seconds."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(total=epochs, desc="training", unit=" epochs", delay=delay_s, leave=False) as bar:

        def progress(epoch: int, loss: float) -> None:
            bar.set_postfix_str(f"loss {loss:.3g}", refresh=False)
            bar.update(epoch - bar.n)

        yield progress
