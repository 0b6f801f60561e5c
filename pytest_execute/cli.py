"""Command `pytest-execute`: a table of commands, each in a module of `commands`.

Exit status: 0 passed, 1 not passed, 2 cannot judge.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pytest_execute.core.verdict import CANNOT_JUDGE


class Command(NamedTuple):
    """Help of a command, and the help of its option `--json` if it has one."""

    help: str
    json: str = ""


COMMANDS = {
    "gate": Command("judge a topic: for CI and for pre-commit", json="print the JSON report and nothing else"),
    "check": Command(
        "report the problems of a breakdown, and its streams", json="print the plan and its problems as JSON"
    ),
    "next": Command("list the tasks that can start now", json="print the tasks as JSON"),
    "explain": Command(
        "explain the proof of one test, with commands to repeat it by hand", json="print the proof as JSON"
    ),
    "init": Command("write the documents of a new topic and the policy's table; never overwrite a file"),
    "demo": Command(
        "write a small application with its git history, and judge it", json="print the JSON report and nothing else"
    ),
}
"""Commands by name: `commands/NAME.py` has the functions `add_arguments(parser)` and `run(options) -> exit status`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default those of the process, and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    parser = build_parser(COMMANDS.keys() & words[:1])
    options = parser.parse_args(words[:end], argparse.Namespace(pytest=words[end + 1 :]))
    from pytest_execute.core.errors import ExecuteError

    try:
        return int(options.run(options))
    except ExecuteError as error:
        print(error, file=sys.stderr)
        return CANNOT_JUDGE
    except KeyboardInterrupt:
        print("interrupted: nothing was judged", file=sys.stderr)
        return CANNOT_JUDGE


def build_parser(chosen: Iterable[str]) -> argparse.ArgumentParser:
    """Return a parser for all commands. Only the chosen ones are imported, and only these have arguments."""
    parser = argparse.ArgumentParser(prog="pytest-execute", description="The referee of plan-driven, test-first work.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.help)
        if name in chosen:
            module = importlib.import_module(f"pytest_execute.commands.{name}")
            module.add_arguments(subparser)
            if command.json:
                subparser.add_argument("--json", action="store_true", help=command.json)
            subparser.set_defaults(run=module.run)
    return parser
