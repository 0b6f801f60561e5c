"""Run on a project with a build step; the command counts as it was before the topic."""

from __future__ import annotations

from pathlib import Path

from tests.repository import Repository
from tests.topic import CODE, PROJECT, SKELETON, TESTS, run

BUILD = "import pathlib\npathlib.Path('src/app/_built.py').write_text('READY = True\\n')\n"
PREPARED = PROJECT + 'prepare = ["python", "build.py"]\n'


def test_a_project_with_a_build_step_is_judged(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    project = {"pyproject.toml": PREPARED, "build.py": BUILD, "src/app/__init__.py": "from app._built import READY\n"}
    ignored = SKELETON[".gitignore"] + "_built.py\n"
    repo.commit("project", {**project, ".gitignore": ignored})
    repo.commit("plan", {path: text for path, text in SKELETON.items() if path.startswith("notes")})
    for name in ("add", "take", "undo"):
        repo.commit(f"test({name})", {f"tests/test_{name}.py": TESTS[f"tests/test_{name}.py"]})
        repo.commit(f"feat({name})", {f"src/app/{name}.py": CODE[f"src/app/{name}.py"]})
    (repo.path / "src/app/_built.py").write_text("READY = True\n")
    ran = run(repo.path, "-n0")
    assert {proof["verdict"] for proof in ran.report["proofs"]} == {"proven"}, ran.text
    assert {mutant["verdict"] for mutant in ran.report["mutants"]} == {"killed"}
    repo.commit("other command", {"pyproject.toml": PREPARED.replace("build.py", "sabotage.py")})
    ran = run(repo.path, "-n0")
    assert ("test-first", "no-history") in ran.codes("task:1")
    assert ran.report["proofs"] == []
    assert "`prepare` differs from the one at base" in ran.text
