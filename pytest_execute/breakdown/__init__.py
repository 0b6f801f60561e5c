"""The reader of breakdowns: `notes/<topic>/breakdown.md` into a Plan, or into problems with their lines."""

from __future__ import annotations

from pytest_execute.breakdown.load import (
    check_topic_name,
    find_topics,
    load_plan,
    read_file,
    read_topic,
    written_documents,
)
from pytest_execute.breakdown.reader import ParsedBreakdown, read_text

__all__ = [
    "ParsedBreakdown",
    "check_topic_name",
    "find_topics",
    "load_plan",
    "read_file",
    "read_text",
    "read_topic",
    "written_documents",
]
