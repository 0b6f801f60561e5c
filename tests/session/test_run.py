"""`pytest --execute-topic` on a real repository: the verdict, its reports, and what stays unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.tools.cache import FILE_NAME
from tests.repository import Repository
from tests.topic import BREAKDOWN, CODE, OWN_PLUGINS, PROJECT, TESTS, below_the_top, honest, run

ALL = [
    "prerequisites",
    "task:1",
    "stream:A",
    "task:2",
    "stream:B",
    "task:3",
    "stream:C",
    "gate:Gate 1",
    "system",
    "deployment",
]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return honest(tmp_path / "repo")


COLLECTED = {"tests/test_other.py": "import gc\n\n\ndef test_other():\n    gc.collect()\n"}
"""Test during which garbage of the plugin is collected, which raises no warning either."""
STRICT = ("-W", "error")


def test_honest_work_passes_without_warnings_and_the_repository_is_unchanged(repo: Repository) -> None:
    repo.commit("collect garbage", COLLECTED)
    before = repo.state()
    files = ["--execute-summary=../summary.md", "--execute-evidence=../evidence.json"]
    ran = run(repo.path, "-n2", *files, *STRICT, PYTHONWARNINGS="always")
    assert ran.status == 0, ran.text
    assert "Warning" not in ran.text
    assert ran.verdicts() == dict.fromkeys(ALL, "passed")
    assert ran.report["verdict"] == "passed"
    assert ran.report["schema"] == "pytest-execute/report/1"
    assert {proof["order"] for proof in ran.report["proofs"]} == {"before"}
    assert [test["tasks"] for test in ran.report["tests"]] == [["1"], [], ["2"], ["3"]]
    assert ran.report["coverage"]["task:1"] == {
        "lines": 1, "covered": 1, "branches": 0, "covered_branches": 0, "missing": {}, "missing_branches": {},
        "missing_arcs": {}, "excluded": {}, "ignored": {}, "opaque": {}, "unparsed": {},
    }  # fmt: skip
    assert "sums: passed (gates: 10 passed)" in ran.text
    assert "## Sums: Task Breakdown: passed" in (repo.path.parent / "summary.md").read_text()
    assert (repo.path.parent / "evidence.json").exists()
    assert repo.state() == before
    assert [path.name for path in (repo.path / ".pytest_cache/d/execute").iterdir()] == [FILE_NAME]


def test_a_failed_task_blocks_those_that_depend_on_it_with_workers_and_in_any_order(repo: Repository) -> None:
    repo.commit("break task 1", {"src/app/add.py": "def add(a, b):\n    return 0\n"})
    first, other = (run(repo.path, *options) for options in (["-n0"], ["-n2", "-p", "randomly"]))
    assert first.status == 1
    assert first.verdicts() == {
        **dict.fromkeys(["prerequisites", "task:2", "stream:B"], "passed"),
        **dict.fromkeys(["task:1", "stream:A", "gate:Gate 1", "system", "deployment"], "failed"),
        **dict.fromkeys(["task:3", "stream:C"], "blocked"),
    }
    assert {test["id"]: test["outcome"] for test in first.report["tests"]} == {
        "tests/test_add.py::test_add": "failed",
        "tests/test_other.py::test_other": "passed",
        "tests/test_take.py::test_take": "passed",
        "tests/test_undo.py::test_undo": "blocked",
    }
    assert first.codes("task:3") == [
        ("tests", "blocked"), ("dependencies", "dependency-failed"), ("test-first", "no-tests"),
        ("coverage", "not-measured"), ("mutation", "not-measured"),
    ]  # fmt: skip
    assert (other.status, other.without_times()) == (1, first.without_times())


def test_a_part_of_the_plan_runs_with_its_dependencies(repo: Repository) -> None:
    ran = run(repo.path, "-n0", "--execute-task=3")
    assert ran.status == 0, ran.text
    assert ran.verdicts() == {"prerequisites": "passed", "task:3": "passed"}
    assert [test["id"].split("::")[1] for test in ran.report["tests"]] == ["test_add", "test_take", "test_undo"]
    ran = run(repo.path, "-n0", "--execute-task=C3")
    assert ran.verdicts() == {"prerequisites": "passed", "task:3": "passed"}, "task 3 of stream C, by another name"
    ran = run(repo.path, "-n0", "--execute-stream=A")
    assert ran.verdicts() == {"prerequisites": "passed", "task:1": "passed", "stream:A": "passed"}
    assert [test["id"].split("::")[1] for test in ran.report["tests"]] == ["test_add"]


def test_the_claimed_scope_and_uncommitted_work(repo: Repository) -> None:
    """A failing, uncommitted test of an open task does not affect claimed tasks."""
    repo.put(
        "notes/sums/breakdown.md",
        BREAKDOWN + "\n## Stream D: More\n\n### 4. [ ] Times\n\n- **Tests**: `tests/test_times.py`\n",
    )
    repo.put("tests/test_times.py", "def test_times():\n    import app.times\n")
    ran = run(repo.path, "-n0", "--execute-scope=claimed")
    assert ran.report["verdict"] == "passed", ran.text
    assert ran.report["uncommitted"] == "worktree"
    assert ran.verdicts()["task:4"] == ran.verdicts()["system"] == "open"
    assert run(repo.path, "-n0").verdicts()["system"] == "failed"
    repo.put("src/app/take.py", "def take(a, b):\n    return 0\n")
    ran = run(repo.path, "-n0", "--execute-scope=claimed")
    assert (ran.report["verdict"], ran.verdicts()["task:2"]) == ("failed", "failed")


def test_without_the_option_nothing_changes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n\n@pytest.mark.task('1')\ndef test_a(): pass\n")
    result = pytester.runpytest_subprocess(*OWN_PLUGINS, "--strict-markers", "-W", "error")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*execute:*")


def test_collect_only_judges_nothing(repo: Repository) -> None:
    ran = run(repo.path, "--collect-only", "-q")
    assert (ran.status, ran.report) == (0, {})
    assert "end of batch" not in ran.text


def test_the_plugin_raises_no_warning_without_workers(repo: Repository) -> None:
    repo.commit("collect garbage", COLLECTED)
    ran = run(repo.path, "-n0", *STRICT, PYTHONWARNINGS="always")
    assert ran.status == 0, ran.text
    assert "Warning" not in ran.text


def test_a_worker_that_dies_fails_only_its_test(repo: Repository) -> None:
    repo.commit("die", {"src/app/take.py": "import os\n\n\ndef take(a, b):\n    os._exit(3)\n"})
    ran = run(repo.path, "-n2")
    assert ran.verdicts()["task:2"] == "failed"
    assert ran.verdicts()["task:3"] == "blocked"
    assert [test["outcome"] for test in ran.report["tests"]] == ["passed", "passed", "failed", "blocked"]
    assert ran.report["coverage"]["task:1"]["covered"] == 1
    assert ("coverage", "not-measured") in ran.codes("task:2")


# -- what cannot be judged: one line, what to do, status 4


def refused(directory: Path, *arguments: str, topic: str = "sums") -> list[str]:
    """Return the lines of the error; assert status 4, no traceback and no report."""
    ran = run(directory, *arguments, topic=topic)
    assert (ran.status, ran.report) == (4, {}), ran.text
    assert "Traceback" not in ran.text
    assert "INTERNALERROR" not in ran.text
    return [line.removeprefix("ERROR: ") for line in ran.text.splitlines() if line]


def test_a_run_outside_a_repository_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes/sums").mkdir(parents=True)
    (tmp_path / "notes/sums/breakdown.md").write_text(BREAKDOWN)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    assert refused(tmp_path) == [
        (
            f"{tmp_path}: not in a git work tree, so nothing can be proven: "
            "run `git init` and commit, or start in a checkout (no-git)"
        )
    ]


def test_a_repository_without_commits_is_an_error(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    for path, text in {"notes/sums/breakdown.md": BREAKDOWN, "pytest.ini": "[pytest]\n"}.items():
        repo.put(path, text)
    assert refused(repo.path) == [
        (f"{repo.path}: the repository has no commit yet: commit something first, test-first needs history (no-commit)")
    ]


def test_an_unknown_topic_is_an_error(repo: Repository) -> None:
    assert refused(repo.path, topic="sum") == [
        "notes/sum: no such topic: topics here are sums (did you mean sums?) (no-topic)"
    ]


def test_missing_notes_and_a_missing_or_empty_breakdown_are_errors(repo: Repository) -> None:
    repo.put("notes/empty/breakdown.md", "\n")
    repo.put("notes/none/plan.md", "x\n")
    assert len(refused(repo.path, topic="empty")) == 1
    assert len(refused(repo.path, topic="none")) == 1
    assert len(refused(repo.path, "--execute-notes=elsewhere")) == 1


def test_all_problems_of_plan_and_policy_are_reported_in_one_pass(repo: Repository) -> None:
    repo.put("notes/sums/breakdown.md", BREAKDOWN.replace("Task 2", "Task 7").replace("### 2.", "### 1."))
    repo.put("pyproject.toml", PROJECT + "sauce = 1\n")
    lines = refused(repo.path)
    assert any("sauce: unknown key (did you mean source?)" in line for line in lines)
    assert sum("breakdown.md:" in line for line in lines) >= 2


@pytest.mark.parametrize(
    ("option", "line"),
    [
        (
            "--execute-base=nowhere",
            "no commit is called 'nowhere': fetch it, or name another base (unknown-base)",
        ),
        (
            "--execute-stream=Z",
            ("notes/sums/breakdown.md: --execute-stream=Z: no such stream: streams here are A, B, C (unknown-stream)"),
        ),
        (
            "--execute-task=99",
            "notes/sums/breakdown.md: --execute-task=99: no such task: tasks here are 1, 2, 3 (unknown-task)",
        ),
    ],
)
def test_options_with_unknown_names_are_errors(repo: Repository, option: str, line: str) -> None:
    assert refused(repo.path, option) == [line]


def test_a_shallow_clone_is_unproven_and_does_not_pass(repo: Repository) -> None:
    clone = repo.path.parent / "shallow"
    repo.git("clone", "-q", "--depth=1", f"file://{repo.path}", str(clone))
    ran = run(clone, "-n0")
    assert ran.status == 1
    assert ran.report["verdict"] == "unproven"
    assert ran.codes("task:1") == [("test-first", "no-history"), ("mutation", "not-measured")]
    assert "the clone is shallow, so its history is missing: run `git fetch --unshallow`" in ran.text


def test_the_base_can_be_given(repo: Repository) -> None:
    """If the base has a task's code and tests already, nothing of the task is judged."""
    ran = run(repo.path, "-n0", "--execute-base=HEAD~2")
    assert ran.verdicts()["task:3"] == "unproven"
    assert ("test-first", "no-tests") in ran.codes("task:1")
    assert ("coverage", "no-files") in ran.codes("task:1")


