"""All gates of a broker, as far as it tells of them: what `pigate fleet` shows. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import msgspec

from ..errors import one_line
from .topics import OFFLINE, OFFLINE_S, ONLINE

#: Letters of a text that others have written which a line shows; a gate's own name has no more.
MAX_LETTERS = 64


class State(msgspec.Struct, frozen=True):
    """What a gate publishes as its state."""

    name: str
    version: str
    table: str
    levels: str
    prediction: tuple[float, ...]
    decision: tuple[str, ...]
    taught: bool
    loss: float
    proved: bool
    changed: str
    connected: str


@dataclass(frozen=True)
class Row:
    """A gate, as a line shows it. The fields are the columns."""

    name: str
    id: str
    table: str
    levels: str
    decision: str
    #: online, offline, or ? while there is no connection to the broker
    status: str
    #: since when the status is so; empty if nobody knows
    since: str
    version: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The text of each column."""
        return tuple(vars(self).values())


COLUMNS = tuple(Row.__dataclass_fields__)


class Fleet:
    """The gates on a broker. For one thread.

    The broker sends with each availability for how many seconds it is still kept. A gate's word that it is online is
    kept for a minute, and a gate repeats it. That a gate is offline is kept for `OFFLINE_S`, so what is missing of
    them is how long it has been.

    Args:
        prefix: with which the topics of the gates begin.
        now: returns the time.
    """

    def __init__(self, prefix: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._prefix = prefix
        self._now = now
        self._states: dict[str, State] = {}
        self._online_until: dict[str, datetime] = {}
        self._offline_since: dict[str, datetime] = {}
        #: whether there is a connection to the broker
        self.reached = True

    @property
    def subscriptions(self) -> list[str]:
        """The topics to listen to."""
        return [f"{self._prefix}/+/state", f"{self._prefix}/+/availability"]

    def take(self, topic: str, payload: bytes, lasts_s: float = inf) -> None:
        """Take in a message; one that is none of a gate's changes nothing.

        Args:
            topic: where it was published.
            payload: what.
            lasts_s: seconds for which the broker still keeps it.
        """
        gate, _, kind = topic.removeprefix(f"{self._prefix}/").partition("/")
        if kind == "availability":
            self._online_until.pop(gate, None)
            self._offline_since.pop(gate, None)
            if payload == ONLINE.encode():
                self._online_until[gate] = self._now() + timedelta(seconds=min(lasts_s, OFFLINE_S))
            elif payload == OFFLINE.encode() and lasts_s <= OFFLINE_S:
                self._offline_since[gate] = self._now() - timedelta(seconds=OFFLINE_S - lasts_s)
        elif kind == "state":
            self._states.pop(gate, None)
            try:
                state = msgspec.json.decode(payload, type=State)
                self._when(state.connected)
            except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):  # or the year 1, say
                return
            self._states[gate] = state

    def chosen(self, word: str | None = None, column: str = "name") -> list[tuple[Row, dict[str, Any]]]:
        """Return the gates in the order of a column, each as a line shows it and as JSON does.

        Args:
            word: stands in a column of each, in large letters or small; None for all gates.
            column: one of `COLUMNS`.
        """
        found = [self._shown(gate, state) for gate, state in self._states.items()]
        wanted = (word or "").casefold()
        kept = [each for each in found if any(wanted in cell.casefold() for cell in each[0].cells)]
        if column == "since":  # as it stands on the line it has no date
            return sorted(kept, key=lambda each: (each[1]["since"] or "", each[0].id))
        return sorted(kept, key=lambda each: (getattr(each[0], column).casefold(), each[0].id))

    def _shown(self, gate: str, state: State) -> tuple[Row, dict[str, Any]]:
        until = self._online_until.get(gate)
        online = until is not None and until > self._now()
        ended = self._offline_since.get(gate, until)
        since = state.connected if online else ended and ended.isoformat(timespec="seconds")
        row = Row(
            _short(state.name),
            _short(gate),
            _short(state.table),
            _short(state.levels),
            _short(" ".join(state.decision)),
            (ONLINE if online else OFFLINE) if self.reached else "?",
            self._when(since) if since and self.reached else "",
            _short(state.version),
        )
        return row, {"id": gate, **msgspec.to_builtins(state), "online": online, "since": since}

    def _when(self, moment: str) -> str:
        """Return a time as the clock on the wall shows it, with the date unless it is today's."""
        local = datetime.fromisoformat(moment).astimezone()
        return f"{local:%H:%M:%S}" if local.date() == self._now().astimezone().date() else f"{local:%Y-%m-%d %H:%M}"


def _short(text: str) -> str:
    """Return what others have written as it can stand on a line."""
    line = one_line(text)
    return line if len(line) <= MAX_LETTERS else f"{line[: MAX_LETTERS - 3]}..."


def lines(rows: Sequence[Row]) -> list[str]:
    """Return a heading and a line for each gate, one column under another."""
    table = [COLUMNS, *(row.cells for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    padded = [
        [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)] for cells in table
    ]
    return ["  ".join(cells).rstrip() for cells in padded]


def _width(text: str) -> int:
    """Return how many places a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)
