"""What each command does. Each takes the parsed arguments and returns the exit code."""

from __future__ import annotations

import os
from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING

from .errors import FAILED, OK, ArgumentError, ConfigError, NotLearnedError, PigateError, complain, put, say

if TYPE_CHECKING:
    from .config import Task
    from .learning.proof import Examined
    from .learning.tables import TruthTable


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
    if args.taught:
        return _taught_table(args)
    if args.config is not None:
        raise ArgumentError("--config is for --taught: it names the table that was corrected")
    if args.table is None:
        from .learning.named import BLANK, NAMED

        listed = {name: named.meaning for name, named in NAMED.items()} | {BLANK: "no row: it is taught by hand"}
        put(_json(listed) if args.json else "\n".join(f"{name:<11} {what}" for name, what in listed.items()))
        return OK
    from .options import table_of

    return _show(table_of(args.table, args.inputs, 3), args.json)


def _taught_table(args: Namespace) -> int:
    """Show the configured table as it was taught."""
    if args.table is not None or args.inputs is not None:
        raise ArgumentError("--taught is for the configured table: give no other")
    from .options import configured, state_of
    from .teaching.taught import Taught

    return _show(Taught(say, state_of(args)).table(configured(args).table), args.json)


def _show(table: TruthTable, as_json: bool) -> int:
    put(_json({"table": table.name, "rows": table.rows}) if as_json else str(table), end="\n" * as_json)
    return OK


def teach(args: Namespace) -> int:
    from dataclasses import replace

    from .options import configured, state_of
    from .teaching.correction import check_row, corrected
    from .teaching.taught import Taught

    given, taught = configured(args), Taught(say, state_of(args))
    table = given.table
    check_row(table, args.levels, args.outputs)
    task = taught.task(given)
    changed = corrected(task.table, args.levels, args.outputs, table)
    examined = _learned(replace(task, table=changed, network=None, initial=task.initial or task.network))
    if not examined.learned:
        return _not_learned(examined)
    taught.set_aside(table)
    taught.keep(examined, table)
    say("taught, proved and saved; a running gate takes it up by a reload")
    return _show(changed, args.json)


def forget(args: Namespace) -> int:
    from .options import configured, state_of
    from .teaching.taught import Taught

    table, taught = configured(args).table, Taught(say, state_of(args))
    taught.table(table)
    taught.forget()
    say(f"what was taught is forgotten: the table is {table.name}; a running gate takes it up by a reload")
    return OK


def key(args: Namespace) -> int:
    from .options import configured, state_of
    from .settings import DEFAULT_PORT, address
    from .teaching.key import key

    web = configured(args).settings.web
    link = f"{address(web.host, DEFAULT_PORT if web.port is None else web.port)}#key={key(state_of(args))}"
    if not web.teach:
        say("pigate: the live page takes no key: it needs teach = true under [web]")
    put(_json({"link": link}) if args.json else link)
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
    from .options import configured, named, state_of

    task = configured(args)
    from .gate.learn import prove
    from .report import record_of, training_object
    from .teaching.taught import Taught

    try:
        examined = prove(_learned(Taught(say, state_of(args)).task(task)))
    except NotLearnedError as exc:
        raise ConfigError(f"{named(args)}: {exc}", exc.hints) from exc
    if args.json:
        put(_json(training_object(examined)))
    else:
        record = record_of(examined)
        how = f"in {record.epochs} epochs" if record else "by the given weights"
        put(f"the configuration is valid; {examined.table.name} is learned {how} and every row proved")
    return OK


def off(_args: Namespace) -> int:
    from .pins.leftovers import turn_off

    if (reason := turn_off()) and "EXIT_STATUS" not in os.environ:  # systemd's log needs no such line
        say(f"pigate: {reason}")
    return OK


def fleet(args: Namespace) -> int:
    from .gate.signals import Signals

    if not args.json:
        Signals()  # Ctrl-C is how one leaves
    from .options import configured, named

    mqtt = configured(args).settings.mqtt
    if mqtt.host is None:
        raise ConfigError(f"{named(args)}: no broker is named: host under [mqtt]")
    try:
        from .mqtt import watch
    except ImportError as exc:  # also of a paho-mqtt before version 2
        raise PigateError(f"{exc}: pip install '.[mqtt]'") from exc
    if args.json:
        put(_json([told for _, told in watch.look(mqtt).chosen(args.filter, args.sort)]))
    else:
        watch.watch(mqtt, lambda gates: gates.chosen(args.filter, args.sort))
    return OK


def _learned(task: Task) -> Examined:
    """Train, and show progress if it takes longer than a second."""
    from .gate.learn import learn, shown

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
