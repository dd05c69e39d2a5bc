"""Keeping a gate on its broker, however often the broker goes and comes back."""

from __future__ import annotations

import os
import random
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..child.sparse import Sparse
from ..errors import ConfigError
from ..files import read_text
from ..settings import MqttSettings
from .discovery import Discovery
from .inputs import Inputs
from .messages import Start
from .session import Session
from .topics import Topics

#: Seconds between two attempts, at first and at most; where many gates wait for one broker, no two wait alike.
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 120.0

#: A connection that has lasted for longer, in seconds, was no failure: the pauses begin anew.
LASTED_S = 60.0

#: So many connections in a row that the broker took and that did not last are no accident. A broker that takes another
#: client of the same id lets the first go, and not every broker says why.
MANY_SHORT = 4

#: systemd's credential, where the settings name no file: the service's user need not be able to read that.
CREDENTIAL = "mqtt-password"


class Broker:
    """A gate's place on a broker.

    Args:
        start: the broker, and what the gate is.
        version: of pigate.
        report: called with the levels of the inputs that are topics, when they change.
        say: writes one line for a person.
    """

    def __init__(self, start: Start, version: str, report: Callable[[str], None], say: Callable[[str], None]) -> None:
        self._settings = start.settings
        self._named = {"id": start.id, "name": start.name, "version": version}
        self._topics = Topics(start.settings.prefix, start.id)
        self._discovery = Discovery(start, self._topics, version)
        self._inputs = Inputs([given for given in start.inputs if isinstance(given, str)], time.monotonic)
        self._report = report
        self._say_gone, self._say_there, self._complain = Sparse(say), Sparse(say), Sparse(say)
        self._say = say
        self._short = 0  # connections in a row that did not last
        self._reason = ""  # what was said last of why there is no connection
        self._state: dict[str, Any] = {}
        self._connected = ""  # since when
        self._wake_w, self._wake_r = socket.socketpair()
        self._wake_w.setblocking(False)

    def publish(self, state: dict[str, Any]) -> None:
        """Publish a state, or a later one. Any thread; never blocks."""
        self._state = self._named | state
        with suppress(BlockingIOError):  # full, so it wakes anyway
            self._wake_w.send(b"\0")

    def stay(self) -> None:
        """Connect, and connect again when the connection is lost, for ever. For one thread, after a first state."""
        mqtt, pause_s = self._settings, FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            session = Session(
                self._topics,
                self._discovery,
                self._inputs,
                self._wake_r,
                lambda: self._state | {"connected": self._connected},
                self._report,
                lambda text: self._complain(f"MQTT: {text}; nothing changes by it"),
            )
            try:
                tls = tls_of(mqtt)
                credentials = credentials_of(mqtt, self._topics.id)
                reason = session.run(mqtt.host or "", port_of(mqtt), tls, *credentials, self._accepted)
            except (OSError, ValueError) as exc:
                reason = words(exc)
            self._lost(reason)
            if time.monotonic() - began > LASTED_S:
                pause_s, self._short = FIRST_PAUSE_S, 0
            time.sleep(pause_s * random.uniform(1, 2))  # noqa: S311 (no secret)
            pause_s = min(2 * pause_s, LAST_PAUSE_S / 2)

    @property
    def _where(self) -> str:
        return f"{self._settings.host}:{port_of(self._settings)}"

    def _accepted(self) -> None:
        self._reason = ""
        self._connected = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._short += 1
        if self._short == MANY_SHORT:
            why = f"has another gate the id {self._topics.id} under [mqtt]?"
            self._say(f"MQTT: {self._where} ends the connection again and again: {why}")
        self._say_there(f"MQTT: the gate is {self._topics.base} on {self._where}")

    def _lost(self, reason: str) -> None:
        """Know no level any more, and say why if that is new."""
        self._inputs.forget()
        if self._inputs.levels:
            self._report(self._inputs.levels)
        if reason != self._reason:
            self._reason = reason
            self._say_gone(f"MQTT: {self._where}: {reason}; it is tried again")


def credentials_of(mqtt: MqttSettings, id: str) -> tuple[str | None, str | None]:
    """Return username and password, None for none; read anew each time, so that a mended file counts.

    Args:
        mqtt: the settings.
        id: of the gate, which is the username where none is set.

    Raises:
        ConfigError: the password cannot be read.
    """
    password = None
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if mqtt.password_file is not None:
        password = read_text(Path(mqtt.password_file), ConfigError)
    elif folder is not None and Path(folder, CREDENTIAL).exists():
        password = read_text(Path(folder, CREDENTIAL), ConfigError)
    if password is None:
        return mqtt.username, None
    return mqtt.username or id, password.removesuffix("\n").removesuffix("\r")


def port_of(mqtt: MqttSettings) -> int:
    """Return the broker's port: as it is set, or the usual one."""
    encrypted = mqtt.ca_file is not None or mqtt.cert_file is not None
    return mqtt.port or (8883 if encrypted else 1883)


def tls_of(mqtt: MqttSettings) -> ssl.SSLContext | None:
    """Return how to encrypt the connection, None if it is open.

    Raises:
        ConfigError: a certificate cannot be read.
    """
    if mqtt.ca_file is None and mqtt.cert_file is None:
        return None
    file = mqtt.ca_file
    try:
        context = ssl.create_default_context(cafile=file)
        if mqtt.cert_file is not None:
            file = mqtt.cert_file
            context.load_cert_chain(file, password="")  # one with a password is refused, and nobody asked for it
    except OSError as exc:
        why = "this is no certificate in PEM form" if isinstance(exc, ssl.SSLError) else exc.strerror
        raise ConfigError(f"{file}: {why}") from exc
    return context


def words(exc: OSError | ValueError) -> str:
    """Return why there is no connection, in words for a person."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {exc.verify_message} (ca_file under [mqtt])"
    if isinstance(exc, ssl.SSLError):
        return f"no encrypted connection: {exc.reason or exc.strerror}"
    if isinstance(exc, OSError) and exc.strerror:
        return exc.strerror
    return str(exc) or type(exc).__name__
