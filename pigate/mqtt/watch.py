"""`pigate fleet`: one look at the gates of a broker, or on and on, until Ctrl-C."""

from __future__ import annotations

import os
import select
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ..errors import OK, PigateError, put, say
from ..settings import MqttSettings
from .broker import credentials_of, port_of, tls_of, words
from .fleet import Fleet, Row, lines
from .link import id_of
from .session import KEEPALIVE_S, MAX_PACKET

#: Seconds between two looks at what has come, and between two attempts to connect.
EVERY_S, AGAIN_S = 0.2, 2.0

#: Seconds in which a broker answers.
PATIENCE_S = 15.0

Choice = Callable[[Fleet], list[tuple[Row, dict[str, Any]]]]


def look(mqtt: MqttSettings) -> Fleet:
    """Return what the broker knows of all gates at this moment.

    Raises:
        PigateError: there is no connection, or it is lost.
    """
    try:
        return next(_told(mqtt))
    except (OSError, ValueError) as exc:
        raise _no_connection(mqtt, exc) from exc


def watch(mqtt: MqttSettings, choose: Choice) -> None:
    """Show the gates and what becomes of them, for ever; a connection that is lost is made again.

    A terminal has them in place; elsewhere each change is a line.

    Raises:
        PigateError: there is no connection at the start.
        SystemExit: the reader of standard output has gone.
    """
    show = _Drawing() if sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else _Log()
    fleet, reason = None, ""
    while True:
        try:
            for fleet in _told(mqtt):
                reason = ""
                show(choose(fleet), "")
        except (OSError, ValueError) as exc:
            lost = _no_connection(mqtt, exc)
            if fleet is None:
                raise lost from exc
            fleet.reached = False
            if str(lost) != reason:
                reason = str(lost)
                show(choose(fleet), f"{reason}; it is tried again")
        time.sleep(AGAIN_S)


def _no_connection(mqtt: MqttSettings, exc: OSError | ValueError) -> PigateError:
    return exc if isinstance(exc, PigateError) else PigateError(f"MQTT: {mqtt.host}:{port_of(mqtt)}: {words(exc)}")


def _told(mqtt: MqttSettings) -> Iterator[Fleet]:
    """Connect, and yield what the broker has told again and again: first when it has told all it keeps.

    Raises:
        OSError, ValueError: there is no connection, or it is lost.
    """
    fleet = Fleet(mqtt.prefix)
    received: list[MQTTMessage] = []
    answers: list[ReasonCode] = []
    told: list[bool] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False)
    client.on_connect = lambda _client, _data, _flags, code, _properties: answers.append(code)
    client.on_message = lambda _client, _data, message: received.append(message)
    client.on_unsubscribe = lambda *_: told.append(True)
    if (tls := tls_of(mqtt)) is not None:
        client.tls_set_context(tls)
    username, password = credentials_of(mqtt, id_of(mqtt))
    if username is not None:
        client.username_pw_set(username, password)
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's are half typed
    properties.MaximumPacketSize = MAX_PACKET
    client.connect(mqtt.host or "", port_of(mqtt), KEEPALIVE_S, properties=properties)
    end, asked, whole = time.monotonic() + PATIENCE_S, False, False
    while True:
        _receive(client, answers)
        if answers and not asked:
            asked = True
            client.subscribe([(topic, 0) for topic in fleet.subscriptions])
            client.unsubscribe("pigate")  # which is none; the answer comes behind all that the broker keeps
        for message in received:
            fleet.take(message.topic, bytes(message.payload), getattr(message.properties, "MessageExpiryInterval", inf))
        late = time.monotonic() > end
        # Not every broker sends all that it keeps before it answers, but then it does so without a pause.
        if told and (late or not received):
            whole = True
        received.clear()
        if whole:
            yield fleet
        elif late:
            raise OSError("it does not answer")


def _receive(client: Client, answers: list[ReasonCode]) -> None:
    """Serve a connection for a moment.

    Raises:
        OSError: it is lost.
    """
    end = time.monotonic() + EVERY_S
    while (left := end - time.monotonic()) > 0:
        code = client.loop(left)
        if answers and answers[0].is_failure:
            raise OSError(f"it refuses: {answers[0]} (username and password_file under [mqtt])")
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise OSError("the connection is lost" if answers else "it does not answer as a broker of MQTT 5 does")


class _Drawing:
    """Draws on a terminal, each time over the last."""

    def __init__(self) -> None:
        self._shown: list[str] = []

    def __call__(self, chosen: list[tuple[Row, dict[str, Any]]], why: str) -> None:
        """Draw the gates, and below them why there is no more news."""
        height = max(3, shutil.get_terminal_size().lines)
        drawn, below = lines([row for row, _ in chosen]), [why] if why else []
        if not chosen:
            drawn = ["no gates"]
        room = height - 1 - len(below)
        if len(drawn) > room:
            below.insert(0, f"{len(drawn) - room + 1} more: --filter WORD shows fewer")
            drawn = drawn[: room - 1]
        if (drawn := drawn + below) == self._shown:
            return
        up = f"\033[{min(len(self._shown), height - 1)}A" if self._shown else ""
        # Without wrapping: a line that is too long is cut by the terminal.
        put(f"{up}\r\033[J\033[?7l" + "".join(f"{line}\n" for line in drawn) + "\033[?7h", end="")
        self._shown = drawn


class _Log:
    """Writes a line for each gate, and one more whenever there is another to write."""

    def __init__(self) -> None:
        self._written: dict[str, Row] = {}
        self._gone = select.poll()
        self._gone.register(sys.stdout.fileno(), 0)  # reports that the reader has gone, also when nothing is written

    def __call__(self, chosen: list[tuple[Row, dict[str, Any]]], why: str) -> None:
        """Write what is new."""
        if self._gone.poll(0):
            raise SystemExit(OK)
        if why:
            say(f"pigate: {why}")
            return
        new = [row for row, told in chosen if self._written.get(told["id"]) != row]
        heading, *below = lines(new)
        for line in below if self._written else [heading, *below]:
            put(line)
        self._written |= {told["id"]: row for row, told in chosen}
