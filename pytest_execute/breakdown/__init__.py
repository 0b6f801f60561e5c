"""Reader for `notes/<topic>/breakdown.md`: it returns a Plan and the problems, each with its line.

    text ─ blocks ─▶ outline ─ detect_dialect (dialects/) ─▶ task_starts
                        │                                        │
                        ├─ streams, gates                        ├─ tasks (fields, substeps, file_references)
                        └─ resolve (dependency_parser, stream_sentences) ─ sentence_dependencies ─ plan_consistency ─▶ Plan

`load` reads the files, `reader` runs the steps, and `template` writes the canonical form.
"""

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
