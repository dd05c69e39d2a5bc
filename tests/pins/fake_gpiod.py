"""A stand-in for the kernel below the package gpiod: chips, lines, and wires that a test moves.

Only what would open /dev/gpiochip* is faked, `gpiod.Chip` and its `LineRequest`. Settings, enums,
events and errors are the package's own, and all settings pass through libgpiod's own checks.
"""

from __future__ import annotations

import errno
import fcntl
import gc
import os
import select
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatch
from typing import Any
from unittest import mock

import gpiod
from gpiod import _ext
from gpiod.line import Bias, Clock, Direction, Drive, Edge, Value
from gpiod.line_info import LineInfo
from gpiod.line_settings import _line_settings_to_ext
from gpiozero.pins.local import LocalPiFactory

Config = dict[Iterable[int | str] | int | str, gpiod.LineSettings | None]

#: The kernel keeps this many events of a line and then drops the oldest; a request may ask for up to the second.
DEFAULT_EVENTS, MAX_EVENTS = 16, 1024

#: The kernel's `struct gpio_v2_line_event`: time, kind, line, the request's and the line's number, padding.
EVENT = struct.Struct("=QIIII24x")

PI_3B = 0xA02082


@dataclass
class Line:
    """One line of a chip: what the chip does to it, and what hangs on it outside."""

    offset: int
    #: what a switch or another chip does to the wire; None where nothing drives it
    outside: int | None = None
    #: who holds it, None for nobody; not only requests of this process
    consumer: str | None = None
    request: FakeLineRequest | None = None
    settings: gpiod.LineSettings = field(default_factory=gpiod.LineSettings)
    #: level that the chip drives, None for an input; a Raspberry Pi keeps it after the release
    driven: int | None = None
    #: (direction, level or bias) as set, oldest first
    history: list[tuple[str, int | str]] = field(default_factory=list)
    joined: list[Line] = field(default_factory=list)

    @property
    def level(self) -> int:
        """What a meter on the wire shows; a floating one shows 0."""
        wire = [self, *self.joined]
        for strength in ("driven", "outside"):
            for line in wire:
                if (level := getattr(line, strength)) is not None:
                    return int(level)
        return int(any(line.settings.bias is Bias.PULL_UP for line in wire))

    @property
    def driven_levels(self) -> list[int]:
        """The levels that the chip has driven, oldest first."""
        return [level for direction, level in self.history if direction == "output" and isinstance(level, int)]


class World:
    """The chips of a machine. Any thread may call; `changed` wakes `wait_for`."""

    def __init__(self, labels: dict[str, str] | None = None) -> None:
        self.labels = {"/dev/gpiochip0": "pinctrl-bcm2835"} if labels is None else labels
        #: path -> error number that opening the chip gives
        self.refused: dict[str, int] = {}
        self.lines: dict[int, Line] = {offset: Line(offset) for offset in range(54)}
        self.open_chips = 0
        #: called before each operation on a line with its name and the line, to raise in the kernel's stead
        self.trouble: Callable[[str, int], None] = lambda _operation, _offset: None
        self.changed = threading.Condition(threading.RLock())

    def drive(self, offset: int, level: int | None) -> None:
        """Put a level on a wire from outside; None lets go of it."""
        with self.changing():
            self.lines[offset].outside = level

    def join(self, first: int, second: int) -> None:
        """Put a wire between two lines."""
        with self.changing():
            self.lines[first].joined.append(self.lines[second])
            self.lines[second].joined.append(self.lines[first])

    def unplug(self) -> None:
        """Take the chips away: every operation fails, and every request's descriptor hangs up."""

        def gone(_operation: str, _offset: int) -> None:
            raise refusal(errno.ENODEV)

        with self.changed:
            self.trouble = gone
            for line in self.lines.values():
                if line.request is not None:
                    line.request.hang_up()

    def level(self, offset: int) -> int:
        """Look at a wire."""
        with self.changed:
            return self.lines[offset].level

    def held(self) -> list[int]:
        """Return the lines that requests of this process hold."""
        with self.changed:
            return [line.offset for line in self.lines.values() if line.request is not None]

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        """Wait until something that `condition` looks at on the wires holds; False if it never does."""
        with self.changed:
            return self.changed.wait_for(condition, timeout=20)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Report edges of whatever changes inside, on the lines that are watched before and after."""
        with self.changed:
            before = {line.offset: (line.level, line.settings.edge_detection) for line in self.lines.values()}
            yield
            for line in self.lines.values():
                level, edges = before[line.offset]
                if line.level != level and line.settings.edge_detection is edges:
                    self._edge(line)
            self.changed.notify_all()

    def _edge(self, line: Line) -> None:
        wanted = {Edge.NONE: (), Edge.RISING: (1,), Edge.FALLING: (0,), Edge.BOTH: (0, 1)}
        if line.request is None or line.level not in wanted[line.settings.edge_detection]:
            return
        line.request.push(gpiod.EdgeEvent.Type.RISING_EDGE if line.level else gpiod.EdgeEvent.Type.FALLING_EDGE)

    def use(self, operation: str, offset: int) -> None:
        """Give a test its moment to fail an operation."""
        self.trouble(operation, offset)


def refusal(number: int) -> Exception:
    """Return an error as the package's C part would raise it: EINVAL and EOPNOTSUPP are no OSError."""
    kinds: dict[int, type[Exception]] = {errno.EINVAL: ValueError, errno.EOPNOTSUPP: NotImplementedError}
    return kinds.get(number, OSError)(number, os.strerror(number))


