"""Implementation by the plan and by what changed, and the code of which nothing is known, in a real repository."""

from __future__ import annotations

from pathlib import Path

from pytest_execute.tools.cache import ResultCache
from pytest_execute.workflow.context import read_context
from pytest_execute.workflow.first_evidence import unknown_code
from pytest_execute.workflow.request import Request
from tests.repository import Repository

PLAN = """\
### 1. [x] Write

- **Objective**: write
- **Files**: `tools/named.py`, `tests/helper.py`, `backend/`, `setup.py`
- **Tests**: `tests/test_a.py`

### 2. [x] Document

- **Objective**: document
- **Files**: `docs/example.py`
- **Tests**: none (prose)
"""
BASE = {
    "src/app/__init__.py": "",
    "backend/older.py": "",
    "scripts/gone.py": "",
    "notes/t/research.md": "Text.\n",
    "notes/t/plan.md": "Text.\n",
}
TOPIC = {
    "tools/named.py": "",
    "tools/other.py": "",
    "tests/helper.py": "",
    "backend/new.py": "",
    "docs/example.py": "",
    "setup.py": "",
    "docs/conf.py": "",
    "bin/tool": "#!/usr/bin/env python3\n",
    "bin/shell": "#!/bin/sh\n",
    "scripts/gone.py": None,
}


def test_files_of_the_plan_are_implementation_and_other_changed_code_is_unknown(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("base", dict(BASE))
    repo.commit("plan", {"notes/t/breakdown.md": PLAN})
    repo.commit("work", dict(TOPIC))
    context = read_context(Request(topic="t", root=repo.path), tmp_path / "scratch", ResultCache(None, print))
    assert context.layout.source == ("src",)
    assert context.layout.files == ("backend/new.py", "tools/named.py"), "of a directory, what changed"
    assert unknown_code(context) == ("bin/tool", "docs/example.py", "tools/other.py")
