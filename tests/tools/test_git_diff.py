"""Lines that a commit changed, whatever the user's configuration and the content look like."""

from __future__ import annotations

from pathlib import Path

from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import changed_lines, parse_changed_lines
from tests.repository import USER_SETTINGS, Repository


def test_the_users_configuration_changes_no_diff(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    one = repo.commit("one", {"a.py": "1\n2\n3\n"})
    two = repo.commit("two", {"a.py": "1\n++ b/evil.py\n3\n4\n", "b.py": "1\n"})
    for name, value in USER_SETTINGS.items():
        repo.git("config", name, value)
    assert changed_lines(Git.find(repo.path), one, two) == {"a.py": {2, 4}, "b.py": {1}}


def test_a_line_of_content_cannot_pose_as_a_header() -> None:
    diff = b"--- a/x.py\n+++ b/x.py\n@@ -0,0 +1,2 @@\n+++ b/evil.py\n+@@ -1 +1,99 @@\n@@ -5 +7 @@\n-a\n+b\n"
    assert parse_changed_lines(diff) == {"x.py": {1, 2, 7}}
