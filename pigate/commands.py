"""What each command does. Each takes the parsed arguments and returns the exit code."""

from __future__ import annotations

import json
import math
import os
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from . import config
from .config import Settings, Task, TrainingSettings
from .errors import FAILED, OK, ConfigError, NotLearnedError, TableError, put, say
from .explain import explain
from .files import STDIN, read_text
from .learning.tables import NAMED, TruthTable, is_bits

if TYPE_CHECKING:
    from .learning.proof import Examined


def run(args: Namespace) -> int:
    from .gate.signals import Signals

    signals = Signals()  # before NumPy is loaded, which takes a Pi Zero seconds
    simulated = _simulated(args.board)
    # The appliance's file may be closed to an ordinary user who only wants to play. A reload does need it.
    task = _for_board(args, simulated, needs_file=not simulated)
    from .gate.run import Request
    from .gate.run import run as run_gate

    board = task.settings.board
    where = "on a simulated board" if simulated else f"on the pins ({board.pin_factory})"
    inputs, outputs = (", ".join(map(str, pins)) for pins in (board.inputs, board.outputs))
    say(f"{task.table.name} {where}: switches on GPIO {inputs}; LEDs on GPIO {outputs}")
    run_gate(Request(task, simulated, args.json, args.open, partial(_for_board, args, simulated)), signals)
    return OK


def train(args: Namespace) -> int:
    task = _chosen(args)
    from .gate.learn import learn
    from .progress import shown
    from .report import record_of, training_object, training_text

    with shown(task.settings.training.epochs) as progress:
        examined = learn(task, progress)
    if args.export is not None:
        from .learning.weight_files import export

        record = record_of(examined)
        export(examined.network, record.losses[:, record.winner].tolist() if record else [], Path(args.export))
    put(json.dumps(training_object(examined)) if args.json else training_text(examined))
    return OK if examined.learned else _not_learned(examined)


def predict(args: Namespace) -> int:
    task = _chosen(args)
    inputs = task.table.inputs
    if len(args.levels) != inputs or set(args.levels) - {"0", "1"}:
        raise TableError(f"{args.levels!r} is no setting of {inputs} switches: give {inputs} of 0 and 1")
    from .gate.learn import learn
    from .report import decision_object

    examined = learn(task)
    if not examined.learned:
        return _not_learned(examined)
    prediction, decision = examined.decide(args.levels)
    taught = args.levels in task.table.rows
    if args.json:
        put(json.dumps(decision_object(args.levels, prediction, decision, taught)))
    else:
        shown = "  ".join(f"{d} {p:.5f}" for d, p in zip(decision, prediction, strict=True))
        put(f"{args.levels} -> {shown}{'' if taught else '  (not taught: a guess)'}")
    return OK


def table(args: Namespace) -> int:
    if args.table is None:
        listed = {name: what for name, (what, _, _) in NAMED.items()}
        put(json.dumps(listed) if args.json else "\n".join(f"{name:<11} {what}" for name, what in listed.items()))
        return OK
    chosen = _table(args.table, args.inputs, 3)
    put(json.dumps({"table": chosen.name, "rows": chosen.rows}) if args.json else str(chosen), end="\n" * args.json)
    return OK


def reproduce(args: Namespace) -> int:
    from .learning.published import PROGRAMS, STARTS, reproduce, starts_inside_rule
    from .learning.weight_files import export

    found = {}
    for name in [args.program] if args.program else PROGRAMS:
        program = PROGRAMS[name]
        outcome = reproduce(program)
        found[name] = outcome.as_object(program)
        if not program.seeded:
            found[name] |= {"starts": STARTS, "starts_inside_rule": starts_inside_rule(program)}
        if args.export is not None and (args.program or not program.seeded):
            export(outcome.network, outcome.losses, Path(args.export))
        if not args.json:
            put(outcome.text(program, found[name]))
    if args.json:
        put(json.dumps(found))
    return OK


def check(args: Namespace) -> int:
    settings, table = config.load(None if args.config is None else Path(args.config))
    from .gate.learn import learn, prove
    from .report import record_of, training_object

    try:
        examined = prove(learn(Task(settings, table, config.given_network(settings, table))))
    except (NotLearnedError, ConfigError) as exc:
        raise ConfigError(f"{args.config or config.DEFAULT_PATH}: {exc}") from exc
    if args.json:
        put(json.dumps(training_object(examined)))
    else:
        record = record_of(examined)
        how = f"in {record.epochs} epochs" if record else "by the given weights"
        put(f"the configuration is valid; {table.name} is learned {how} and every row proved")
    return OK


