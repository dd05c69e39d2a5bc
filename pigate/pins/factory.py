"""A gpiozero pin factory on the kernel's own interface, through libgpiod 2.

Any gpiozero program may use it: ``GPIOZERO_PIN_FACTORY=gpiod``. Nothing polls: while no line
changes, nothing runs.
"""

from __future__ import annotations

import select
from contextlib import ExitStack
from datetime import timedelta
from threading import Lock

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
from gpiozero.pins import PinInfo
from gpiozero.pins.local import LocalPiFactory, LocalPiPin

from . import gpiochip
from .listener import Listener

_BIAS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
_EDGES = {"both": Edge.BOTH, "rising": Edge.RISING, "falling": Edge.FALLING, "none": Edge.NONE}


class GpiodFactory(LocalPiFactory):  # type: ignore[misc]  # gpiozero is untyped
    """Pins of the Raspberry Pi's header, on its GPIO character device.

    Args:
        consumer: what the kernel calls the holder of the lines (``gpioinfo`` shows it).

    Raises:
        BoardError: no chip with the label of a Pi's header, or no permission to use it.

    Construct and close from one thread. Handlers set as ``when_changed`` are called from one thread
    of the factory's, which starts with the first of them.
    """

    def __init__(self, consumer: str = "gpiozero") -> None:
        super().__init__()
        self.consumer = consumer
        self.chip = gpiochip.open_chip()
        self.pin_class = GpiodPin
        self._listener: Listener | None = None
        self._listener_lock = Lock()

    def close(self) -> None:
        """Release all lines and end the thread; may be called twice."""
        with ExitStack() as stack:  # each step is tried, whatever the others raise
            if self.chip:  # older gpiods refuse to close what is closed
                stack.callback(self.chip.close)
            stack.callback(self._end_listener)
            stack.callback(self.pins.clear)
            for pin in list(self.pins.values()):
                stack.callback(pin.close)

    def _end_listener(self) -> None:
        with self._listener_lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    def listener(self) -> Listener:
        """Return the thread that calls handlers, started when it is first asked for."""
        with self._listener_lock:
            if self._listener is None:
                self._listener = Listener()
            return self._listener


class GpiodPin(LocalPiPin):  # type: ignore[misc]  # gpiozero is untyped
    """One line, claimed when it is first used and released by `close`; then it can be used again.

    Any thread may call: a lock guards the line's request.
    """

    factory: GpiodFactory

    def __init__(self, factory: GpiodFactory, info: PinInfo) -> None:
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

        A line last driven low is pulled down, so that what hangs on it does not float.
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
            finally:  # whatever the kernel says, the line is let go
                self._when_changed = None
                if self._request is not None:
                    self._request.release()
                    self._request = None
                self._reset()

    def _apply(self, level: bool = False) -> gpiod.LineRequest:
        """Claim or reconfigure the line as this pin's fields say; an output at this level."""
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
        else:
            self._request.reconfigure_lines({self._number: settings})
        return self._request

    def _claimed(self) -> gpiod.LineRequest:
        return self._request or self._apply()

    def output_with_state(self, state: float) -> None:
        """Make the line an output at this state, without a moment at another."""
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
        """Have the kernel report edges; return the descriptor that they make readable.

        For a program with a loop of its own, which calls `drain` when it is readable. A program
        without one sets ``when_changed`` instead.
        """
        with self._lock:
            if self._function == "output":
                raise PinEdgeDetectUnsupported(f"edge detection is not supported on output pin {self!r}")
            self._watched = True
            return self._apply().fd

    def drain(self) -> list[gpiod.EdgeEvent]:
        """Return the edges that are waiting, none if the line is no longer watched."""
        with self._lock:
            return _waiting(self._request) if self._request is not None and self._watched else []

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
            _waiting(self._apply())  # what nobody took is not for the next handler

    def call_handler(self) -> None:
        """Call ``when_changed`` for each waiting edge. Called from the listener's thread."""
        for event in self.drain():
            with self._lock:
                handler = self.when_changed
                if handler is None:
                    self.when_changed = None  # it was collected: gpiozero holds handlers weakly
                    return
            handler(event.timestamp_ns / 1e9, int(event.event_type is event.Type.RISING_EDGE))


def _waiting(request: gpiod.LineRequest) -> list[gpiod.EdgeEvent]:
    poll = select.poll()  # wait_edge_events is select(2), which knows no descriptor above 1023
    poll.register(request.fd, select.POLLIN)
    return request.read_edge_events() if poll.poll(0) else []
