"""The reader of breakdowns: `notes/<topic>/breakdown.md` into a Plan, or into problems with their lines."""

from __future__ import annotations

from pytest_execute.breakdown.load import check_name, documents, load, read, read_file, topics
from pytest_execute.breakdown.reader import Reading, read_text

__all__ = ["Reading", "check_name", "documents", "load", "read", "read_file", "read_text", "topics"]
