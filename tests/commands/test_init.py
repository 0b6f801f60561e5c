"""`pytest-execute init`: documents and the policy's table are written where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.cli import main
from pytest_execute.commands.init import init
from pytest_execute.core.toml_reader import read_toml
from pytest_execute.tools import output_files
from tests.repository import Repository


def test_init_starts_a_topic_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert main(["init", "chat"]) == 0
    (tmp_path / "notes/chat/plan.md").write_text("mine\n")
    assert main(["init", "chat"]) == 0
    assert (tmp_path / "notes/chat/plan.md").read_text() == "mine\n"
    assert "[tool.pytest-execute]" in (tmp_path / "pyproject.toml").read_text()
    assert main(["check", "notes/chat/breakdown.md"]) == 0


def test_a_pyproject_whose_tool_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    status, text = init(tmp_path, "notes", "chat")
    message = "pyproject.toml: error: not valid TOML: correct it, then run `pytest-execute init` again (bad-toml)"
    assert (status, text.splitlines()[-1]) == (2, message)


def test_init_below_the_top_writes_beside_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    monkeypatch.chdir(tmp_path / "tests")
    assert main(["init", "chat"]) == 0
    assert (tmp_path / "notes/chat/plan.md").is_file()
    assert not (tmp_path / "tests/notes").exists()


def found(names: str) -> str:
    return f"; the implementation is {names}: set `source` if it lies elsewhere"


@pytest.mark.parametrize(
    ("files", "shown", "module", "test"),
    [
        ({"src/app/__init__.py": "", "tests/test_a.py": ""}, found("src"), "src/app/chat.py", "tests/test_chat.py"),
        (
            {"app/__init__.py": "", "test/test_a.py": "", "setup.py": ""},
            found("app"),
            "app/chat.py",
            "test/test_chat.py",
        ),
        (
            {
                "backend/app/main.py": "",
                "backend/tests/test_a.py": "from app import main\n",
                "pytest.ini": "[pytest]\npythonpath = backend\n",
            },
            found("backend/app"),
            "backend/app/chat.py",
            "backend/tests/test_chat.py",
        ),
        (
            {"lib/app/__init__.py": "", "pyproject.toml": '[tool.setuptools.packages.find]\nwhere = ["lib"]\n'},
            found("lib"),
            "lib/app/chat.py",
            "tests/test_chat.py",
        ),
        (
            {
                "app/__init__.py": "",
                "app/a_check.py": "",
                "pyproject.toml": '[tool.pytest.ini_options]\npython_files = "*_check.py"',
            },
            found("app"),
            "app/chat.py",
            "app/chat_check.py",
        ),
        (
            {"app/__init__.py": "", "one.py": "", "setup.py": "", "test_a.py": ""},
            found("app, one.py"),
            "app/chat.py",
            "test_chat.py",
        ),
        (
            {"bin/tool.py": "", "test/test_tool.py": ""},
            "; no implementation was found: set `source` to where it lies",
            "src/chat.py",
            "test/test_chat.py",
        ),
        ({"README.md": "# x\n"}, "", "src/chat.py", "tests/test_chat.py"),
    ],
)
@pytest.mark.parametrize("is_committed", [True, False])
def test_init_fits_the_project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    shown: str,
    module: str,
    test: str,
    is_committed: bool,
) -> None:
    repository = Repository(tmp_path / "repo")
    for path, text in files.items():
        repository.put(path, text)
    if is_committed:
        repository.commit("begin")
    monkeypatch.chdir(repository.path)
    before = repository.git("status", "--porcelain")
    assert main(["init", "chat"]) == 0
    written = (repository.path / "notes/chat/breakdown.md").read_text()
    assert f"- **Files**: `{module}`\n- **Tests**: `{test}`\n" in written
    table = read_toml((repository.path / "pyproject.toml").read_text())["tool"]["pytest-execute"]
    assert table == {"notes": "notes"}, "a list would leave out what comes later"
    assert capsys.readouterr().out.splitlines()[-1] == f"added [tool.pytest-execute] to pyproject.toml{shown}"
    assert set(before.splitlines()) <= {*repository.git("status", "--porcelain").splitlines(), "?? pyproject.toml"}


def test_init_of_a_project_below_the_topics_names_its_paths_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path / "repo")
    repository.commit(
        "begin",
        {
            "notes/old/breakdown.md": "### 1. [ ] Old\n",
            "pyproject.toml": "[tool.pytest-execute]\n",
            "api/pytest.ini": "[pytest]\n",
            "api/app/__init__.py": "",
            "api/test/test_a.py": "",
            "web/site/__init__.py": "",
        },
    )
    monkeypatch.chdir(repository.path / "api/app")
    assert main(["init", "chat"]) == 0
    written = (repository.path / "notes/chat/breakdown.md").read_text()
    assert "- **Files**: `api/app/chat.py`\n- **Tests**: `api/test/test_chat.py`\n" in written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[project]\r\nname = 'x'\r\n", b"[project]\r\nname = 'x'\r\n\r\n{}\r\nnotes = \"notes\"\r\n"),
        (b"[project]\nname = 'x'", b"[project]\nname = 'x'\n\n{}\nnotes = \"notes\"\n"),
        (b"[project]  \n\n\n", b'[project]  \n\n\n{}\nnotes = "notes"\n'),
        (b"", b'{}\nnotes = "notes"\n'),
    ],
)
def test_the_text_of_pyproject_stays_as_it_is(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(before)
    assert init(tmp_path, "notes", "chat")[0] == 0
    assert (tmp_path / "pyproject.toml").read_bytes() == after.replace(b"{}", b"[tool.pytest-execute]")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"pyproject.toml": "x = \n"}, "pyproject.toml: error: not valid TOML: correct it, then "),
        ({"pyproject.toml": "tool = {a = 1}\n"}, "pyproject.toml: error: not valid TOML: correct it, then "),
        ({"pyproject.toml/x": ""}, "pyproject.toml: error: "),
        ({"notes": ""}, "notes/chat/research.md: error: is below a file, notes: nothing was written (unwritable)"),
        ({"notes/chat/plan.md/x": ""}, "notes/chat/plan.md: error: is a directory: nothing was written (unwritable)"),
    ],
)
def test_init_writes_all_or_nothing(tmp_path: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    status, text = init(tmp_path, "notes", "chat")
    assert (status, text[: len(message)]) == (2, message)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_failure_between_two_files_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last file, pyproject.toml, comes when the disk is full."""
    write = output_files.write

    def fill(path: Path, content: bytes) -> None:
        write(path if path.suffix == ".md" else Path("/dev/full"), content)

    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(output_files, "write", fill)
    message = "/dev/full: error: cannot be written: No space left on device (unwritable)"
    assert init(tmp_path, "notes", "chat") == (2, message)
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]
