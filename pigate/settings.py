"""The settings: one model of everything that a configuration can say, with its limits and defaults."""

from __future__ import annotations

from socket import gethostname
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from .learning import limits

#: Where the settings name no port of the live page.
DEFAULT_PORT = 8000

Width = Annotated[int, Meta(ge=1, le=limits.MAX_NEURONS)]
Gpio = Annotated[int, Meta(ge=0, le=27)]
Gpios = Annotated[tuple[Gpio, ...], Meta(min_length=1, max_length=8)]
GpiosAndTopics = Annotated[tuple[Gpio | str, ...], Meta(min_length=1, max_length=8)]
Text = Annotated[str, Meta(min_length=1, max_length=255)]


class TableSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """At most one of the three is given; without any, the table is ``xor``."""

    #: of a table that `pigate table` lists, or ``blank``: no row is taught
    name: str | None = None
    rows: dict[str, Any] | None = None
    file: str | None = None


class TrainingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the table is learned; see `pigate.learning.training.train`."""

    hidden: Annotated[tuple[Width, ...], Meta(max_length=limits.MAX_LAYERS)] = (4,)
    bias: bool = True
    rule: limits.Rule = "resilient"
    learning_rate: Annotated[float, Meta(gt=0, le=limits.MAX_LEARNING_RATE)] = 1.0
    starts: Annotated[int, Meta(ge=1, le=limits.MAX_STARTS)] = 4
    epochs: Annotated[int, Meta(ge=1, le=limits.MAX_EPOCHS)] = 10_000
    tolerance: Annotated[float, Meta(gt=0, lt=limits.TOLERANCE_BELOW)] = 0.1
    seed: Annotated[int, Meta(ge=0, le=limits.MAX_SEED)] = 1
    #: a folder of weight files to use instead of training
    weights: str | None = None


class BoardSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The pins, by BCM number, and how they are read and shown. Durations are in seconds."""

    #: an input may be an MQTT topic instead of a pin
    inputs: GpiosAndTopics = (17, 27, 22)
    outputs: Gpios = (18,)
    #: the push buttons that say "this is wrong", one for each output
    teach: Gpio | Gpios | None = None
    pull_up: bool = True
    pin_factory: Literal["gpiod", "lgpio", "rpigpio"] = "gpiod"
    settle_s: Annotated[float, Meta(ge=0, le=10)] = 0.02
    resync_s: Annotated[float, Meta(ge=0.01, le=60)] = 1.0
    undecided: Literal["blink", "off"] = "blink"

    @property
    def pins(self) -> tuple[int, ...]:
        """The inputs that are pins, in order: those that the board reads."""
        return tuple(given for given in self.inputs if isinstance(given, int))

    @property
    def buttons(self) -> tuple[int, ...]:
        """The teach buttons' pins, in the order of the outputs; none, or as many as these."""
        return (self.teach,) if isinstance(self.teach, int) else self.teach or ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The inputs that are MQTT topics, in order."""
        return tuple(given for given in self.inputs if isinstance(given, str))

    def merged(self, pins: str, topics: str) -> str:
        """Return the levels of all inputs from those of the pins and those of the topics, each in their order."""
        if not topics:
            return pins  # this runs at every edge
        pin, topic = iter(pins), iter(topics)
        return "".join([next(pin if isinstance(given, int) else topic) for given in self.inputs])


class WebSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The live page."""

    #: None: only a simulated board has a page
    enabled: bool | None = None
    host: Text = "127.0.0.1"
    #: None: 8000; a simulated board takes a free port if 8000 is in use
    port: Annotated[int, Meta(ge=0, le=65535)] | None = None
    #: whether who has the key may teach the gate, also a real board's and from another machine
    teach: bool = False


class MqttSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The broker on which gates meet, and what this one is called there."""

    #: None: no MQTT
    host: Text | None = None
    #: None: 1883, and 8883 with TLS
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    #: None: the id, if there is a password
    username: Text | None = None
    #: None: systemd's credential ``mqtt-password``, if there is one
    password_file: Text | None = None
    #: of the authorities that may sign the broker's certificate; given, the connection is encrypted
    ca_file: Text | None = None
    #: a certificate and its key, by which the broker knows this gate
    cert_file: Text | None = None
    prefix: Annotated[str, Meta(min_length=1, max_length=100)] = "pigate"
    #: None: made from the machine's own id
    id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    #: for people; None: the host's name
    name: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a configuration file can say. Immutable; any thread may use it."""

    table: TableSettings = TableSettings()
    training: TrainingSettings = TrainingSettings()
    board: BoardSettings = BoardSettings()
    web: WebSettings = WebSettings()
    mqtt: MqttSettings = MqttSettings()


def address(host: str, port: int) -> str:
    """Return where a browser finds the page that is served by this host and port."""
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 (compared, not bound)
    return f"http://{gethostname() if everywhere else f'[{host}]' if ':' in host else host}:{port}/"
