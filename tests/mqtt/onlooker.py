"""Somebody else on the broker, who sees everything and may publish anything."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

pytest.importorskip("paho.mqtt.enums", reason="no MQTT: pip install '.[mqtt]'")

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes as PacketTypes
from paho.mqtt.properties import Properties as Properties

from .mosquitto import PATIENCE_S


class Onlooker:
    """Keeps what is published: the latest of each topic, and all in order."""

    def __init__(self, client: Client) -> None:
        self.latest: dict[str, bytes] = {}
        #: topic, payload, and whether the broker had kept it
        self.seen: list[tuple[str, bytes, bool]] = []
        self._news = threading.Condition()
        self.client = client
        client.on_message = lambda _client, _data, message: self._take(
            message.topic, bytes(message.payload), message.retain
        )

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        with self._news:
            self.seen.append((topic, payload, retained))
            self.latest[topic] = payload
            self._news.notify_all()

    def until(self, holds: Callable[[dict[str, bytes]], bool]) -> dict[str, bytes]:
        """Return the latest payloads once something holds of them."""
        end = time.monotonic() + PATIENCE_S
        with self._news:
            while not holds(self.latest):
                assert self._news.wait(end - time.monotonic()), f"it never came to be: {self.latest}"
            return dict(self.latest)

    def until_is(self, topic: str, payload: str) -> None:
        """Wait until this was published there last."""
        self.until(lambda latest: latest.get(topic) == payload.encode())

    def until_again(self, topics: set[str], do: Callable[[], object]) -> None:
        """Do something, and wait until something is published in each of these."""
        with self._news:
            count = len(self.seen)
        do()
        self.until(lambda _: topics <= {topic for topic, _, _ in self.seen[count:]})

    def state(self, base: str) -> Any:
        """Return a gate's state."""
        return json.loads(self.latest[f"{base}/state"])

    def publish(self, topic: str, payload: str | bytes, retain: bool = True) -> None:
        """Publish, and wait until the broker has it."""
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)


@contextmanager
def onlooker(port: int, ca: str | None = None, username: str | None = None, password: str = "") -> Iterator[Onlooker]:
    """Look on, from what the broker has kept to the end."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.reconnect_delay_set(1, 1)
    if ca is not None:
        client.tls_set(ca)
    if username is not None:
        client.username_pw_set(username, password)
    subscribed = threading.Event()
    client.on_connect = lambda client, *_: client.subscribe("#", 1)
    client.on_subscribe = lambda *_: subscribed.set()
    looking = Onlooker(client)
    client.connect("localhost" if ca else "127.0.0.1", port)
    client.loop_start()
    try:
        assert subscribed.wait(PATIENCE_S)
        yield looking
    finally:
        client.disconnect()
        client.loop_stop()


def kept(port: int) -> dict[str, bytes]:
    """Return all that the broker has kept at this moment."""
    with onlooker(port) as fresh:
        fresh.publish("end", "", retain=False)
        fresh.until(lambda latest: "end" in latest)
        return {topic: payload for topic, payload, retained in fresh.seen if retained}
