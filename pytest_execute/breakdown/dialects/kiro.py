"""Kiro's, Agent OS's and OpenSpec's lists: `- [x] 1. Title`, `- [x] 1.0 Title`, `- [x] **001**: Title`, with `1.1` below or as tasks."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import boxed, untasked
from pytest_execute.breakdown.heads import Head
from pytest_execute.breakdown.ids import normal, parent_of
from pytest_execute.breakdown.outline import Outline

_FORM = re.compile(
    r"(?:\*\*)?(?P<id>\d+(?:\.\d+)+[a-z]?(?=[\s.):：*])|\d+[a-z]?(?=[.):：]\s|\*\*|[.):：]\*\*))"
    r"[.):：]?(?:\*\*)?[:：]?(?:\s*[—–-](?=\s))?\s+(?P<title>\S)"
)


def find(outline: Outline) -> list[Head]:
    """The boxed items with a number that extends no other one's."""
    heads = [head for head in boxed(outline, _FORM) if not untasked(outline, head.at)]
    ids = {normal(head.id) for head in heads}
    return [head for head in heads if parent_of(head.id, ids) is None]
