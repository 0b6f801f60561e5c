"""The `ferry` command."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ferry import board, references
from ferry.boats import Boat
from ferry.fares import fare
from ferry.sailings import Sailing
from ferry.timetable import Timetable


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was asked for; 1 where the question makes no sense."""
    options = parser().parse_args(arguments)
    try:
        print("\n".join(answer(options)))
    except (OSError, ValueError) as problem:
        print(f"ferry: {problem}")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The three questions that the command answers."""
    top = argparse.ArgumentParser(prog="ferry")
    questions = top.add_subparsers(dest="question", required=True)
    price = questions.add_parser("fare", help="what a crossing costs")
    price.add_argument("--age", type=int, action="append", required=True)
    price.add_argument("--return", dest="back", action="store_true")
    departures = questions.add_parser("board", help="the sailings still to come")
    departures.add_argument("timetable", type=Path)
    departures.add_argument("--at", type=datetime.fromisoformat, required=True)
    check = questions.add_parser("check", help="whether a booking reference is well-formed")
    check.add_argument("reference")
    return top


def answer(options: argparse.Namespace) -> list[str]:
    """The lines that answer the question."""
    if options.question == "fare":
        cents = sum(fare(age, back=options.back) for age in options.age)
        return [f"{cents // 100}.{cents % 100:02d}"]
    if options.question == "board":
        return board.rows(read_timetable(options.timetable), options.at)
    number, serial = references.parse(options.reference)
    return [f"booking {serial} on sailing {number}"]


def read_timetable(path: Path) -> Timetable:
    """The timetable in a JSON file: boats by name, and sailings that name their boat."""
    data = json.loads(path.read_text(encoding="utf-8"))
    boats = {name: Boat(name, **size) for name, size in data["boats"].items()}
    timetable = Timetable()
    for number, (boat, departs, minutes) in data["sailings"].items():
        timetable.add(Sailing(number, boats[boat], datetime.fromisoformat(departs), minutes))
    return timetable
