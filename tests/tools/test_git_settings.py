"""The same answers of git, and nothing left in the user's repository, whatever the user has configured."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import pytest_execute
from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools import environment
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import blame, changed_files, parse_blame, removed_in_commits, renamed_files
from pytest_execute.tools.git_write import write_index
from tests.repository import Repository
from tests.session.conditions import CONDITIONS, Place
from tests.session.kill_runs import state

NOTES = "notes/t/breakdown.md"
LINES = "".join(f"line_{number} = {number}\n" for number in range(12))
TOGETHER = {
    "diff": ["diff.", "format.", "color.", "merge."],
    "blame and log": ["blame.", "log.", "i18n.", "notes.", "gc.", "gpg."],
    "index": ["core.splitIndex", "core.untracked", "core.ignoreStat", "core.trust", "core.check", "index.", "split"],
    "content": ["core.safecrlf", "core.autocrlf = true", "core.attributesFile", "core.big", "core.white", "add."],
    "variables": ["GIT_"],
    "programs": ["textconv", "external diff", "hooks", "file system monitor"],
    "history": ["ambiguous names", "notes", "grafts", "commit graph", "packed", "detached"],
    "other parents": ["replaced parents", "damaged commit graph"],
    "other commits": ["replace refs", "assumed unchanged", "skipped files", "locked index"],
    "filter": ["required clean filter"],
    "encoding": ["attributes: encoding"],
    "line ends": ["attributes: line ends", "core.eol", "core.autocrlf = input"],
    "places": ["conditional include", "missing include", "all excluded", "separate git directory", "of another user"],
}
"""Beginnings of the names of conditions that are laid over the repository together."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A topic whose base has a root commit, with a merge, a rename, a file that was removed and words of no ASCII."""
    repo = Repository(tmp_path_factory.mktemp("template") / "repo")
    repo.commit("plan", {NOTES: "# T\n", "old.py": LINES, "crlf.py": "a = 1\n", "gone.py": "x = 1\n"})
    (repo.path / "crlf.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    repo.commit("Ünïcode “subject”", {"old.py": LINES.replace("= 3", "= 33"), NOTES: "# T\n\nMore.\n"})
    repo.git("checkout", "-q", "-b", "side", "HEAD~1")
    repo.commit("side", {"side.py": LINES.replace("line", "side")})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    repo.git("mv", "old.py", "new.py")
    repo.commit("rename", {"new.py": "first = 0\n" + LINES.replace("= 3", "= 33"), "gone.py": None})
    return repo


def place_of(template: Repository, top: Path) -> Place:
    place = Place(top)
    shutil.copytree(template.path, place.repository)
    place.home.mkdir()
    place.git("update-index", "-q", "--refresh")
    return place


def answers(place: Place, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """Return what is judged by, and assert that nothing of the user has changed."""
    for name, value in place.env.items():
        monkeypatch.setenv(name, value) if value is not None else monkeypatch.delenv(name, raising=False)
    before = state(place.repository)
    git = Git.find(place.repository).with_scratch(place.home / "scratch")
    commits = commit_range(git, NOTES)
    head, root = commits.head, next(iter(commits.commits))
    found = (
        commits,
        git.tree(head),
        git.commits_on_paths(None, [head], ["new.py", "old.py"]),
        (changed_files(git, root, head), renamed_files(git, root, head)),
        removed_in_commits(git, commits.commits),
        *(blame(git, head, path, git.contents(head, [path])[path]) for path in ("new.py", "side.py", "crlf.py")),
        git.subject(head),
    )
    assert state(place.repository) == before
    assert not place.proof.exists(), place.proof.read_text()
    shutil.rmtree(place.home / "scratch")
    return found


@pytest.fixture(scope="module")
def plain(template: Repository, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    with pytest.MonkeyPatch.context() as patch:
        return answers(place_of(template, tmp_path_factory.mktemp("plain") / "top"), patch)


@pytest.mark.parametrize("beginnings", TOGETHER.values(), ids=TOGETHER)
def test_what_a_user_configures_changes_no_answer_and_nothing_is_left(
    beginnings: list[str],
    template: Repository,
    plain: tuple[Any, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = place_of(template, tmp_path / "top")
    for name in (name for beginning in beginnings for name in CONDITIONS if name.startswith(beginning)):
        CONDITIONS[name](place)
    found = answers(place, monkeypatch)
    for one, other in zip(plain, found, strict=True):
        assert one == other


def test_work_that_is_not_committed_is_what_the_user_would_commit(
    template: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings say how a changed file is stored; a file that holds what HEAD has is unchanged, whatever they say."""
    place = place_of(template, tmp_path / "top")
    place.write("info/attributes", "crlf.py text eol=lf\nnew.py filter=words\nside.py filter=words\n")
    place.git("config", "filter.words.clean", "sed s/line/$LC_ALL/")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    place.git("config", "filter.words.required", "true")
    (place.repository / "new.py").write_text("line = 1\n")
    (place.repository / "side.py").chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git = Git.find(place.repository).with_scratch(tmp_path / "scratch")
    commits = commit_range(git, NOTES)
    assert changed_files(git, commits.head, commits.tree) == ["new.py", "side.py"]
    assert git.contents(commits.tree, ["new.py"]) == {"new.py": b"C.UTF-8 = 1\n"}
    place.git("config", "filter.words.clean", "false")
    with pytest.raises(ExecuteError, match=r"new\.py"):
        commit_range(git, NOTES)


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"%(id)s 1 2 1\nauthor A\n\ttwo\n",
        b"%(id)s 1 1 1\n\tone\n%(id)s 3 3\n\ttwo\n",
        b"%(id)s 1 1 1\n\tone\n",
        b"%(id)s 1 1 1\n\tone\n%(id)s 2 2\n",
        b"%(id)s 1 1 1\n\tone\n%(id)s 2 2\n\tTWO\n",
        b"converted\n%(id)s 1 1 1\n\tone\n%(id)s 2 2\n\ttwo\n",
        b"%(id)s 1 1 1\n\tone\n%(id)s 2 2\n\ttwo\nmore\n",
        b"%(id)s 1 1 1\n\tone\n%(id)s 2 2\n\ttwo\n%(id)s 3 3\n\tmore\n",
    ],
    ids=["empty", "begin", "number", "short", "cut", "converted", "before", "after", "long"],
)
def test_one_wrong_header_of_git_blame_is_an_error(output: bytes) -> None:
    """Otherwise its line would belong to nobody, and nobody would have to cover it."""
    with pytest.raises(ValueError, match="another text"):
        parse_blame(output % {b"id": b"a" * 40} if output else output, b"one\ntwo\n")


def test_the_output_of_git_blame() -> None:
    one, two = b"a" * 40, b"b" * 64
    output = one + b" 1 1 2\nsummary " + two + b" 1 3\n\t" + two + b" 1 1\n" + one + b" 2 2\n\t\r\n" + two
    output += b" 9 3 1\nboundary\n\tlast\n"
    lines = {1: one.decode(), 2: one.decode(), 3: two.decode()}
    assert parse_blame(output, two + b" 1 1\n\r\nlast") == lines
    assert parse_blame(output, two + b" 1 1\n\r\nlast\n") == lines
    assert parse_blame(b"", b"") == {}


# -- finding the repository


def refusal(directory: Path) -> str:
    with pytest.raises(ExecuteError) as caught:
        Git.find(directory)
    return str(caught.value)


def test_a_repository_that_git_cannot_read_is_named_and_never_made_anew(template: Repository, tmp_path: Path) -> None:
    place = place_of(template, tmp_path / "top")
    place.write("config", "[core\n")
    top = str(place.repository)
    assert refusal(place.repository) == (
        f"{top}: error: git cannot read the repository here (fatal: bad config line 1 in file .git/config): "
        "correct what it names (git)"
    )
    (place.repository / ".git/HEAD").unlink()
    (place.repository / ".git/config").write_text("")
    assert refusal(place.repository / "notes") == (
        f"{top}/notes: error: git cannot read the repository here (fatal: not a git repository (or any of the parent "
        "directories): .git): correct what it names (git)"
    )


def test_where_only_a_variable_names_the_repository_it_is_never_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    assert refusal(tmp_path) == (
        f"{tmp_path}: error: no `.git` is here or above, and GIT_DIR is not read: start in a checkout (no-git)"
    )


def test_a_repository_of_another_user_can_be_allowed_as_for_git_itself(
    template: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of(template, tmp_path / "top")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    allow_nobody(monkeypatch)
    assert refusal(place.repository) == (
        f"{place.repository}: error: the repository belongs to another user, and git refuses it: "
        f"run `git config --global --add safe.directory {place.repository}` (git)"
    )
    for number, (name, value) in enumerate({"a.b": "c", "safe.directory": "*"}.items()):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", name)
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", value)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    git = Git.find(place.repository).with_scratch(tmp_path / "scratch")
    assert len(commit_range(git, NOTES).commits) == 5
    monkeypatch.delenv("GIT_CONFIG_COUNT")
    settings = tmp_path / "settings"
    settings.write_text("[safe]\n\tdirectory = *\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert Git.find(place.repository).work_tree == place.repository


def allow_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git take each repository for one of another user (git 2.35.2 to 2.51, `GIT_TEST_ASSUME_DIFFERENT_OWNER`)."""
    kept = (*environment.SETTINGS, "GIT_TEST_ASSUME_DIFFERENT_OWNER")
    monkeypatch.setattr(environment, "SETTINGS", kept)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")


def test_staged_files_with_conflicts_are_named(template: Repository, tmp_path: Path) -> None:
    place = place_of(template, tmp_path / "top")
    place.git("checkout", "-q", "-b", "other", "HEAD~1")
    (place.repository / "side.py").write_text("other = 1\n")
    place.git("commit", "-qam", "other")
    place.git("checkout", "-q", "main")
    (place.repository / "side.py").write_text("main = 1\n")
    place.git("commit", "-qam", "main")
    assert "CONFLICT" in place.git("merge", "other", check=False)
    git = Git.find(place.repository).with_scratch(tmp_path / "scratch")
    with pytest.raises(ExecuteError) as caught:
        write_index(git, place.repository / ".git/index")
    assert str(caught.value) == (
        f"{place.repository}: error: the index has conflicts in side.py: resolve them and run `git add` (unmerged)"
    )


def test_objects_that_a_partial_clone_lacks_are_fetched_as_the_user_configured(
    template: Repository, tmp_path: Path
) -> None:
    template.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    template.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{template.path}", str(clone))
    git = Git.find(clone).with_scratch(tmp_path / "scratch")
    before = state(clone)
    head = git.find_commit("HEAD") or ""
    assert git.contents(head, ["crlf.py"]) == {"crlf.py": b"a = 1\r\nb = 2\r\n"}
    assert set(blame(git, head, "side.py", LINES.replace("line", "side").encode())) == set(range(1, 13))
    assert state(clone) == before


def test_git_is_started_in_one_place_only() -> None:
    package = Path(pytest_execute.__file__).parent
    sources = {path: path.read_text() for path in package.rglob("*.py") if "project" not in path.parent.parts}
    starting = {path.name for path, text in sources.items() if '["git"' in text}
    assert starting == {"git_process.py"}
