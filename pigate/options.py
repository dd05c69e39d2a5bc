"""From the options that were typed, and the configuration, to a task."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING

from .errors import ArgumentError, ConfigError, TableError, say
from .learning.named import BLANK, NAMED
from .learning.tables import TruthTable, is_bits, only_bits

if TYPE_CHECKING:
    from pathlib import Path

    from .config import Task
    from .settings import Settings, TrainingSettings

#: The options that change a setting of the training, by its name.
TRAINING = ("hidden", "bias", "rule", "learning_rate", "starts", "epochs", "tolerance", "seed")

#: What systemd gives the service as $STATE_DIRECTORY, for what root types by hand.
SERVICE_STATE = "/var/lib/pigate"


def task_of(args: Namespace, needs_file: bool = True) -> Task:
    """Return the configuration's task, as the command line changes it.

    Args:
        args: as they were parsed.
        needs_file: whether an unreadable `DEFAULT_PATH` is an error; otherwise one line says so and the
            defaults apply.

    Raises:
        PigateError: the configuration, the table, the weights or an option is wrong.
    """
    from pathlib import Path

    from msgspec.structs import replace

    from .config import Task, given_network, named

    settings, table = _read(args, needs_file)
    if args.table is not None:
        table = table_of(args.table, args.inputs, len(settings.board.inputs), len(settings.board.outputs))
    elif args.inputs is not None:
        if settings.table.rows or settings.table.file:
            raise TableError("--inputs is for named tables, and the configuration gives rows: give --table, too")
        table = named(settings.table.name or "xor", args.inputs, len(settings.board.outputs))
    settings = replace(settings, training=_changed(settings.training, args))
    if getattr(args, "port", None) is not None:
        settings = replace(settings, web=replace(settings.web, port=args.port, enabled=True))
    if args.weights is None:
        return Task(settings, table, given_network(settings, table))
    from .learning import weight_files

    return Task(settings, table, weight_files.read(Path(args.weights), table.inputs, table.outputs))


def task_for_board(args: Namespace, simulated: bool, needs_file: bool = True) -> Task:
    """Return a run's task; a simulated board gets the pins that a typed table needs.

    Raises:
        PigateError: as `task_of`; or the table does not fit the board's pins.
    """
    from dataclasses import replace

    import msgspec

    from .config import check_width

    task = task_of(args, needs_file)
    if simulated and (args.table or args.inputs):
        from .pins.simulated import fitted

        board = fitted(task.settings.board, task.table)
        return replace(task, settings=msgspec.structs.replace(task.settings, board=board))
    check_width(task.table, task.settings.board)
    return task


def configured(args: Namespace) -> Task:
    """Return what the configuration alone says is to be learned.

    Raises:
        ConfigError: it is wrong.
    """
    from pathlib import Path

    from . import config

    settings, table = config.load(None if args.config is None else Path(args.config))
    try:
        return config.Task(settings, table, config.given_network(settings, table))
    except ConfigError as exc:
        raise ConfigError(f"{named(args)}: {exc}", exc.hints) from exc


def named(args: Namespace) -> str:
    """Return the configuration's file as it was typed, or the usual one."""
    from .config import DEFAULT_PATH

    return str(args.config or DEFAULT_PATH)


def is_simulated(board: str) -> bool:
    """Say whether `--board` means the simulated one."""
    if board != "auto":
        return board == "simulated"
    from .pins.board import on_a_pi

    return not on_a_pi()


def table_of(text: str, inputs: int | None, pins: int, outputs: int = 1) -> TruthTable:
    """Return the table that `--table` means: a name, bits, standard input or a file, in this order.

    Args:
        text: what was typed.
        inputs: how many it is to have; None: as many as it has, and a named one as many as there are pins.
        pins: of the inputs.
        outputs: of the blank table, which no row tells.

    Raises:
        TableError: there is no such table, it cannot be read, or it does not have this number of inputs.
    """
    if text in NAMED:
        return TruthTable.named(text, (NAMED[text].inputs or pins) if inputs is None else inputs)
    if text == BLANK:
        from .config import named

        return named(text, pins if inputs is None else inputs, outputs)
    if is_bits(text):
        table = TruthTable.parse(text)
    elif text == "-":
        from .files import STDIN, read_text

        table = TruthTable.parse(read_text(STDIN, TableError), "-")
    elif os.path.exists(text) or "/" in text:  # os.path: a name of any length or kind is just not there
        from pathlib import Path

        table = TruthTable.read(Path(text))
    elif only_bits(text):
        table = TruthTable.parse(text)  # which says how many bits there should be
    else:
        table = TruthTable.named(text)  # which says what there is instead
    if inputs not in (None, table.inputs):
        raise TableError(f"--inputs {inputs} does not fit the table, which has {table.inputs}")
    return table


def _read(args: Namespace, needs_file: bool) -> tuple[Settings, TruthTable]:
    """Read the configuration; where it is not needed, the usual file may be unreadable."""
    from pathlib import Path

    from . import config
    from .settings import Settings

    try:
        return config.load(None if args.config is None else Path(args.config))
    except ConfigError as exc:
        if needs_file or args.config is not None or not isinstance(exc.__cause__, OSError):
            raise
        say(f"{exc}: going on with the defaults")
        return Settings(), TruthTable.named("xor")


def _changed(training: TrainingSettings, args: Namespace) -> TrainingSettings:
    """Return the settings with those changed that were typed.

    Raises:
        ArgumentError: a value is out of its limits.
    """
    from msgspec.structs import replace

    from .learning.limits import fault

    given = {name: value for name in TRAINING if (value := getattr(args, name)) is not None}
    for name, value in given.items():
        typed = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        if wrong := fault(name, value, typed):
            raise ArgumentError(f"--{name.replace('_', '-')}: {wrong}")
    training = replace(training, **given)
    if "learning_rate" in given and training.rule == "resilient":
        say("pigate: --learning-rate changes nothing with the resilient rule: add --rule plain")
    return training


def state_of(args: Namespace) -> Path | None:
    """Return the service's state directory where root means the service, by its configuration; else None."""
    from .config import DEFAULT_PATH

    own = os.environ.get("STATE_DIRECTORY") or os.environ.get("XDG_STATE_HOME")
    if own or os.geteuid() != 0 or named(args) != str(DEFAULT_PATH) or not os.path.isdir(SERVICE_STATE):
        return None
    from pathlib import Path

    return Path(SERVICE_STATE)
