"""Projects that are libraries of the judge itself: the judge imports its own copy, and the tests the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import topic
from tests.repository import Repository
from tests.session.test_notes_above import DOCUMENTS, plan

MODULES = {"markdown_it": "render", "msgspec": "encode"}


@pytest.mark.parametrize(("source", "workers"), [("", "-n0"), ("src/", "-n2")])
def test_a_project_named_like_libraries_of_the_judge_is_judged(tmp_path: Path, source: str, workers: str) -> None:
    """In the first, `python -m pytest` puts the checkout first on the module path; in the second, the settings do."""
    repo = Repository(tmp_path / "repo")
    settings = "[tool.pytest.ini_options]\npythonpath = ['src']\n" if source else ""
    repo.commit("begin", {"pyproject.toml": settings, ".gitignore": ".*\n__*\n"})
    files = "`, `".join(f"{source}{name}.py" for name in MODULES)
    repo.commit("plan", {"notes/t/breakdown.md": plan(files, "tests/test_them.py"), **DOCUMENTS})
    imports = "".join(f"from {name} import {function}\n" for name, function in MODULES.items())
    assertions = "".join(f"    assert {function}('a') == 'a{name}'\n" for name, function in MODULES.items())
    repo.commit("red", {"tests/test_them.py": f"{imports}\n\ndef test_them():\n{assertions}"})
    code = {
        f"{source}{name}.py": f"def {function}(text):\n    return text + '{name}'\n"
        for name, function in MODULES.items()
    }
    repo.commit("green", code)
    ran = topic.run(repo.path, workers, topic="t")
    assert ran.status == 0, ran.text
    assert [proof["verdict"] for proof in ran.report["proofs"]] == ["proven"]
    assert "2/2 lines, 2/2 functions" in ran.text
