"""The settings: one model of the configuration, read from TOML and checked."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from .errors import ConfigError, TableError, WeightsError
from .explain import explain
from .files import read_text
from .learning import limits
from .learning.tables import TruthTable

if TYPE_CHECKING:
    from .learning.network import Network

DEFAULT_PATH = Path("/etc/pigate/pigate.toml")

#: Bytes of a configuration. tomllib needs quadratic time for a dotted key: one of this length takes ten seconds on a
#: fast machine.
MAX_BYTES = 64 << 10

#: GPIO 2 and 3 have a resistor to 3.3 V on the board itself (I2C).
FIXED_PULL_UP = {2, 3}

Width = Annotated[int, Meta(ge=1, le=limits.MAX_NEURONS)]
Gpio = Annotated[int, Meta(ge=0, le=27)]
Gpios = Annotated[tuple[Gpio, ...], Meta(min_length=1, max_length=8)]


class TableSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """At most one of the three is given; without any, the table is ``xor``."""

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

    inputs: Gpios = (17, 27, 22)
    outputs: Gpios = (18,)
    pull_up: bool = True
    pin_factory: Literal["gpiod", "lgpio", "rpigpio"] = "gpiod"
    settle_s: Annotated[float, Meta(ge=0, le=10)] = 0.02
    resync_s: Annotated[float, Meta(ge=0.01, le=60)] = 1.0
    undecided: Literal["blink", "off"] = "blink"


class WebSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The live page."""

    #: None: only a simulated board has a page
    enabled: bool | None = None
    host: Annotated[str, Meta(min_length=1, max_length=255)] = "127.0.0.1"
    #: None: 8000; a simulated board takes a free port if 8000 is in use
    port: Annotated[int, Meta(ge=0, le=65535)] | None = None


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a configuration file can say. Immutable; any thread may use it."""

    table: TableSettings = TableSettings()
    training: TrainingSettings = TrainingSettings()
    board: BoardSettings = BoardSettings()
    web: WebSettings = WebSettings()


@dataclass(frozen=True)
class Task:
    """What a gate has to learn, and on which board: settings, the table they name, and given weights."""

    settings: Settings
    table: TruthTable
    #: decides instead of a network that is trained here
    network: Network | None = None


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
        _check_pins(settings.board)
        settings = _beside(path, settings)
        table = truth_table(settings.table, len(settings.board.inputs))
        check_width(table, settings.board)
    except msgspec.ValidationError as exc:
        raise ConfigError(f"{path}: {explain(exc, Settings)}") from exc
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


def truth_table(settings: TableSettings, inputs: int) -> TruthTable:
    """Return the table that the settings name; a named one with this number of inputs.

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
        return TruthTable.named("xor" if settings.name is None else settings.name, inputs)
    except TableError as exc:
        raise TableError(f"table.{key}: {exc}") from exc


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
            raise TableError(f"board.{key}: {len(pins)} pins are named, but the table {table.name} has {width} {key}")


def _check_pins(board: BoardSettings) -> None:
    pins = board.inputs + board.outputs
    for pin in pins:
        if pins.count(pin) > 1:
            raise ConfigError(f"board: GPIO {pin} is used twice")
    fixed = FIXED_PULL_UP.intersection(board.inputs)
    if fixed and not board.pull_up:
        raise ConfigError(f"board.inputs: GPIO {min(fixed)} has a fixed pull-up: use another pin, or pull_up = true")


def _beside(path: Path, settings: Settings) -> Settings:
    """Make the files that the configuration names relative to it."""
    replace = msgspec.structs.replace
    table, training = settings.table, settings.training
    if table.file is not None:
        table = replace(table, file=str(path.parent / table.file))
    if training.weights is not None:
        training = replace(training, weights=str(path.parent / training.weights))
    return replace(settings, table=table, training=training)


def _floats(value: Any, key: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _floats(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _floats(inner, f"{key}[{number}]")
