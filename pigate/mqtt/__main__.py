"""MQTT's process: ``python -m pigate.mqtt``, started by the gate's.

Messages come on standard input and go to standard output; the input's end ends the process.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

from .. import __version__
from ..child.inside import end_with_the_gate, tell
from ..child.pipe import Failed, Up, received
from .messages import Levels, News, Said, Start, ToMqtt


def main() -> None:
    """Stay on the broker until the gate is gone."""
    end_with_the_gate()
    try:
        from .broker import Broker
    except ImportError as exc:  # also of a paho-mqtt before version 2
        tell(Failed(f"{exc}: pip install '.[mqtt]'"))
        return
    messages: Iterator[Any] = received(sys.stdin.buffer, ToMqtt)
    start = next(messages, None)
    if not isinstance(start, Start):
        return
    broker = Broker(start, __version__, lambda levels: tell(Levels(levels)), lambda text: tell(Said(text)))
    tell(Up())

    def run() -> None:
        try:
            broker.stay()
        finally:
            os._exit(1)  # a process that is on no broker is started again

    thread = threading.Thread(target=run, daemon=True)
    for message in messages:
        if isinstance(message, News):
            broker.publish(message.state)
            if thread.ident is None:
                thread.start()
    os._exit(0)  # without waiting for a broker


main()
