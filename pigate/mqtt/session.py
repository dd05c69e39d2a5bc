"""One connection to the broker, from its beginning to its end."""

from __future__ import annotations

import random
import select
import socket
import ssl
import time
from collections.abc import Callable
from math import inf
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from .discovery import BIRTH, Discovery
from .inputs import Inputs
from .outbox import Outbox
from .topics import OFFLINE, OFFLINE_S, ONLINE, Topics, published

#: Seconds without a message after which the broker is asked whether it is there; if it does not answer as long, it is
#: not. It tells the others that a gate is gone after one and a half times as many.
KEEPALIVE_S = 15

#: In bytes: the broker sends no longer message. The longest of interest is a gate's own announcement.
MAX_PACKET = 1 << 16

#: Seconds after the beginning by which the broker has sent what an earlier run announced.
ANNOUNCE_S = 1.0

#: Home Assistant has started: all its devices announce themselves again within this many seconds.
BIRTH_S = 5.0

#: A gate says that it is online for this many seconds, and says it again after a third of them.
ONLINE_S = 60

#: Seconds between two reports of levels: more would wake the loop for nothing anybody sees.
REPORT_EVERY_S = 1 / 20


class Session:
    """A gate's connection to the broker. For one thread.

    A connection that is lost is not mended; the next session begins anew. paho's own reconnecting sends what the
    broker had not confirmed once more, behind what is new by then, so that a retained state would be an old one.

    Args:
        topics: the gate's own.
        discovery: what Home Assistant is told.
        inputs: the topics that are inputs; they are forgotten at the beginning.
        wake: a socket that becomes readable when there is a new state.
        latest: returns the latest state.
        report: called with the levels of the inputs when they change.
        complain: called with one line about a message that says nothing.
    """

    def __init__(
        self,
        topics: Topics,
        discovery: Discovery,
        inputs: Inputs,
        wake: socket.socket,
        latest: Callable[[], dict[str, Any]],
        report: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        self._topics = topics
        self._discovery = discovery
        self._inputs = inputs
        self._wake = wake
        self._latest = latest
        self._report = report
        self._complain = complain
        self._outbox = Outbox(time.monotonic)
        self._received: list[MQTTMessage] = []
        self._answer: ReasonCode | None = None  # to the attempt to connect
        self._reason: ReasonCode | None = None  # for the end
        self._begun = False
        self._announce_at: float | None = None
        self._renew_at = inf
        self._again = False  # the next announcement is of everything
        self._reported = inputs.levels
        self._report_at = 0.0
        self._lasting = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's are half typed
        self._lasting.MessageExpiryInterval = ONLINE_S
        name = topics.base.replace("/", "-")
        self._client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv5, reconnect_on_failure=False)
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.MessageExpiryInterval = OFFLINE_S
        self._client.will_set(topics.availability, OFFLINE, qos=1, retain=True, properties=will)
        # These only note what happened: paho holds a lock while it calls them.
        self._client.on_connect = lambda _client, _data, _flags, code, _properties: self._note_answer(code)
        self._client.on_disconnect = lambda _client, _data, _flags, code, _properties: self._note_end(code)
        self._client.on_message = lambda _client, _data, message: self._received.append(message)
        self._client.on_publish = lambda *_: self._outbox.confirmed()

    def run(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        username: str | None,
        password: str | None,
        accepted: Callable[[], None],
    ) -> str:
        """Connect and serve until the end; return the reason for it.

        Args:
            host: the broker's.
            port: the broker's.
            tls: None for an open connection.
            username: None for nobody.
            password: None for none.
            accepted: called when the broker has taken the gate in.

        Raises:
            OSError, ValueError: there is no connection.
        """
        if tls is not None:
            self._client.tls_set_context(tls)
        if username is not None:
            self._client.username_pw_set(username, password)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's are half typed
        properties.MaximumPacketSize = MAX_PACKET
        self._client.connect(host, port, KEEPALIVE_S, properties=properties)
        while (connection := self._client.socket()) is not None:
            if not self._begun and self._answer is not None and not self._answer.is_failure:
                self._begun = True
                accepted()
                self._begin()
            self._pass(connection)
        if self._answer is None:
            return "it does not answer as a broker of MQTT 5 does"
        if self._answer.is_failure:
            return f"it refuses the gate: {self._answer} (username and password_file under [mqtt])"
        return f"the connection is lost ({self._reason})"

    def _note_answer(self, code: ReasonCode) -> None:
        self._answer = code

    def _note_end(self, code: ReasonCode) -> None:
        self._reason = self._reason or code  # the broker's own word comes first

    def _begin(self) -> None:
        """Subscribe and publish, as at every beginning."""
        # Not by QoS 1: Mosquitto 2.0.11 sends nothing more after 20 messages that were too long.
        options, own = SubscribeOptions(qos=0), SubscribeOptions(qos=0, noLocal=True)
        wanted = {*self._inputs.subscriptions, self._topics.availability, self._discovery.topic, BIRTH}
        leftovers = [f"{self._topics.base}/{kind}/+" for kind in ("input", "output")]
        self._client.subscribe([*((topic, options) for topic in wanted), *((topic, own) for topic in leftovers)])
        self._publish()
        self._announce_at = time.monotonic() + ANNOUNCE_S

    def _own(self) -> dict[str, bytes]:
        return published(self._topics, self._latest())

    def _publish(self, again: bool = False) -> None:
        for topic, payload in self._own().items():
            self._outbox.put(topic, payload, again)
        self._outbox.put(self._topics.availability, ONLINE.encode(), again)  # last: outputs of before are gone by then
        self._renew_at = min(self._renew_at, time.monotonic() + ONLINE_S / 3)

    def _pass(self, connection: Any) -> None:
        """Wait until there is something to do, and do it."""
        now = time.monotonic()
        waits = [KEEPALIVE_S / 2, self._outbox.due_s()]
        waits += [None if self._announce_at is None else self._announce_at - now]
        waits += [None if self._inputs.levels == self._reported else self._report_at - now]
        pending = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
        wait = 0 if pending else max(0, min(each for each in waits if each is not None))
        writes = [connection] if self._client.want_write() else []
        readable, writable, _ = select.select([connection, self._wake], writes, [], wait)
        if self._wake in readable:
            self._wake.recv(4096)
            if self._begun:
                self._publish()
        if connection in readable or pending:
            self._client.loop_read()
        if connection in writable:
            self._client.loop_write()
        self._client.loop_misc()
        received, self._received = self._received, []
        for message in received:
            self._take(message)
        self._do_what_is_due()

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        if self._announce_at is not None and now >= self._announce_at:
            self._announce_at = None
            self._outbox.put(self._discovery.topic, self._discovery.payload, again=True)
            if self._again:
                self._again = False
                self._publish(again=True)
        if now >= self._renew_at:
            self._renew_at = now + ONLINE_S / 3
            self._outbox.put(self._topics.availability, ONLINE.encode(), again=True)
        levels = self._inputs.levels
        if levels != self._reported and now >= self._report_at:
            self._report(levels)
            self._reported, self._report_at = levels, now + REPORT_EVERY_S
        while (one := self._outbox.take()) is not None:
            properties = self._lasting if one[0] == self._topics.availability else None
            self._client.publish(*one, qos=1, retain=True, properties=properties)

    def _take(self, message: MQTTMessage) -> None:
        """Take in what the broker sends."""
        topic, payload = message.topic, bytes(message.payload)
        if topic in self._inputs.subscriptions:
            try:
                self._inputs.take(topic, payload, getattr(message.properties, "MessageExpiryInterval", inf))
            except ValueError as exc:
                self._complain(str(exc))
        if topic == BIRTH and payload == ONLINE.encode() and not (message.retain or self._again):
            self._again = True
            self._announce_at = time.monotonic() + random.uniform(0, BIRTH_S)  # noqa: S311 (no secret)
        elif topic == self._discovery.topic:
            if self._discovery.take(payload) and self._announce_at is None:
                self._outbox.put(topic, self._discovery.payload)
        elif topic == self._topics.availability and payload != ONLINE.encode():
            # The broker found an earlier connection dead, or somebody else wrote it.
            self._outbox.put(topic, ONLINE.encode(), again=True)
        elif message.retain and payload and topic in self._topics.every() and topic not in self._own():
            self._outbox.put(topic, b"")  # an earlier run with more pins left it
