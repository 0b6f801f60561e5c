"""What our documents show: fenced blocks, by the comment before them."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[2]
BLOCK = re.compile(r"(?:^<!-- (?P<name>[^\n]+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^\| `([^`]+)`", re.MULTILINE)


def blocks(path: str, kind: str) -> list[str]:
    """The texts of all fenced blocks of a kind."""
    return [
        block["text"] for block in BLOCK.finditer((TOP / path).read_text(encoding="utf-8")) if block["kind"] == kind
    ]


def block(path: str, name: str) -> str:
    """The text of the fenced block that follows `<!-- name -->`."""
    (found,) = (b["text"] for b in BLOCK.finditer((TOP / path).read_text(encoding="utf-8")) if b["name"] == name)
    return str(found)


def first_cells(path: str) -> list[str]:
    """What stands in backticks at the beginning of each row of the document's tables."""
    return CODE.findall((TOP / path).read_text(encoding="utf-8"))
