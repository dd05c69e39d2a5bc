"""What each command does. Each takes the parsed arguments and returns the exit code."""

from __future__ import annotations

import json
import math
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from . import config
from .config import Settings, TrainingSettings
from .errors import BAD_CONFIG, FAILED, OK, ConfigError, NotLearnedError, TableError, WeightsError, one_line, say
from .files import STDIN, read_text
from .learning.tables import NAMED, TruthTable, is_bits


def run(args: Namespace) -> int:
    from .gate.signals import Signals

    signals = Signals()  # before NumPy is loaded, which takes a Pi Zero seconds
    simulated = _simulated(args.board)
    settings, table = _for_board(args, simulated)
    from .gate import run as gate

    where = "on a simulated board" if simulated else f"on the pins ({settings.board.pin_factory})"
    inputs, outputs = (", ".join(map(str, pins)) for pins in (settings.board.inputs, settings.board.outputs))
    say(f"{table.name} {where}: switches on GPIO {inputs}; LEDs on GPIO {outputs}")
    request = gate.Request(settings, table, simulated, args.json, args.open, partial(_for_board, args, simulated))
    with _weights_named_by(args):
        try:
            gate.run(request, signals)
        except NotLearnedError as exc:
            print(f"pigate: {one_line(exc)}", file=sys.stderr)
            return BAD_CONFIG
    return OK


def train(args: Namespace) -> int:
    settings, table = _chosen(args)
    options = ("hidden", "rule", "learning_rate", "starts", "epochs", "tolerance", "bias")
    given = {name: getattr(args, name) for name in options if getattr(args, name) is not None}
    training = _changed(settings.training, given)
    from .gate.learn import learn
    from .progress import shown
    from .report import training_object, training_text

    with _weights_named_by(args), shown(training.epochs) as progress:
        trained = learn(table, training, progress)
    if args.export is not None:
        from .learning.weight_files import export

        export(trained.network, trained.losses[:, trained.winner].tolist() if trained.starts else [], Path(args.export))
    print(json.dumps(training_object(trained)) if args.json else training_text(trained))
    if not trained.learned:
        rows = ", ".join(trained.not_learned)
        print(f"pigate: {one_line(table.name)} is not learned; these rows are not: {rows}", file=sys.stderr)
    return OK if trained.learned else FAILED


def predict(args: Namespace) -> int:
    settings, table = _chosen(args)
    if len(args.levels) != table.inputs or set(args.levels) - {"0", "1"}:
        raise TableError(f"{args.levels!r} is no setting of {table.inputs} switches: give {table.inputs} of 0 and 1")
    from .gate.learn import learn, prove
    from .report import decision_object

    with _weights_named_by(args):
        trained = prove(learn(table, settings.training))
    prediction, decision = trained.decide(args.levels)
    taught = args.levels in table.rows
    if args.json:
        print(json.dumps(decision_object(args.levels, prediction, decision, taught)))
    else:
        shown = "  ".join(f"{d} {p:.5f}" for d, p in zip(decision, prediction, strict=True))
        print(f"{args.levels} -> {shown}{'' if taught else '  (not taught: a guess)'}")
    return OK


def table(args: Namespace) -> int:
    if args.table is None:
        listed = {name: what for name, (what, _, _) in NAMED.items()}
        print(json.dumps(listed) if args.json else "\n".join(f"{name:<11} {what}" for name, what in listed.items()))
        return OK
    chosen = _table(args.table, args.inputs, 3)
    print(json.dumps({"table": chosen.name, "rows": chosen.rows}) if args.json else str(chosen), end="\n" * args.json)
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
            print(outcome.text(program, found[name]))
    if args.json:
        print(json.dumps(found))
    return OK


def check(args: Namespace) -> int:
    settings, table = config.load(None if args.config is None else Path(args.config))
    from .gate.learn import learn, prove
    from .report import training_object

    try:
        trained = prove(learn(table, settings.training))
    except (NotLearnedError, WeightsError) as exc:
        raise ConfigError(f"{args.config or config.DEFAULT_PATH}: {exc}") from exc
    if args.json:
        print(json.dumps(training_object(trained)))
    else:
        print(f"the configuration is valid; {table.name} is learned in {trained.epochs} epochs and every row proved")
    return OK


def off(_args: Namespace) -> int:
    from .pins.leftovers import turn_off

    if (reason := turn_off()) and "EXIT_STATUS" not in os.environ:  # systemd's log needs no such line
        print(f"pigate: {reason}", file=sys.stderr)
    return OK


def _chosen(args: Namespace) -> tuple[Settings, TruthTable]:
    """Return the configuration's settings and table, as the command line changes them."""
    settings, table = config.load(None if args.config is None else Path(args.config))
    if args.table is not None:
        table = _table(args.table, args.inputs, len(settings.board.inputs))
    elif args.inputs is not None:
        name = settings.table.name or "xor"
        if settings.table.rows or settings.table.file:
            raise TableError("--inputs is for named tables, and the configuration gives rows: give --table, too")
        table = TruthTable.named(name, args.inputs)
    given = {name: getattr(args, name) for name in ("seed", "weights") if getattr(args, name) is not None}
    return msgspec.structs.replace(settings, training=_changed(settings.training, given)), table


def _for_board(args: Namespace, simulated: bool) -> tuple[Settings, TruthTable]:
    """Return what is `_chosen`, with pins that fit the table.

    Raises:
        TableError: a real board has others than a table named on the command line needs.
    """
    settings, table = _chosen(args)
    if simulated and (args.table or args.inputs):
        from .pins.simulated import fitted

        return msgspec.structs.replace(settings, board=fitted(settings.board, table)), table
    try:
        config.check_width(table, settings.board)
    except ConfigError as exc:
        raise TableError(str(exc)) from exc
    return settings, table


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
        what = config.explain(exc, "training")
        raise TableError("--" + what.removeprefix("training.").replace("_", "-", 1)) from exc


def _simulated(board: str) -> bool:
    if board != "auto":
        return board == "simulated"
    from .pins.board import on_a_pi

    return not on_a_pi()


@contextmanager
def _weights_named_by(args: Namespace) -> Iterator[None]:
    """Blame weights that cannot be used on the configuration, unless the command line names them."""
    try:
        yield
    except WeightsError as exc:
        if args.weights is None:
            raise ConfigError(str(exc)) from exc
        raise