class FakeLineRequest:
    """One claimed line. Its descriptor is a pipe that holds the kernel's events."""

    def __init__(self, world: World, line: Line, event_buffer_size: int) -> None:
        self._world = world
        self._line = line
        self._kept = min(event_buffer_size or DEFAULT_EVENTS, MAX_EVENTS)  # by the kernel
        self._capacity = min(event_buffer_size or 64, MAX_EVENTS)  # of libgpiod's buffer, for one read
        self._fd, self._other_end = os.pipe()
        self._pushed = 0
        self._released = False

    def __bool__(self) -> bool:
        return not self._released

    def _check_released(self) -> None:
        if self._released:
            raise gpiod.RequestReleasedError

    def push(self, kind: gpiod.EdgeEvent.Type) -> None:
        """Put an edge in the kernel's queue, which makes the descriptor readable."""
        (size,) = struct.unpack("i", fcntl.ioctl(self._fd, termios.FIONREAD, b"0000"))
        if size >= self._kept * EVENT.size:
            with suppress(BlockingIOError):  # a reader has emptied it just now
                os.read(self._fd, EVENT.size)
        self._pushed += 1
        offset, number = self._line.offset, self._pushed
        os.write(self._other_end, EVENT.pack(time.monotonic_ns(), kind.value, offset, number, number))

    def hang_up(self) -> None:
        """Make the descriptor say that there is no chip behind it any more."""
        os.close(self._other_end)
        self._other_end = -1

    def apply(self, settings: gpiod.LineSettings) -> None:
        """Set the line, as the kernel's two requests to do so would."""
        # libgpiod's own checks, in C
        _ext.LineConfig().add_line_settings([self._line.offset], _line_settings_to_ext(settings))
        output = settings.direction is Direction.OUTPUT
        if not output and settings.direction is not Direction.INPUT:
            raise AssertionError("no caller of ours leaves the direction as it is")
        if output and (settings.edge_detection is not Edge.NONE or settings.debounce_period):
            raise refusal(errno.EINVAL)  # the kernel: edges and debouncing are for inputs
        line = self._line
        line.settings = settings
        line.driven = int(settings.output_value is Value.ACTIVE) if output else None
        line.history.append(("output", int(bool(line.driven))) if output else ("input", settings.bias.name))

    @property
    def fd(self) -> int:
        self._check_released()
        return self._fd

    def release(self) -> None:
        if not self._released:
            with self._world.changing():
                self._released = True
                os.close(self._fd)
                if self._other_end >= 0:
                    os.close(self._other_end)
                self._line.request = self._line.consumer = None

    def get_value(self, line: int | str) -> Value:
        self._check_released()
        assert line == self._line.offset
        self._world.use("get", self._line.offset)
        return Value.ACTIVE if self._world.level(self._line.offset) else Value.INACTIVE

    def set_value(self, line: int | str, value: Value) -> None:
        self._check_released()
        assert line == self._line.offset
        self._world.use("set", self._line.offset)
        if self._line.driven is None:
            raise refusal(errno.EPERM)
        with self._world.changing():
            self._line.driven = int(value is Value.ACTIVE)
            self._line.history.append(("output", self._line.driven))

    def reconfigure_lines(self, config: Config) -> None:
        self._check_released()
        ((offset, settings),) = config.items()
        assert offset == self._line.offset
        self._world.use("reconfigure", self._line.offset)
        with self._world.changing():
            self.apply(settings or gpiod.LineSettings())

    def wait_edge_events(self, timeout: timedelta | float | None = None) -> bool:
        self._check_released()
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        return bool(select.select([self._fd], [], [], seconds)[0])

    def read_edge_events(self, max_events: int | None = None) -> list[gpiod.EdgeEvent]:
        self._check_released()
        self._world.use("read", self._line.offset)
        count = min(64 if max_events is None else max_events, self._capacity)
        data = os.read(self._fd, count * EVENT.size)  # waits for an edge where the kernel would
        return [
            gpiod.EdgeEvent(kind, timestamp, offset, seqno, line_seqno)
            for timestamp, kind, offset, seqno, line_seqno in EVENT.iter_unpack(data)
        ]


