"""No file that the user requests may be a part of the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.workflow import check_outputs
from tests.repository import Repository


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = Repository(tmp_path_factory.mktemp("outputs") / "repo")
    files = ["notes/sums/breakdown.md", "src/app/data.json", "tests/data/a.json", "docs/report.json", "README.md"]
    files += ["notes/sums/summary.md"]
    repo.commit("work", {"pyproject.toml": '[tool.pytest-execute]\nsource = ["src"]\n', **dict.fromkeys(files, "x\n")})
    repo.git("rm", "-q", "--cached", "notes/sums/summary.md")
    repo.put("new.py", "x = 1\n")
    (repo.path / "link.json").symlink_to("src/app/data.json")
    return repo.path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("notes/sums/breakdown.md", "is a file of the project, which git tracks"),
        ("src/app/data.json", "is a file of the project, which git tracks"),
        ("tests/data/a.json", "is a file of the project, which git tracks"),
        ("link.json", "is a file of the project, which git tracks"),
        ("new.py", "is a program or a file of settings"),
        ("pyproject.toml", "is a program or a file of settings"),
        (".git/config", "is in git's own directory"),
        (".git/new", "is in git's own directory"),
        ("README.md/x", "is below a file, README.md"),
        ("docs", "is a directory"),
    ],
)
def test_work_is_no_output(top: Path, name: str, reason: str) -> None:
    with pytest.raises(ExecuteError) as error:
        check_outputs(top / "src", None, {f"--report={name}": top / name})
    assert str(error.value) == f"error: --report={name} {reason}: name a file that can be written (unwritable)"


@pytest.mark.parametrize(
    "name",
    [
        "docs/report.json",
        "README.md",
        "notes/sums/summary.md",
        "src/app/new.json",
        "new/report.json",
        "../a.py",
        "b.py",
    ],
)
def test_any_other_file_may_be_one_and_stays_as_it_is(top: Path, name: str) -> None:
    before = (top / name).read_bytes() if (top / name).exists() else None
    check_outputs(top, None, {"--report": top / name})
    assert ((top / name).read_bytes() if (top / name).exists() else None) == before
