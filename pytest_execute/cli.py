"""The `pytest-execute` command: a table of commands, each a module of `commands`.

Exit status: 0 passed, 1 not passed, 2 cannot judge.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterable, Sequence

from pytest_execute.core.verdict import CANNOT_JUDGE

COMMANDS = {
    "gate": "judge a topic: for CI and for pre-commit",
    "check": "read a breakdown alone: all its problems, and its shape",
    "next": "the tasks that can start now",
    "explain": "the proof of one test as a story, and how to see it by hand",
    "init": "write a topic's three documents and the policy's table; overwrites nothing",
    "demo": "write a small application with its history, and judge it",
}
"""The commands with their help. `commands/NAME.py` has the function `add_arguments(parser)` and `run(options)`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default those of the process."""
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
    """Return the parser; only the modules of the commands in `chosen` are imported, and only these have arguments."""
    parser = argparse.ArgumentParser(prog="pytest-execute", description="The referee of plan-driven, test-first work.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=help_text)
        if name in chosen:
            module = importlib.import_module(f"pytest_execute.commands.{name}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    return parser
