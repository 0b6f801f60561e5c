"""Files that a commit changed or renamed, whatever the user's configuration and the names look like."""

from __future__ import annotations

from pathlib import Path

from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import changed_files, removed_files, renamed_files
from tests.repository import USER_SETTINGS, Repository

TEXT = "".join(f"line {number}\n" for number in range(20))
NAMES = [
    'say"it".py',
    "a\nb.py",
    "a\tb.py",
    "back\\slash.py",
    "ä.py",
    "caf\udce9.py",
    ' "',
    ":(top)x.py",
    "*.py",
    "é\\.py",
]


def test_names_and_the_users_configuration_change_no_diff(tmp_path: Path) -> None:
    """Names as git quotes them, names that are no UTF-8, and names that look like git's patterns."""
    repo = Repository(tmp_path / "repo")
    one = repo.commit("one", {"old": TEXT, **{name: f"{name!a}\n" for name in NAMES[1:]}})
    for name, value in USER_SETTINGS.items():
        repo.git("config", name, value)
    (repo.path / "old").rename(repo.path / NAMES[0])
    two = repo.commit("two", {NAMES[0]: TEXT.replace("\n", "\r\n"), **dict.fromkeys(NAMES[1:], "changed\n")})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    assert changed_files(git, one, two) == sorted([*NAMES, "old"])
    assert removed_files(git, one, two) == ["old"]
    assert renamed_files(git, one, two) == {NAMES[0]: "old"}
    assert git.contents(two, NAMES[1:]) == dict.fromkeys(NAMES[1:], b"changed\n")
    assert all(git.commits_on_paths(one, [two], [name]) == [two] for name in NAMES)
    assert git.commits_on_paths(one, [two], ["b.py"]) == []


def test_a_submodule_differs_whatever_the_repository_says_about_it(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    one = repo.commit("one", {".gitmodules": '[submodule "m"]\n\tpath = mod\n\turl = /m\n\tignore = all\n'})
    trees = []
    for commit in (one, "b" * 40):
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},mod")
        trees.append(repo.git("write-tree"))
    assert changed_files(Git.find(repo.path).with_scratch(tmp_path / "scratch"), *trees) == ["mod"]
