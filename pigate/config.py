"""The configuration: read from TOML, checked against the settings' model, and explained where it is wrong."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from .errors import ConfigError, TableError, WeightsError, did_you_mean, none_of, shortened
from .files import read_text
from .learning.named import BLANK
from .learning.tables import TruthTable
from .settings import BoardSettings, MqttSettings, Settings, TableSettings

if TYPE_CHECKING:
    from .learning.network import Network

DEFAULT_PATH = Path("/etc/pigate/pigate.toml")

#: Bytes of a configuration. tomllib needs quadratic time for a dotted key: one of this length takes ten seconds on a
#: fast machine.
MAX_BYTES = 64 << 10

#: Bytes of a topic's name.
MAX_TOPIC = 200

#: GPIO 2 and 3 have a resistor to 3.3 V on the board itself (I2C).
FIXED_PULL_UP = {2, 3}

#: msgspec's names for the kinds of value, and TOML's
_IN_TOML = {
    "int | str": "a GPIO number or a topic",
    "int | array": "a GPIO number or a list",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


@dataclass(frozen=True)
class Task:
    """What a gate has to learn, and on which board: settings, the table they name, and given weights."""

    settings: Settings
    table: TruthTable
    #: decides instead of a network that is trained here
    network: Network | None = None
    #: one of the random starts of a training, if it has the shape that is trained
    initial: Network | None = None


def load(path: Path | None = None) -> tuple[Settings, TruthTable]:
    """Read a configuration and the table that it names.

    Args:
        path: the file; None for `DEFAULT_PATH` if there is one, else the defaults. Files that it
            names are relative to it.

    Raises:
        ConfigError: one line that names the file, the key and what is wrong.
    """
    if path is None:
        path = DEFAULT_PATH
        if not _is_there(path):
            return Settings(), TruthTable.named("xor")
    text = read_text(path, ConfigError, MAX_BYTES)
    try:
        raw = tomllib.loads(text)
        for key, value in _floats(raw, ""):
            if not math.isfinite(value):
                raise ConfigError(f"{key}: {value} is not a finite number")
        settings = msgspec.convert(raw, Settings)
        _check_inputs(settings.board)
        _check_mqtt(settings.mqtt, settings.board.topics)
        settings = _beside(path, settings)
        table = truth_table(settings.table, settings.board)
        check_width(table, settings.board)
    except msgspec.ValidationError as exc:
        raise ConfigError(f"{path}: {_explained(exc)}") from exc
    except RecursionError as exc:
        raise ConfigError(f"{path}: it is nested too deeply") from exc
    except ValueError as exc:  # ours, TOML's own, and numbers of too many digits
        raise ConfigError(f"{path}: {exc}") from exc
    return settings, table


def _is_there(path: Path) -> bool:
    """Return whether the file is there.

    A dangling link or a closed folder counts as there, so that `read_text` gives the reason.
    """
    try:
        path.lstat()
    except OSError as exc:
        return not isinstance(exc, FileNotFoundError | NotADirectoryError)
    return True


def truth_table(settings: TableSettings, board: BoardSettings) -> TruthTable:
    """Return the table that the settings name; a named one with as many inputs as the board has.

    Raises:
        TableError: there is no such table, or more than one is given.
    """
    given = {"name": settings.name, "rows": settings.rows, "file": settings.file}
    keys = [key for key, value in given.items() if value is not None]
    if len(keys) > 1:
        raise TableError(f"table: {' and '.join(keys)} are given: keep one of them")
    key = keys[0] if keys else "name"
    try:
        if settings.rows is not None:
            return TruthTable(settings.rows)
        if settings.file is not None:
            return TruthTable.read(Path(settings.file))
        return named("xor" if settings.name is None else settings.name, len(board.inputs), len(board.outputs))
    except TableError as exc:
        raise TableError(f"table.{key}: {exc}") from exc


def named(name: str, inputs: int, outputs: int) -> TruthTable:
    """Return a named table, or the blank one, whose outputs no row tells.

    Raises:
        TableError: there is no such table, or not with these inputs.
    """
    return TruthTable({}, BLANK, (inputs, outputs), guesses=False) if name == BLANK else TruthTable.named(name, inputs)


def given_network(settings: Settings, table: TruthTable) -> Network | None:
    """Return the network whose weights the settings name, None if they name none.

    Raises:
        ConfigError: its files cannot be read, or do not fit the table.
    """
    if settings.training.weights is None:
        return None
    from .learning import weight_files

    try:
        return weight_files.read(Path(settings.training.weights), table.inputs, table.outputs)
    except WeightsError as exc:
        raise ConfigError(f"training.weights: {exc}") from exc


def check_width(table: TruthTable, board: BoardSettings) -> None:
    """Check that the table has as many inputs and outputs as there are pins.

    Raises:
        TableError: it has more, or fewer.
    """
    for key, width, pins in (("inputs", table.inputs, board.inputs), ("outputs", table.outputs, board.outputs)):
        if width != len(pins):
            what = "inputs" if key == "inputs" and board.topics else "pins"
            raise TableError(f"board.{key}: {len(pins)} {what} are named, but the table {table.name} has {width} {key}")


def _check_inputs(board: BoardSettings) -> None:
    if board.buttons and len(board.buttons) != len(board.outputs):
        raise ConfigError(f"board.teach: {len(board.buttons)} named, {len(board.outputs)} outputs: one for each")
    used = board.inputs + board.outputs + board.buttons
    names = [f"GPIO {given}" if isinstance(given, int) else given for given in used]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"board: {name} is used twice")
    for key, pins in (("inputs", board.pins), ("teach", board.buttons)):
        if (fixed := FIXED_PULL_UP.intersection(pins)) and not board.pull_up:
            raise ConfigError(f"board.{key}: GPIO {min(fixed)} has a fixed pull-up: use another pin, or pull_up = true")
    for topic in board.topics:
        _check_topic("board.inputs", topic)


def _check_mqtt(mqtt: MqttSettings, topics: tuple[str, ...]) -> None:
    _check_topic("mqtt.prefix", mqtt.prefix)
    if mqtt.id is not None and not re.fullmatch("[A-Za-z0-9_-]+", mqtt.id):
        raise ConfigError(f"mqtt.id: {shortened(mqtt.id)}: only letters, digits, - and _ can stand in it")
    if mqtt.host is not None:
        return
    if topics:
        raise ConfigError(f"board.inputs: {shortened(topics[0])} is a topic, and no broker is named: host under [mqtt]")
    for key, value in msgspec.structs.asdict(mqtt).items():
        if value != getattr(MqttSettings(), key):
            raise ConfigError(f"mqtt.{key}: it changes nothing while no broker is named: add host")


def _check_topic(key: str, topic: str) -> None:
    if topic.isdecimal():
        raise ConfigError(f"{key}: {shortened(topic)}: a GPIO number stands without quotes")
    if not topic.isprintable() or re.search(r"[+#]|^[$/]|/$|//", topic) or not 0 < len(topic.encode()) <= MAX_TOPIC:
        raise ConfigError(f"{key}: {shortened(topic)} is no topic: words with / between, without + and #")


def _beside(path: Path, settings: Settings) -> Settings:
    """Make the files that the configuration names relative to it."""
    replace = msgspec.structs.replace
    table, training, mqtt = settings.table, settings.training, settings.mqtt
    if table.file is not None:
        table = replace(table, file=str(path.parent / table.file))
    if training.weights is not None:
        training = replace(training, weights=str(path.parent / training.weights))
    files = {key: getattr(mqtt, key) for key in ("password_file", "ca_file", "cert_file")}
    mqtt = replace(mqtt, **{key: str(path.parent / file) for key, file in files.items() if file is not None})
    return replace(settings, table=table, training=training, mqtt=mqtt)


def _floats(value: Any, key: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _floats(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _floats(inner, f"{key}[{number}]")


def _explained(error: msgspec.ValidationError) -> str:
    """Turn msgspec's ``what - at `$.key` `` into ``key: what``, with the nearest right word."""
    # Greedy: what a person wrote stands in the first part, and may look like the second.
    found = re.fullmatch(r"(.*?)(?: - at `\$([^`$]*)`)?", str(error), re.DOTALL)
    what, where = (found[1], found[2] or "") if found else (str(error), "")
    key = where.lstrip(".")
    if unknown := re.fullmatch("Object contains unknown field `(.*)`", what, re.DOTALL):
        word = unknown[1]
        known = get_type_hints(Settings).get(key, Settings).__struct_fields__
        hint = did_you_mean(word, known) or f"there are {', '.join(known)}"
        return f"{key}{'.' if key else ''}{word}: there is no such key ({hint})"
    if wrong := re.fullmatch("Invalid enum value '(.*)'", what, re.DOTALL):
        section, _, name = key.partition(".")
        choices = get_args(get_type_hints(get_type_hints(Settings)[section])[name])
        return f"{key}: {none_of(wrong[1], choices)}"
    for theirs, ours in _IN_TOML.items():
        what = what.replace(f"`{theirs} | null`", ours).replace(f"`{theirs}`", ours)
    return f"{key}: {what[0].lower()}{what[1:]}"
