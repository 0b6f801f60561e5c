"""Markdown as blocks with their lines."""

from __future__ import annotations

from pytest_execute.breakdown.blocks import parse_blocks

TEXT = """\
---
title: x
---
# Title

- [x] 1. One
  wrapped
  - inner

  behind
1. numbered

| ID | Task |
| --- | --- |
| T1 | One |

> quoted

<!-- hidden -->

```
code
```
"""


def test_each_kind_of_block_has_its_line_and_depth() -> None:
    assert [(block.kind, block.depth, block.text, block.line) for block in parse_blocks(TEXT).blocks] == [
        ("heading", 1, "Title", 4),
        ("item", 1, "[x] 1. One\nwrapped", 6),
        ("item", 2, "inner", 8),
        ("text", 1, "behind", 10),
        ("item", 1, "numbered", 11),
        ("row", 0, "T1 | One", 15),
        ("code", 0, "code\n", 22),
    ]


def test_quotes_have_the_block_before_them() -> None:
    assert [(index, block.text, block.line) for index, block in parse_blocks(TEXT).quotes] == [(5, "quoted", 17)]


def test_a_fence_without_an_end() -> None:
    unclosed = parse_blocks("text\n\n```\n- [ ] 1. One\n").unclosed
    assert unclosed is not None
    assert (unclosed.line, unclosed.content) == (3, "- [ ] 1. One\n")
    assert parse_blocks(TEXT).unclosed is None
