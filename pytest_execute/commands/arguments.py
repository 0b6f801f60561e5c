"""Arguments that several commands have, under one name and with one meaning."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_topic(parser: argparse.ArgumentParser, *names: str, **settings: str) -> None:
    """Add an argument that is a topic, or can be one; a shell completes it."""
    action = parser.add_argument(*names, **settings)  # type: ignore[arg-type]  # texts only
    action.completer = _complete_topic  # type: ignore[attr-defined]  # argcomplete reads it


def _complete_topic(**_: object) -> list[str]:
    from pytest_execute import breakdown
    from pytest_execute.workflow import find_project

    project = find_project(Path.cwd())
    return breakdown.find_topics(project.home / project.notes)


def add_notes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--notes", metavar="DIR", help="directory of the topics (default: the policy's notes, then notes)"
    )


def add_parts(parser: argparse.ArgumentParser) -> None:
    for name in ("stream", "task"):
        help_text = f"only this {name}; may be repeated"
        parser.add_argument(f"--{name}", metavar="ID", action="append", default=[], help=help_text)


def add_debug_file(parser: argparse.ArgumentParser) -> None:
    help_text = "file for the traceback of an internal error (default: a temporary one)"
    parser.add_argument("--debug-file", metavar="PATH", help=help_text)
