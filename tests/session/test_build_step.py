"""Run on a project with a build step; the command counts as it was before the topic."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.repository import Repository
from tests.topic import CODE, PROJECT, SKELETON, TESTS, environment, run

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


def test_a_generated_file_is_named_and_a_first_policy_may_make_it(tmp_path: Path) -> None:
    """As with the file of the version that a build backend writes and git ignores."""
    repo = Repository(tmp_path / "repo")
    settings = PROJECT.partition("[tool.pytest-execute]")[0]
    files = {**SKELETON, "pyproject.toml": settings, "src/app/__init__.py": "from app._built import READY\n"}
    repo.commit(
        "project", {**files, ".gitignore": SKELETON[".gitignore"] + "_built.py\n", "notes/sums/breakdown.md": ""}
    )
    repo.git("rm", "-q", "notes/sums/breakdown.md")
    repo.commit("plan", {"notes/sums/breakdown.md": SKELETON["notes/sums/breakdown.md"]})
    repo.commit("red", {"tests/test_add.py": TESTS["tests/test_add.py"]})
    repo.commit("green", {"src/app/add.py": CODE["src/app/add.py"]})
    (repo.path / "src/app/_built.py").write_text("READY = True\n")
    ran = run(repo.path, "-n0", "--execute-task=1")
    assert (
        "tests/test_add.py::test_add passes in this run, but not in the replay of the same tree: ModuleNotFoundError: "
        "No module named 'app._built'; src/app/_built.py is here, but git ignores it: name the command that makes it "
        "in the policy's `prepare`"
    ) in ran.text
    command = ["python", "-c", "open('src/app/_built.py', 'w').write('READY = True')"]
    repo.commit("policy", {"pyproject.toml": f"{PROJECT}prepare = {json.dumps(command)}\n"})
    ran = run(repo.path, "-n0", "--execute-task=1")
    assert [proof["verdict"] for proof in ran.report["proofs"]] == ["proven"], ran.text
    assert "execute: `prepare` came with the topic, as base has no policy: look at what it runs, " in ran.text
    command = [sys.executable, "-m", "pytest_execute", "gate", "sums", "--staged", "--", "-n0", "--execute-task=1"]
    done = subprocess.run(command, cwd=repo.path, env=environment(), capture_output=True, text=True, check=False)
    assert "(1 test, 1 proven" in done.stdout, "the staged files are prepared too: " + done.stdout + done.stderr