class FakeChip:
    """An opened chip of the world that is plugged in."""

    world: World  # set by `plugged_in`

    def __init__(self, path: str) -> None:
        if path in self.world.refused:
            raise refusal(self.world.refused[path])
        if path not in self.world.labels:
            raise refusal(errno.ENOENT)
        self._label = self.world.labels[path]
        self._path = path
        self._closed = False
        self.world.open_chips += 1

    def __bool__(self) -> bool:
        return not self._closed

    def __enter__(self) -> FakeChip:
        self._check_closed()
        return self

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        self.close()

    def _check_closed(self) -> None:
        if self._closed:
            raise gpiod.ChipClosedError

    def close(self) -> None:
        self._check_closed()  # as gpiod did before 2.5
        self._closed = True
        self.world.open_chips -= 1

    @property
    def path(self) -> str:
        self._check_closed()
        return self._path

    def get_info(self) -> gpiod.ChipInfo:
        self._check_closed()
        return gpiod.ChipInfo(self._path.removeprefix("/dev/"), self._label, len(self.world.lines))

    def get_line_info(self, line: int | str) -> LineInfo:
        self._check_closed()
        found = self.world.lines[int(line)]
        settings = found.settings
        return LineInfo(
            found.offset,
            f"GPIO{found.offset}",
            found.consumer is not None,
            found.consumer or "",
            (Direction.INPUT if found.driven is None else Direction.OUTPUT).value,
            False,
            settings.bias.value,
            Drive.PUSH_PULL.value,
            settings.edge_detection.value,
            Clock.MONOTONIC.value,
            bool(settings.debounce_period),
            settings.debounce_period // timedelta(microseconds=1),
        )

    def request_lines(
        self,
        config: Config,
        consumer: str | None = None,
        event_buffer_size: int | None = None,
        output_values: dict[int | str, Value] | None = None,
    ) -> FakeLineRequest:
        self._check_closed()
        assert output_values is None
        ((offset, settings),) = config.items()
        assert isinstance(offset, int)
        if offset not in self.world.lines:
            raise ValueError("line offset of out range")
        line = self.world.lines[offset]
        self.world.use("request", offset)
        with self.world.changing():
            if line.consumer is not None:
                raise refusal(errno.EBUSY)
            request = FakeLineRequest(self.world, line, event_buffer_size or 0)
            request.apply(settings or gpiod.LineSettings())
            line.request, line.consumer = request, consumer or "?"
        return request


@contextmanager
def plugged_in(world: World, revision: int = PI_3B) -> Iterator[World]:
    """Make this process see the world's chips, on a Raspberry Pi of that revision, and nothing else."""
    # Devices that an earlier test left in a caught error's traceback: were they collected while
    # gpiozero reserves a pin, their __del__ would wait for its lock for ever.
    gc.collect()
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(gpiod, "Chip", FakeChip))
        stack.enter_context(mock.patch.object(FakeChip, "world", world, create=True))
        for name in ("gpiozero.pins.local.get_pi_revision", "pigate.pins.board.get_pi_revision"):
            stack.enter_context(mock.patch(name, return_value=revision))
        stack.enter_context(
            mock.patch(
                "pigate.pins.gpiochip.glob", lambda pattern: [path for path in world.labels if fnmatch(path, pattern)]
            )
        )
        try:
            yield world
        finally:
            # gpiozero shares these between all factories of a process, so also between tests.
            LocalPiFactory.pins.clear()
            LocalPiFactory._reservations.clear()