def off(_args: Namespace) -> int:
    from .pins.leftovers import turn_off

    if (reason := turn_off()) and "EXIT_STATUS" not in os.environ:  # systemd's log needs no such line
        say(f"pigate: {reason}")
    return OK


def _chosen(args: Namespace, needs_file: bool = True) -> Task:
    """Return the configuration's task, as the command line changes it."""
    settings, table = _configured(args, needs_file)
    if args.table is not None:
        table = _table(args.table, args.inputs, len(settings.board.inputs))
    elif args.inputs is not None:
        if settings.table.rows or settings.table.file:
            raise TableError("--inputs is for named tables, and the configuration gives rows: give --table, too")
        table = TruthTable.named(settings.table.name or "xor", args.inputs)
    options = [field for field in TrainingSettings.__struct_fields__ if getattr(args, field, None) is not None]
    training = _changed(settings.training, {field: getattr(args, field) for field in options})
    settings = msgspec.structs.replace(settings, training=training)
    if args.weights is None:
        return Task(settings, table, config.given_network(settings, table))
    from .learning import weight_files

    return Task(settings, table, weight_files.read(Path(args.weights), table.inputs, table.outputs))


def _configured(args: Namespace, needs_file: bool) -> tuple[Settings, TruthTable]:
    """Read the configuration; where it is not needed, the usual file may be unreadable."""
    try:
        return config.load(None if args.config is None else Path(args.config))
    except ConfigError as exc:
        if needs_file or args.config is not None or not isinstance(exc.__cause__, OSError):
            raise
        say(f"{exc}: going on with the defaults")
        return Settings(), TruthTable.named("xor")


def _for_board(args: Namespace, simulated: bool, needs_file: bool = True) -> Task:
    """Return what is `_chosen`, with pins that fit the table.

    Raises:
        TableError: a real board has others than a table named on the command line needs.
    """
    task = _chosen(args, needs_file)
    if simulated and (args.table or args.inputs):
        from .pins.simulated import fitted

        board = fitted(task.settings.board, task.table)
        return replace(task, settings=msgspec.structs.replace(task.settings, board=board))
    config.check_width(task.table, task.settings.board)
    return task


def _table(text: str, inputs: int | None, pins: int) -> TruthTable:
    """Return the table that `--table` means: a name, bits, standard input or a file, in this order."""
    if text in NAMED:
        _, fixed, _ = NAMED[text]
        return TruthTable.named(text, (fixed or pins) if inputs is None else inputs)
    if is_bits(text):
        table = TruthTable.parse(text)
    elif text == "-":
        table = TruthTable.parse(read_text(STDIN, TableError), "-")
    elif os.path.exists(text) or "/" in text:  # os.path: a name of any length or kind is just not there
        table = config.read_table(Path(text))
    else:
        table = TruthTable.named(text)  # which says what there is instead
    if inputs not in (None, table.inputs):
        raise TableError(f"--inputs {inputs} does not fit the table, which has {table.inputs}")
    return table


def _changed(training: TrainingSettings, given: dict[str, object]) -> TrainingSettings:
    """Return the settings with some changed, which the configuration's own model validates.

    Raises:
        TableError: a value is out of range.
    """
    for name, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise TableError(f"--{name.replace('_', '-')}: {value} is not a finite number")
    try:
        return msgspec.convert(msgspec.to_builtins(training) | given, TrainingSettings)
    except msgspec.ValidationError as exc:
        what = explain(exc, Settings, "training")
        raise TableError("--" + what.removeprefix("training.").replace("_", "-", 1)) from exc


def _not_learned(examined: Examined) -> int:
    """Say which rows were not learned; return the exit code."""
    rows = ", ".join(examined.not_learned)
    say(f"pigate: {examined.table.name} is not learned; these rows are not: {rows}")
    return FAILED


def _simulated(board: str) -> bool:
    if board != "auto":
        return board == "simulated"
    from .pins.board import on_a_pi

    return not on_a_pi()
