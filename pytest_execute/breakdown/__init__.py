"""Reader for `notes/<topic>/breakdown.md`: it returns a Plan and the problems, each with its line.

    blocks            Markdown as blocks with lines; `outline` knows the heading above each
    detect_dialect    finds where each task begins, in one of the forms in `dialects/`
    streams, gates    find the groups of tasks and the gates
    tasks             reads each task: `fields`, `substeps`, `specifications`, `file_references`
    resolve           turns names into ids: `dependency_parser`, `stream_sentences`, `name_index`
    sentence_dependencies    adds what sentences state: `sentence_parser`, `sentence_patterns`
    plan_consistency  checks the whole plan
    account           reports each line that looks like part of a plan (`line_looks`) and was not read

`reader` runs these steps in this order, and `load` reads the files. `template` writes the canonical form, in which
`adopt` brings foreign plans.
"""

from __future__ import annotations

from pytest_execute.breakdown.load import (
    adopt_file,
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
    "adopt_file",
    "check_topic_name",
    "find_topics",
    "load_plan",
    "read_file",
    "read_text",
    "read_topic",
    "written_documents",
]
