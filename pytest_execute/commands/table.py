"""Table of the commands, their parser, and running one of them."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_execute.commands.arguments import add_debug_file, add_notes, add_parts
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.verdict import CANNOT_JUDGE


class Command(NamedTuple):
    """Help of a command, and the help of its option `--json` if it has one.

    `has_notes` tells if it has the option `--notes`, `has_parts` if it has `--stream` and `--task`.
    """

    help: str
    json: str = ""
    has_notes: bool = True
    has_parts: bool = False


COMMANDS = {
    "gate": Command(
        "judge a topic: for CI and for pre-commit", json="print the JSON report and nothing else", has_parts=True
    ),
    "close": Command("judge a topic at HEAD, and record that it passed: from then on it is judged there"),
    "check": Command(
        "report the problems of a breakdown, and its streams", json="print the plan and its problems as JSON"
    ),
    "next": Command(
        "list the tasks that can start now", json="print these, and those that wait, as JSON", has_parts=True
    ),
    "explain": Command(
        "explain the proofs of a test, a file or a task, with commands to repeat them by hand",
        json="print the proofs as JSON",
    ),
    "init": Command("write the documents of a new topic and the policy's table; never overwrite a file"),
    "demo": Command(
        "write a small application with its git history, and judge it",
        json="print the JSON report and nothing else",
        has_notes=False,
    ),
}
"""Commands by name: `commands/NAME.py` has the functions `add_arguments(parser)` and `run(options) -> exit status`."""


COMPLETION = "_ARGCOMPLETE"
"""Variable that argcomplete (3.6) sets where a shell has this program print completions."""


class _Version(argparse.Action):
    """Option that prints the version, which is read only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"{parser.prog} {version('pytest-execute')}")
        parser.exit()


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Return the options of a command line; ends this process where it is wrong, or where a shell completes it."""
    end = words.index("--") if "--" in words else len(words)
    is_completion = COMPLETION in os.environ
    parser = build_parser(COMMANDS if is_completion else COMMANDS.keys() & words[:1])
    if is_completion:
        _complete(parser)
    return parser.parse_args(words[:end], argparse.Namespace(pytest=list(words[end + 1 :])))


def run(options: argparse.Namespace) -> int:
    """Run the command that was parsed, and return the exit status; the user's mistakes go to standard error."""
    try:
        _check_directory()
        return int(options.run(options))
    except ExecuteError as error:
        print(error, file=sys.stderr)
        return CANNOT_JUDGE


def _check_directory() -> None:
    """Raise ExecuteError where the current directory has been removed."""
    try:
        Path.cwd()
    except OSError as error:
        hint = f"cannot be read: {error.strerror}: change to a directory that exists"
        raise ExecuteError(Problem("no-directory", hint, "the current directory")) from None


def _complete(parser: argparse.ArgumentParser) -> None:
    """Print the words that a shell may complete, and end this process; needs argcomplete."""
    import argcomplete

    argcomplete.autocomplete(parser)


def build_parser(chosen: Iterable[str]) -> argparse.ArgumentParser:
    """Return a parser for all commands. Only the chosen ones are imported, and only these have arguments."""
    parser = argparse.ArgumentParser(prog="pytest-execute", description="The referee of plan-driven, test-first work.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version of this program")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help)
        if name in chosen:
            module = importlib.import_module(f"pytest_execute.commands.{name}")
            module.add_arguments(subparser)
            if command.has_notes:
                add_notes(subparser)
            if command.has_parts:
                add_parts(subparser)
            add_debug_file(subparser)
            if command.json:
                subparser.add_argument("--json", action="store_true", help=command.json)
            subparser.set_defaults(run=module.run)
    return parser
