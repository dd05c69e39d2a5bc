"""What each command does. Each takes the parsed arguments and returns the exit code."""

from __future__ import annotations

import os
from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING

from .errors import FAILED, OK, ArgumentError, ConfigError, NotLearnedError, complain, put, say

if TYPE_CHECKING:
    from .config import Task
    from .learning.proof import Examined


def run(args: Namespace) -> int:
    from .gate.signals import Signals

    signals = Signals()  # before NumPy is loaded, which takes a Pi Zero seconds
    from .options import is_simulated, task_for_board

    simulated = is_simulated(args.board)
    # A simulated run starts even if this user may not read the usual file; a reload must read it.
    task = task_for_board(args, simulated, needs_file=not simulated)
    from .gate.run import RunOptions
    from .gate.run import run as run_gate

    board = task.settings.board
    where = "on a simulated board" if simulated else f"on the pins ({board.pin_factory})"
    pins, topics, leds = (", ".join(map(str, named)) for named in (board.pins, board.topics, board.outputs))
    switches = " and ".join([f"switches on GPIO {pins}"] * bool(pins) + [f"inputs from {topics}"] * bool(topics))
    say(f"{task.table.name} {where}: {switches}; LEDs on GPIO {leds}")
    run_gate(RunOptions(task, simulated, args.json, args.open, partial(task_for_board, args, simulated)), signals)
    return OK


def train(args: Namespace) -> int:
    from .options import task_of

    examined = _learned(task_of(args))
    from .report import record_of, training_object

    if args.export is not None:
        from pathlib import Path

        from .learning.weight_files import export

        record = record_of(examined)
        export(examined.network, record.losses[:, record.winner].tolist() if record else [], Path(args.export))
    put(_json(training_object(examined)) if args.json else str(examined))
    return OK if examined.learned else _not_learned(examined)


def predict(args: Namespace) -> int:
    from .learning.tables import only_bits
    from .options import task_of

    task = task_of(args)
    inputs = task.table.inputs
    if len(args.levels) != inputs or not only_bits(args.levels):
        raise ArgumentError(f"{args.levels!r} is no setting of {inputs} switches: give {inputs} of 0 and 1")
    examined = _learned(task)
    if not examined.learned:
        return _not_learned(examined)
    prediction, decision = examined.decide(args.levels)
    taught = args.levels in task.table.rows
    if args.json:
        from .report import decision_object

        put(_json(decision_object(args.levels, prediction, decision, taught)))
    else:
        shown = "  ".join(f"{d} {p:.5f}" for d, p in zip(decision, prediction, strict=True))
        put(f"{args.levels} -> {shown}{'' if taught else '  (not taught: a guess)'}")
    return OK


def table(args: Namespace) -> int:
    if args.table is None:
        from .learning.named import NAMED

        listed = {name: named.meaning for name, named in NAMED.items()}
        put(_json(listed) if args.json else "\n".join(f"{name:<11} {what}" for name, what in listed.items()))
        return OK
    from .options import table_of

    chosen = table_of(args.table, args.inputs, 3)
    put(_json({"table": chosen.name, "rows": chosen.rows}) if args.json else str(chosen), end="\n" * args.json)
    return OK


def reproduce(args: Namespace) -> int:
    from pathlib import Path

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
        put(_json(found))
    return OK


def check(args: Namespace) -> int:
    """Load and prove as a run would.

    A new check of the settings goes into `config.load`, so that run and reload have it, too.
    """
    from pathlib import Path

    from . import config

    settings, table = config.load(None if args.config is None else Path(args.config))
    from .gate.learn import prove
    from .report import record_of, training_object

    try:
        examined = prove(_learned(config.Task(settings, table, config.given_network(settings, table))))
    except (NotLearnedError, ConfigError) as exc:
        raise ConfigError(f"{args.config or config.DEFAULT_PATH}: {exc}", exc.hints) from exc
    if args.json:
        put(_json(training_object(examined)))
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


def _learned(task: Task) -> Examined:
    """Train, and show progress if it takes longer than a second."""
    from .gate.learn import learn
    from .gate.progress import shown

    with shown(task.settings.training.epochs) as progress:
        return learn(task, progress)


def _not_learned(examined: Examined) -> int:
    """Say what is not learned and what to try; return the exit code."""
    from .learning.advice import not_learned

    complain(not_learned(examined))
    return FAILED


def _json(value: object) -> str:
    from json import dumps

    return dumps(value)
