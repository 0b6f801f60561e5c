"""Fenced blocks of the documents, by the comment before them."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[2]
BLOCK = re.compile(r"(?:^<!-- (?P<name>[^\n]+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^\| `([^`]+)`", re.MULTILINE)


def blocks(path: str, kind: str) -> list[str]:
    """Return the texts of all fenced blocks of a kind."""
    return [
        block["text"] for block in BLOCK.finditer((TOP / path).read_text(encoding="utf-8")) if block["kind"] == kind
    ]


def block(path: str, name: str) -> str:
    """Return the text of the fenced block that follows `<!-- name -->`."""
    (found,) = (b["text"] for b in BLOCK.finditer((TOP / path).read_text(encoding="utf-8")) if b["name"] == name)
    return str(found)


def first_cells(path: str) -> list[str]:
    """Return the text in backticks at the beginning of each table row."""
    return CODE.findall((TOP / path).read_text(encoding="utf-8"))