def test_the_project_may_be_in_a_subdirectory_of_the_repository(tmp_path: Path) -> None:
    """It is judged by its own plan, with the history of the whole repository."""
    outer = below_the_top(tmp_path, "services/sums")
    ran = run(outer.path / "services/sums", "-n0")
    assert ran.status == 0, ran.text
    assert {proof["order"] for proof in ran.report["proofs"]} == {"before"}


def test_code_without_tests_has_too_little_coverage(repo: Repository) -> None:
    repo.commit(
        "more code than tests",
        {"src/app/add.py": CODE["src/app/add.py"] + "\n\ndef more(a):\n    if a:\n        return 1\n    return 2\n"},
    )
    ran = run(repo.path, "-n0")
    assert ran.codes("task:1") == [("coverage", "coverage-too-low"), ("mutation", "not-reached")]
    assert ran.report["coverage"]["task:1"]["missing"] == {"src/app/add.py": [6, 7, 8]}
    assert ran.codes("system")[-1] == ("coverage", "coverage-too-low")


def test_a_topic_cannot_weaken_its_policy(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("project", {"pyproject.toml": PROJECT, "src/app/__init__.py": ""})
    repo.commit(
        "plan",
        {f"notes/sums/{name}.md": "# Sums\n\nText.\n" for name in ("research", "plan")}
        | {"notes/sums/breakdown.md": BREAKDOWN},
    )
    for name in ("add", "take", "undo"):
        test, code = f"tests/test_{name}.py", f"src/app/{name}.py"
        repo.commit(f"feat({name})", {test: TESTS[test], code: CODE[code]})
    off = "\n[tool.pytest-execute.coverage]\ntask = 0\n\n[tool.pytest-execute.mutation]\ntask = 'off'\n"
    repo.commit("settings", {"pyproject.toml": f'{PROJECT}test-first = "off"\n{off}'})
    ran = run(repo.path, "-n0")
    assert ran.status == 1
    assert ran.codes("task:1") == [("test-first", "same-commit")]
    assert ran.codes("prerequisites") == [("plan", "weaker-policy")] * 3
    assert 'test-first is "off" in [tool.pytest-execute], and "before" at base' in ran.text


def test_lines_of_a_plugin_that_pytest_imports_before_it_measures_count_as_run(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    task = BREAKDOWN.partition("## Stream B")[0].replace("add.py", "plug.py").replace("test_plug", "test_add")
    repo.commit("project", {"pyproject.toml": PROJECT, ".gitignore": "__pycache__/\n", "src/app/plug.py": ""})
    documents = {f"notes/sums/{name}.md": "# Sums\n\nText.\n" for name in ("research", "plan")}
    repo.commit("plan", {**documents, "notes/sums/breakdown.md": task})
    repo.commit("red", {"tests/test_add.py": TESTS["tests/test_add.py"].replace("app.add", "app.plug")})
    repo.commit("green", {"src/app/plug.py": "ONE = 1\nTWO = 2\n\n\n" + CODE["src/app/add.py"]})
    ran = run(repo.path, "-n0", "-p", "app.plug", PYTHONPATH=str(repo.path / "src"))
    assert ran.status == 0, ran.text
    assert ran.report["coverage"]["changed"]["lines"] == ran.report["coverage"]["changed"]["covered"] == 4


def test_a_file_that_cannot_be_written_is_an_error_before_the_tests_run(repo: Repository) -> None:
    told = refused(repo.path, "--execute-evidence=.", "--execute-lcov=pyproject.toml/lcov")
    assert told == [
        "--execute-evidence=. is a directory: name a file that can be written (unwritable)",
        (
            "--execute-lcov=pyproject.toml/lcov is below a file, pyproject.toml: "
            "name a file that can be written (unwritable)"
        ),
    ]
