"""Hook with the real pre-commit: it lets good work through, stops a broken task, and changes nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests import hello
from tests.repository import Repository

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
CONFIG = """\
repos:
  - repo: {}
    rev: {}
    hooks:
      - id: pytest-execute
        args: [hello]
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return the environment with a home of its own for pre-commit's clones."""
    return {"PRE_COMMIT_HOME": str(tmp_path / "home")}


@pytest.fixture
def hook_repository(tmp_path: Path) -> Repository:
    """Return a repository that offers the hook, as this project's own does."""
    repository = Repository(tmp_path / "ours")
    shutil.copy(HOOKS, repository.path)
    repository.commit("Offer the hook")
    return repository


def install_hook(repository: Repository, hook_repository: Repository, home: dict[str, str]) -> Repository:
    """Install pre-commit and the hook in a repository, and commit the configuration."""
    config = CONFIG.format(hook_repository.path, hook_repository.git("rev-parse", "HEAD"))
    repository.commit("Use pre-commit", {".pre-commit-config.yaml": config})
    installed = hello.run(["pre-commit", "install"], repository.path, home)
    assert installed.stdout == "pre-commit installed at .git/hooks/pre-commit\n", installed.stderr
    return repository


def staged_state(repository: Repository) -> tuple[str, ...]:
    """Return the state that the hook must not change. pre-commit rewrites time stamps in the index: not these."""
    return (repository.git("ls-files", "--stage"), repository.git("rev-parse", "HEAD"), *repository.state()[1:])


def test_good_work_is_committed_and_a_staged_fault_is_not(
    tmp_path: Path, hook_repository: Repository, home: dict[str, str]
) -> None:
    """The second commit would break the ticked task, though the work tree is right: only staged files count."""
    repository = install_hook(hello.begun(tmp_path / "work"), hook_repository, home)
    for path, text in hello.DONE.items():
        repository.put(path, text)
    repository.git("add", "--all")
    committed = hello.run(["git", "commit", "-q", "-m", "Greet"], repository.path, home)
    assert committed.returncode == 0, committed.stdout + committed.stderr
    assert repository.git("log", "-1", "--format=%s") == "Greet"

    repository.put("src/hello.py", hello.BROKEN)
    repository.git("add", "src/hello.py")
    repository.put("src/hello.py", hello.CODE)
    before = staged_state(repository)
    refused = hello.run(["git", "commit", "-q", "-m", "Break"], repository.path, home)
    assert refused.returncode == 1
    output = refused.stdout + refused.stderr
    assert "pytest-execute...........................................................Failed\n" in output
    assert "tests: tests/test_hello.py::test_greets failed: " in output
    assert "hello: failed (gates: 4 failed, 1 passed)" in output
    assert staged_state(repository) == before
    assert (repository.path / "src/hello.py").read_text() == hello.CODE


def test_the_index_keeps_its_bytes(tmp_path: Path) -> None:
    """Run the command of the hook alone: pre-commit itself rewrites the index."""
    repository = hello.done(tmp_path / "work")
    repository.put("src/hello.py", hello.BROKEN)
    repository.git("add", "src/hello.py")
    repository.put("src/hello.py", hello.CODE)
    before = repository.state()
    refused = hello.run(["pytest-execute", "gate", "--staged", "hello"], repository.path)
    assert (refused.returncode, refused.stderr) == (1, "")
    assert repository.state() == before


def test_a_commit_of_everything_is_judged_by_its_own_index(tmp_path: Path) -> None:
    """`git commit -a` stages into another index, and names it in the environment of the hook."""
    repository = hello.done(tmp_path / "work")
    hook = repository.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec pytest-execute gate --staged hello\n")
    hook.chmod(0o755)
    repository.put("src/hello.py", hello.BROKEN)
    before = repository.git("rev-parse", "HEAD")
    refused = hello.run(["git", "commit", "-q", "-a", "-m", "Break"], repository.path)
    assert refused.returncode == 1
    assert "hello: failed (gates: 4 failed, 1 passed)" in refused.stdout + refused.stderr
    assert repository.git("rev-parse", "HEAD") == before
    assert repository.git("diff", "--cached", "--name-only") == ""


def test_code_and_test_in_one_commit_are_refused_with_the_command_to_run_first(tmp_path: Path) -> None:
    """The command commits the test alone, through the same hook; then the code can be committed."""
    repository = hello.begun(tmp_path / "work")
    repository.git("reset", "-q", "--soft", "HEAD^")
    for path, text in hello.DONE.items():
        repository.put(path, text)
    repository.git("add", "--all")
    hook = repository.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec pytest-execute gate --staged hello\n")
    hook.chmod(0o755)
    refused = hello.run(["git", "commit", "-q", "-m", "Greet"], repository.path)
    output = refused.stdout + refused.stderr
    assert refused.returncode == 1
    remedy = re.search(r"came together with the code, in the index: commit it first, `(git commit [^`]+)`", output)
    assert remedy is not None, output
    first = hello.run(["sh", "-c", remedy[1]], repository.path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert repository.git("show", "--format=", "--name-only", "HEAD") == "tests/test_hello.py"
    second = hello.run(["git", "commit", "-q", "-m", "Greet"], repository.path)
    assert second.returncode == 0, second.stdout + second.stderr
