"""What the page's server asks of the gate, and the gate's answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

import msgspec

from .messages import Answer, Train

#: The gate answers at once, unless the machine is very busy or the gate is stopped.
ANSWER_S = 10.0


class Asker:
    """Asks the gate. For the server's event loop alone.

    Args:
        tell: sends the gate one message.
    """

    def __init__(self, tell: Callable[[msgspec.Struct], None]) -> None:
        self.tell = tell
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[bool]] = {}

    async def train(self, request: Train) -> bool:
        """Ask for a training; return whether the gate begins it, False where another is running.

        Raises:
            TimeoutError: there is no answer.
        """
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self.tell(msgspec.structs.replace(request, number=number))
        try:
            return await asyncio.wait_for(answer, ANSWER_S)
        finally:
            del self._waiting[number]

    def take(self, answer: Answer) -> None:
        """Take an answer of the gate's in; nobody waits any more for one that is late."""
        waiting = self._waiting.get(answer.number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.taken)
