"""Files that the plan names, compared with base, in a real repository."""

from __future__ import annotations

import pytest

from pytest_execute.core.evidence import NamedFile
from pytest_execute.tools.cache import ResultCache
from pytest_execute.workflow.context import read_context
from pytest_execute.workflow.named_files import named_files
from pytest_execute.workflow.request import Request
from tests.repository import Repository
from tests.topic import PROJECT

PLAN = """\
### 1. [x] Write

- **Objective**: write
- **Files**: `docs/new.md`, `docs/spaced.md`, `docs/gone.md`, `docs/empty.md`, `docs/linked.md`, `docs/old/`,
  `docs/images/`, `src/`, `docs/mixed.md`, `docs/both.md`
- **Tests**: none (prose)

### 2. [x] Add

- **Objective**: add
- **Files**: `src/app/b.py`, `docs/old/`
- **Tests**: `tests/test_b.py`
"""
BASE = {
    "pyproject.toml": PROJECT,
    "src/app/__init__.py": "",
    "docs/spaced.md": "A guide.\n",
    "docs/gone.md": "A guide.\n",
    "docs/old/a.md": "A guide.\n",
    "docs/images/x.png": "1",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NamedFile]:
    repo = Repository(tmp_path_factory.mktemp("named") / "repo")
    repo.commit("base", dict(BASE))
    repo.commit("plan", {f"notes/t/{name}.md": "Text.\n" for name in ("research", "plan")})
    repo.commit("breakdown", {"notes/t/breakdown.md": PLAN})
    changes = {
        "docs/new.md": "See [a](new.md).\n",
        "docs/spaced.md": "A   guide.\n\n",
        "docs/gone.md": None,
        "docs/empty.md": " \n",
        "docs/linked.md": "See [a](none.md).\n",
        "docs/images/y.png": "2",
    }
    repo.commit("docs", changes)
    repo.commit("docs and code", {"docs/mixed.md": "Text.\n", "src/app/a.py": "X = 1\n"})
    repo.commit("docs and code of task 2", {"docs/both.md": "Text.\n", "src/app/b.py": "X = 1\n"})
    context = read_context(Request(topic="t", root=repo.path), repo.path.parent / "scratch", ResultCache(None, print))
    return named_files(context, {})


@pytest.mark.parametrize(
    "expected",
    [
        NamedFile(path="docs/new.md", is_changed=True),
        NamedFile(path="docs/spaced.md"),
        NamedFile(path="docs/gone.md", is_changed=True),
        NamedFile(path="docs/empty.md", is_empty=True),
        NamedFile(path="docs/linked.md", is_changed=True, broken_links=("docs/linked.md:1: none.md",)),
        NamedFile(path="docs/old/"),
        NamedFile(path="docs/images/", is_changed=True),
        NamedFile(path="docs/both.md", is_changed=True),
        NamedFile(path="docs/mixed.md", is_changed=True, code_beside=("src/app/a.py",)),
        NamedFile(path="src/", is_changed=True, code=("src/app/a.py", "src/app/b.py")),
        NamedFile(path="src/app/b.py", is_changed=True),
    ],
    ids=lambda file: file.path,
)
def test_each_file_is_compared_with_base(found: dict[str, NamedFile], expected: NamedFile) -> None:
    assert found[expected.path] == expected
