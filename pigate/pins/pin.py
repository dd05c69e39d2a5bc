"""A pin of the pin factory: one line of the chip, behind gpiozero's interface."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import gpiod
from gpiod.line import Bias, Direction, Edge, Value
from gpiozero.exc import (
    PinEdgeDetectUnsupported,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinSetInput,
)
from gpiozero.pins.local import LocalPiPin

from . import gpiochip
from .listener import Listener

if TYPE_CHECKING:
    from gpiozero.pins import Factory, PinInfo

_BIAS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
_EDGES = {"both": Edge.BOTH, "rising": Edge.RISING, "falling": Edge.FALLING, "none": Edge.NONE}


@dataclass(frozen=True)
class _Config:
    """How a line is configured."""

    function: str = "input"
    pull: str = "floating"
    #: in seconds; the kernel debounces inputs alone, so an output's waits until it is an input
    bounce: float | None = None
    edges: str = "both"
    #: whether the kernel reports edges
    watched: bool = False

    def settings(self, level: bool) -> gpiod.LineSettings:
        """Return the configuration for the kernel; `level` is what an output drives."""
        if self.function == "output":
            return gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value(int(level)))
        return gpiod.LineSettings(
            direction=Direction.INPUT,
            bias=_BIAS[self.pull],
            edge_detection=_EDGES[self.edges] if self.watched else Edge.NONE,
            debounce_period=timedelta(seconds=self.bounce or 0),
        )


class GpiodPin(LocalPiPin):  # type: ignore[misc]  # gpiozero is untyped
    """One line of the chip. The first use claims it; `close` releases it, and it can be used again.

    Any thread may call: a lock guards the line's request. What the kernel refuses raises OSError,
    ValueError (EINVAL) or NotImplementedError (EOPNOTSUPP), and leaves the pin as it was.

    Args:
        factory: the `GpiodFactory` that makes the pin.
        info: gpiozero's description of the pin.
    """

    def __init__(self, factory: Factory, info: PinInfo) -> None:
        super().__init__(factory, info)
        self._lock = self._when_changed_lock
        self._request: gpiod.LineRequest | None = None
        self._initial = self._config = _Config(pull=info.pull or "floating")
        #: the thread that calls this pin's handler, while it has one
        self._listener: Listener | None = None
        #: older edges were for an earlier handler
        self._listening_since_ns = 0

    def close(self) -> None:
        """Make the line an input and release it.

        An output that is low gets a pull-down, so that whatever it drives does not float.
        """
        with self._lock:
            try:
                if self._request is not None:
                    low = self._config.function == "output" and not self.state
                    self._apply(replace(self._initial, pull="down") if low else self._initial)
            finally:  # release the line even where the kernel refuses
                self._forget_handler()
                if self._request is not None:
                    self._request.release()
                    self._request = None
                self._config = self._initial

    def _apply(self, config: _Config, level: bool = False) -> gpiod.LineRequest:
        """Claim or reconfigure the line; an output drives `level`. The pin changes once the kernel agrees."""
        settings = config.settings(level)
        if self._request is None:
            self._request = self.factory.request(self._number, settings)
            os.set_blocking(self._request.fd, False)
        else:
            self._request.reconfigure_lines({self._number: settings})
        self._config = config
        return self._request

    def _claimed(self) -> gpiod.LineRequest:
        return self._request or self._apply(self._config)

    def output_with_state(self, state: float) -> None:
        """Make the line an output that drives this state from its first moment."""
        with self._lock:
            output = replace(self._config, function="output", pull="floating", bounce=None, watched=False)
            self._apply(output, bool(state))
            self._forget_handler()

    def input_with_pull(self, pull: str) -> None:
        """Make the line an input with this pull, in one step."""
        with self._lock:
            self._check_pull(pull)
            self._apply(replace(self._config, function="input", pull=pull))

    def _get_function(self) -> str:
        return self._config.function

    def _set_function(self, value: str) -> None:
        with self._lock:
            if value == "output":
                self.output_with_state(self.state)
            elif value == "input":
                self._apply(replace(self._config, function="input"))
            else:
                raise PinInvalidFunction(f'invalid function "{value}" for pin {self!r}')

    def _get_state(self) -> int:
        with self._lock:
            return int(self._claimed().get_value(self._number) is Value.ACTIVE)

    def _set_state(self, value: float) -> None:
        with self._lock:
            if self._config.function == "input":
                raise PinSetInput(f"cannot set state of pin {self!r}")
            self._claimed().set_value(self._number, Value.ACTIVE if value else Value.INACTIVE)

    def _get_pull(self) -> str:
        return self._config.pull

    def _set_pull(self, value: str) -> None:
        with self._lock:
            if self._config.function != "input":
                raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
            self._check_pull(value)
            self._apply(replace(self._config, pull=value))

    def _check_pull(self, pull: str) -> None:
        if pull not in _BIAS:
            raise PinInvalidPull(f'invalid pull "{pull}" for pin {self!r}')
        if self.info.pull not in ("", pull):
            raise PinFixedPull(f"{self!r} has a physical pull-{self.info.pull} resistor")

    def _get_bounce(self) -> float | None:
        return self._config.bounce

    def _set_bounce(self, value: float | None) -> None:
        with self._lock:
            if value is not None and value < 0:
                raise PinInvalidBounce("bounce must be 0 or greater")
            config = replace(self._config, bounce=value or None)
            if config.function == "input":
                self._apply(config)
            self._config = config

    def _get_edges(self) -> str:
        return self._config.edges

    def _set_edges(self, value: str) -> None:
        with self._lock:
            if value not in _EDGES:
                raise PinInvalidEdges(f'invalid edge specification "{value}" for pin {self!r}')
            config = replace(self._config, edges=value)
            if config.watched:
                self._apply(config)
            self._config = config

    def watch(self) -> int:
        """Start edge detection; return the non-blocking descriptor that an edge makes readable.

        For a program with an event loop of its own; reading the descriptor discards the pending
        edges. A program without one sets ``when_changed`` instead.

        Raises:
            PinEdgeDetectUnsupported: the pin is an output.
        """
        with self._lock:
            if self._config.function == "output":
                raise PinEdgeDetectUnsupported(f"edge detection is not supported on output pin {self!r}")
            return self._apply(replace(self._config, watched=True)).fd

    def _enable_event_detect(self) -> None:
        try:
            self._listening_since_ns = time.monotonic_ns()  # the clock of the edges
            fd = self.watch()
            listener: Listener = self.factory.listener()
            listener.add(fd, self._read_events, self._call_handler)
            self._listener = listener
        except BaseException:
            self._when_changed = None  # gpiozero has set it already
            raise

    def _disable_event_detect(self) -> None:
        if self._listener is not None:
            self._apply(replace(self._config, watched=False))
            self._forget_handler()

    def _forget_handler(self) -> None:
        if self._listener is not None and self._request is not None:
            self._listener.remove(self._request.fd)
        self._listener = self._when_changed = None

    def _read_events(self) -> list[gpiod.EdgeEvent]:
        """Take the pending edges. For the listener's thread."""
        with self._lock:
            if self._request is None or not self._config.watched:
                return []
            try:
                return self._request.read_edge_events(gpiochip.EVENT_BUFFER_SIZE)
            except BlockingIOError:  # there are none
                return []

    def _call_handler(self, event: gpiod.EdgeEvent) -> None:
        """Call ``when_changed`` for an edge. For the listener's thread."""
        with self._lock:
            if self._listener is None or event.timestamp_ns < self._listening_since_ns:
                return
            handler = self.when_changed
            if handler is None:  # gpiozero holds handlers weakly, and this one is gone
                self._disable_event_detect()
                return
        handler(event.timestamp_ns / 1e9, int(event.event_type is event.Type.RISING_EDGE))
