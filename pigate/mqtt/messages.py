"""What goes through the pipe between the gate's process and MQTT's: both directions, typed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from ..child.pipe import Failed, Up
from ..settings import MqttSettings


class Start(Struct, frozen=True, tag=True):
    """To MQTT, first: where the broker is, what the gate is called, and what its inputs and outputs are."""

    settings: MqttSettings
    id: str
    name: str
    #: an input that is no pin is a topic
    inputs: tuple[int | str, ...]
    outputs: tuple[int, ...]


class News(Struct, frozen=True, tag=True):
    """To MQTT: what the gate thinks now."""

    state: dict[str, Any]


ToMqtt = Start | News


class Levels(Struct, frozen=True, tag=True):
    """To the gate: the levels of the inputs that are topics, in their order."""

    levels: str


class Said(Struct, frozen=True, tag=True):
    """To the gate: a line for a person."""

    text: str


ToGate = Up | Failed | Levels | Said
