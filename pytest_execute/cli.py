"""The command's door: `pytest-execute gate`, `check`, `next`, `explain`, `init`, `demo`. Exit status: 0 passed, 1 not passed, 2 cannot judge."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_execute.core.verdict import CANNOT_JUDGE, PASSED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default those of the process."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    options = _parser().parse_args(words[:end], argparse.Namespace(pytest=words[end + 1 :]))
    from pytest_execute.core.errors import ExecuteError

    try:
        return int(options.run(options))
    except ExecuteError as error:
        print(error, file=sys.stderr)
        return CANNOT_JUDGE
    except KeyboardInterrupt:
        print("interrupted: nothing was judged", file=sys.stderr)
        return CANNOT_JUDGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pytest-execute", description="The referee of plan-driven, test-first work.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    gate = commands.add_parser(
        "gate", help="judge a topic: for CI and for pre-commit", epilog="What follows `--` is handed to pytest."
    )
    gate.add_argument("topic", metavar="TOPIC")
    gate.add_argument("--staged", action="store_true", help="judge what the next commit would hold")
    gate.add_argument("--base", metavar="REV", help="judge what came after REV")
    gate.add_argument(
        "--scope", choices=("all", "claimed"), help="claimed (default with --staged): only ticked tasks count"
    )
    gate.add_argument("--report", metavar="PATH", help="write the JSON report there")
    gate.add_argument("--summary", metavar="PATH", help="append a Markdown summary to PATH")
    gate.add_argument("--json", action="store_true", help="print the JSON report and nothing else")
    gate.set_defaults(run=_gate)

    check = commands.add_parser("check", help="read a breakdown alone: all its problems, and its shape")
    check.add_argument(
        "what", nargs="?", metavar="TOPIC|FILE", help="a topic, or a Markdown file (default: every topic)"
    )
    check.add_argument("--json", action="store_true", help="print what was read as JSON")
    check.set_defaults(run=_check)

    following = commands.add_parser("next", help="the tasks that can start now")
    following.add_argument("topic", metavar="TOPIC")
    following.add_argument("--json", action="store_true", help="print them as JSON")
    following.set_defaults(run=_next)

    explain = commands.add_parser("explain", help="the proof of one test as a story, and how to see it by hand")
    explain.add_argument("test", metavar="TEST", help="its nodeid")
    explain.add_argument("--topic", metavar="NAME", help="the topic (default: the only one)")
    explain.add_argument("--json", action="store_true", help="print the proof as JSON")
    explain.set_defaults(run=_explain)

    init = commands.add_parser(
        "init", help="write a topic's three documents and the policy's table; overwrites nothing"
    )
    init.add_argument("topic", metavar="TOPIC")
    init.set_defaults(run=_init)

    demo = commands.add_parser("demo", help="write a small application with its history, and judge it")
    demo.add_argument("directory", nargs="?", metavar="DIR", help="where (default: a new temporary directory)")
    demo.add_argument("--flawed", action="store_true", help="the same with honest-looking faults, each to be found")
    demo.add_argument("--json", action="store_true", help="print the JSON report and nothing else")
    demo.set_defaults(run=_demo)
    return parser


def _gate(options: argparse.Namespace) -> int:
    from pytest_execute import supervisor

    request = supervisor.Gate(
        topic=options.topic,
        staged=options.staged,
        base=options.base,
        scope=options.scope or ("claimed" if options.staged else "all"),
        report=options.report,
        summary=options.summary,
        as_json=options.json,
        arguments=tuple(options.pytest),
    )
    return supervisor.gate(request)


def _check(options: argparse.Namespace) -> int:
    from pytest_execute import planning
    from pytest_execute.core.errors import ExecuteError, Problem

    root = Path.cwd()
    if options.what is None and not options.json:
        status, text = planning.check_all(root, _notes(root))
    elif options.what is None:
        raise ExecuteError(Problem("usage", "--json answers on one topic or file: name it"))
    else:
        notes = "notes" if options.what.endswith(".md") else _notes(root)
        status, text = planning.check(options.what, root=root, notes=notes, as_json=options.json)
    print(text.rstrip("\n"))
    return status


def _next(options: argparse.Namespace) -> int:
    from pytest_execute import planning

    root = Path.cwd()
    print(planning.following(root, _notes(root), options.topic, as_json=options.json))
    return PASSED


def _explain(options: argparse.Namespace) -> int:
    from pytest_execute import supervisor

    return supervisor.explain(options.test, options.topic, as_json=options.json)


def _init(options: argparse.Namespace) -> int:
    from pytest_execute import planning

    root = Path.cwd()
    status, text = planning.init(root, _notes(root), options.topic)
    print(text, file=sys.stderr if status else sys.stdout)
    return status


def _notes(root: Path) -> str:
    from pytest_execute.workflow import policy

    return policy(root).notes


def _demo(options: argparse.Namespace) -> int:
    from pytest_execute import supervisor

    return supervisor.demo(options.directory, flawed=options.flawed, as_json=options.json)
