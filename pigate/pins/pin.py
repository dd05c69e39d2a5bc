"""A pin of the pin factory: one line of the chip, behind gpiozero's interface."""

from __future__ import annotations

import os
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

if TYPE_CHECKING:
    from gpiozero.pins import Factory, PinInfo

_BIAS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
_EDGES = {"both": Edge.BOTH, "rising": Edge.RISING, "falling": Edge.FALLING, "none": Edge.NONE}


class GpiodPin(LocalPiPin):  # type: ignore[misc]  # gpiozero is untyped
    """One line of the chip. The first use claims it; `close` releases it, and it can be used again.

    Any thread may call: a lock guards the line's request.

    Args:
        factory: the `GpiodFactory` that makes the pin.
        info: gpiozero's description of the pin.
    """

    def __init__(self, factory: Factory, info: PinInfo) -> None:
        super().__init__(factory, info)
        self._lock = self._when_changed_lock
        self._request: gpiod.LineRequest | None = None
        self._reset()

    def _reset(self) -> None:
        self._function = "input"
        self._pull: str = self.info.pull or "floating"
        self._bounce: float | None = None
        self._edges = "both"
        self._watched = False

    def close(self) -> None:
        """Make the line an input and release it.

        An output that is low gets a pull-down, so that whatever it drives does not float.
        """
        with self._lock:
            try:
                self.when_changed = None
                if self._request is not None:
                    low = self._function == "output" and not self.state
                    self._reset()
                    if low:
                        self._pull = "down"
                    self._apply()
            finally:  # release the line even where the kernel refuses
                self._when_changed = None
                if self._request is not None:
                    self._request.release()
                    self._request = None
                self._reset()

    def _apply(self, level: bool = False) -> gpiod.LineRequest:
        """Claim or reconfigure the line to match this pin's fields; `level` is what an output drives."""
        if self._function == "output":
            settings = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value(int(level)))
        else:
            settings = gpiod.LineSettings(
                direction=Direction.INPUT,
                bias=_BIAS[self._pull],
                edge_detection=_EDGES[self._edges] if self._watched else Edge.NONE,
                debounce_period=timedelta(seconds=self._bounce or 0),
            )
        if self._request is None:
            self._request = gpiochip.request(self.factory.chip, self._number, settings, self.factory.consumer)
            os.set_blocking(self._request.fd, False)
        else:
            self._request.reconfigure_lines({self._number: settings})
        return self._request

    def _claimed(self) -> gpiod.LineRequest:
        return self._request or self._apply()

    def output_with_state(self, state: float) -> None:
        """Make the line an output that drives this state from its first moment."""
        with self._lock:
            self._become_output(bool(state))

    def input_with_pull(self, pull: str) -> None:
        """Make the line an input with this pull, in one step."""
        with self._lock:
            self._check_pull(pull)
            self._function, self._pull = "input", pull
            self._apply()

    def _become_output(self, level: bool) -> None:
        if self._watched:
            self.when_changed = None
            self._watched = False
        self._function, self._pull, self._bounce = "output", "floating", None
        self._apply(level)

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        with self._lock:
            if value == "output":
                self._become_output(bool(self.state))
            elif value == "input":
                self._function = "input"
                self._apply()
            else:
                raise PinInvalidFunction(f'invalid function "{value}" for pin {self!r}')

    def _get_state(self) -> int:
        with self._lock:
            return int(self._claimed().get_value(self._number) is Value.ACTIVE)

    def _set_state(self, value: float) -> None:
        with self._lock:
            if self._function == "input":
                raise PinSetInput(f"cannot set state of pin {self!r}")
            self._claimed().set_value(self._number, Value.ACTIVE if value else Value.INACTIVE)

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        with self._lock:
            if self._function != "input":
                raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
            self._check_pull(value)
            self._pull = value
            self._apply()

    def _check_pull(self, pull: str) -> None:
        if pull not in _BIAS:
            raise PinInvalidPull(f'invalid pull "{pull}" for pin {self!r}')
        if self.info.pull not in ("", pull):
            raise PinFixedPull(f"{self!r} has a physical pull-{self.info.pull} resistor")

    def _get_bounce(self) -> float | None:
        return self._bounce

    def _set_bounce(self, value: float | None) -> None:
        with self._lock:
            if value is not None and value < 0:
                raise PinInvalidBounce("bounce must be 0 or greater")
            self._bounce = value or None
            if self._function == "input":
                self._apply()

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        with self._lock:
            if value not in _EDGES:
                raise PinInvalidEdges(f'invalid edge specification "{value}" for pin {self!r}')
            self._edges = value
            if self._watched:
                self._apply()

    def watch(self) -> int:
        """Start edge detection; return the non-blocking descriptor that an edge makes readable.

        For a program with an event loop of its own; reading the descriptor discards the pending
        edges. A program without one sets ``when_changed`` instead.

        Raises:
            PinEdgeDetectUnsupported: the pin is an output.
        """
        with self._lock:
            if self._function == "output":
                raise PinEdgeDetectUnsupported(f"edge detection is not supported on output pin {self!r}")
            self._watched = True
            return self._apply().fd

    def _enable_event_detect(self) -> None:
        try:
            self.factory.listener().add(self.watch(), self.call_handler)
        except BaseException:
            self._watched, self._when_changed = False, None  # gpiozero has set it already
            raise

    def _disable_event_detect(self) -> None:
        if self._request is not None:
            self.factory.listener().remove(self._request.fd)
            self._watched = False
            _read_events(self._apply())  # the next handler must not get this handler's edges

    def call_handler(self) -> None:
        """Call ``when_changed`` for each pending edge. For the listener's thread."""
        with self._lock:
            events = _read_events(self._request) if self._request is not None and self._watched else []
        for event in events:
            with self._lock:
                handler = self.when_changed
                if handler is None:
                    self.when_changed = None  # gpiozero holds handlers weakly, and this one is gone
                    return
            handler(event.timestamp_ns / 1e9, int(event.event_type is event.Type.RISING_EDGE))


def _read_events(request: gpiod.LineRequest) -> list[gpiod.EdgeEvent]:
    try:
        return request.read_edge_events()
    except BlockingIOError:  # none is pending
        return []
