"""The command line: parse what was typed, call the function in commands, turn an error into a line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn, TypeVar

from . import __version__, commands
from .errors import FAILED, USAGE, PigateError, complain, did_you_mean, none_of, put, say, shortened, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code. For the main thread of a program of its own."""
    _fill_closed_descriptors()
    try:
        parser = _parser()
        args = parser.parse_args(arguments)
        if args.command is None:
            with suppress(OSError):
                write(sys.stderr, parser.format_help())
            return USAGE
        code: int = getattr(commands, args.command)(args)
    except PigateError as exc:
        complain(exc)
        return exc.exit_code
    except OSError as exc:
        say(f"pigate: {exc.filename}: {exc.strerror}" if exc.filename else f"pigate: {exc.strerror or exc}")
        return FAILED
    return code


def _fill_closed_descriptors() -> None:
    """Give a closed standard stream the null device, before a file of ours takes its number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets this number, the lowest that is free
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (it lasts as long as the process)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        message = message.removeprefix("argument ")
        self.exit(USAGE, f"{self.prog}: {message} ({self.prog} --help shows how)")

    def _check_value(self, action: argparse.Action, value: str) -> None:
        if action.choices is None or value in action.choices:
            return
        if action.dest == "command":
            hint = did_you_mean(value, action.choices)
            self.error(f"{shortened(value)} is no command{hint and f': {hint}'}")
        raise argparse.ArgumentError(action, none_of(value, tuple(action.choices)))

    def _print_message(self, message: str, file: object = None) -> None:
        if file is sys.stderr:
            say(message)
        else:
            put(message, end="")


T = TypeVar("T")


def _as(convert: Callable[[str], T], wanted: str) -> Callable[[str], T]:
    """Return a conversion of what was typed that says what is wanted where it fails."""

    def converted(text: str) -> T:
        try:
            return convert(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"give {wanted}, not {shortened(text)}") from None

    return converted


_whole = _as(int, "a whole number")
_number = _as(float, "a number")
_port = _as(lambda text: range(65536).index(int(text)), "a whole number from 0 to 65535")
_widths = _as(
    lambda text: () if text == "none" else tuple(map(int, text.split(","))), "whole numbers, such as 4,4, or none"
)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pigate", description="A logic gate that learns.", epilog="example: pigate run --board simulated"
    )
    parser.add_argument("--version", action="version", version=f"pigate {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, what: str, example: str, *, json: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=f"example: {example}"
        )
        if json:
            added.add_argument("--json", action="store_true", help="print JSON")
        return added

    run = command("run", "train, prove, read the switches and drive the LEDs", "pigate run --board simulated")
    _add_training(run)
    run.add_argument(
        "--board", choices=("auto", "gpio", "simulated"), default="auto", help="auto: the pins where there is a Pi"
    )
    run.add_argument(
        "--port", type=_port, metavar="N", help="port of the live page; also turns the page on for a real board"
    )
    run.add_argument("--open", action="store_true", help="open the live page in a browser")

    train = command("train", "train on a table and show what was learned", "pigate train --table parity")
    _add_training(train)
    train.add_argument("--export", metavar="DIR", help="write the weights and losses as the article's files")

    predict = command("predict", "train, then ask for one setting of the switches", "pigate predict 101")
    _add_training(predict)
    predict.add_argument("levels", metavar="LEVELS", help="first input first, such as 101")

    table = command("table", "show a table, or list the named ones", "pigate table full-adder")
    table.add_argument("table", nargs="?", metavar="TABLE", help="as for --table of train")
    table.add_argument("--inputs", type=_whole, metavar="N", help="of a named table; 3 by default")
    table.add_argument("--taught", action="store_true", help="the configured table, as it was taught by hand")
    _add_config(table)

    reproduce = command("reproduce", "run the published programs as published", "pigate reproduce multi-layer")
    reproduce.add_argument(
        "program", nargs="?", choices=("multi-layer", "single-layer", "xor-gate"), help="all by default"
    )
    reproduce.add_argument(
        "--export", metavar="DIR", help="write the files of the named program; of xor-gate if none is named"
    )

    check = command(
        "check", "read the configuration and prove its table; touch no pin", "pigate check --config my.toml"
    )
    _add_config(check)

    teach = command("teach", "correct a row of the configured table; a reload takes it up", "pigate teach 101 1")
    teach.add_argument("levels", metavar="LEVELS", help="of the row, first input first, such as 101")
    teach.add_argument("outputs", metavar="OUTPUTS", help="first output first, or - for a row that is not taught")
    _add_config(teach)
    forget = command("forget", "drop all that was taught by hand", "pigate forget", json=False)
    _add_config(forget)
    key = command("key", "print the live page's link with the key, which lets others teach", "pigate key")
    _add_config(key)
    fleet = command("fleet", "show all gates on the MQTT broker, as they change", "pigate fleet --sort status")
    _add_config(fleet)
    fleet.add_argument("--filter", metavar="WORD", help="only gates with this in one of the columns, such as offline")
    fleet.add_argument(
        "--sort",
        choices=("name", "id", "table", "levels", "decision", "status", "since", "version"),
        default="name",
        help="by which column; name by default",
    )
    command("off", "turn off the outputs that a killed run left on", "pigate off", json=False)
    return parser


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="default: /etc/pigate/pigate.toml, if there is one")


def _add_training(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    parser.add_argument("--table", metavar="TABLE", help="a name (pigate table lists them), 2^n bits, - or a file")
    parser.add_argument("--inputs", type=_whole, metavar="N", help="of a named table; default: as many as pins")
    parser.add_argument("--weights", metavar="DIR", help="a folder of weight files to use instead of training")
    parser.add_argument("--seed", type=_whole, metavar="N", help="of the random initialisations; default 1")
    parser.add_argument("--hidden", metavar="4,4", type=_widths, help="neurons of each hidden layer, or none")
    parser.add_argument("--rule", help="resilient or plain")
    parser.add_argument("--learning-rate", type=_number, metavar="RATE", help="of the plain rule")
    parser.add_argument("--starts", type=_whole, metavar="N", help="random initialisations side by side")
    parser.add_argument("--epochs", type=_whole, metavar="N", help="updates after which to give up")
    parser.add_argument("--tolerance", type=_number, metavar="T", help="how near to 0 or 1 an output must be")
    parser.add_argument("--bias", action=argparse.BooleanOptionalAction, help="whether neurons have a bias")
