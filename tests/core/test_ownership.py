"""The one rule for whose code a piece of code is, as a table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_execute.core.evidence import Manifest, Proof
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.core.plan import FileRef, Plan, Task


def plan(files: Mapping[str, tuple[FileRef, ...]], unticked: str = "") -> Plan:
    tasks = (
        Task(id=task, title="", line=1, done=task not in unticked, files=references)
        for task, references in files.items()
    )
    return Plan(topic="t", path="b", tasks=tuple(tasks))


WHOLE = (FileRef("src/a.py", 1),)
OTHER = (FileRef("src/b.py", 1),)
LINES_10_TO_20 = (FileRef("src/a.py", 1, 10, 20),)
LINE_10 = (FileRef("src/a.py", 1, 10),)
DIRECTORY = (FileRef("src/", 1),)
RULES = {
    "no commit made a test pass: those that name the file": (
        {"1": WHOLE, "2": WHOLE, "3": OTHER, "4": ()}, {"1": {"c1"}, "4": {"c2"}}, "old", "12",
    ),
    "no commit made a test pass, and no Files name the file": ({"1": OTHER, "2": ()}, {"1": {"c1"}}, "old", ""),
    "nothing was replayed": ({"1": WHOLE, "2": ()}, {}, "c1", "1"),
    "a commit of a task that names the file": ({"1": WHOLE, "2": WHOLE}, {"1": {"c1"}, "2": {"c2"}}, "c1", "1"),
    "a commit of two tasks, of which one names the file": (
        {"1": WHOLE, "2": OTHER}, {"1": {"c1"}, "2": {"c1"}}, "c1", "1",
    ),
    "a commit of two tasks that both name the file": ({"1": WHOLE, "2": WHOLE}, {"1": {"c1"}, "2": {"c1"}}, "c1", "12"),
    "a commit of two tasks, of which neither names the file": (
        {"1": OTHER, "2": (), "3": ()}, {"1": {"c1"}, "2": {"c1"}, "3": {"c2"}}, "c1", "12",
    ),
    "a commit of another task than the one that names the file": (
        {"1": WHOLE, "2": OTHER}, {"1": {"c1"}, "2": {"c2"}}, "c2", "2",
    ),
    "a commit of a task without Files, in a file that another task names": (
        {"1": WHOLE, "2": ()}, {"1": {"c1"}, "2": {"c2"}}, "c2", "2",
    ),
    "a commit of a task without Files, in a file that no task names": ({"1": OTHER, "2": ()}, {"2": {"c2"}}, "c2", "2"),
    "a commit of a task with Files, in a file that no task names": ({"1": OTHER, "2": ()}, {"1": {"c1"}}, "c1", "1"),
    "several commits: those of the tasks that name the file": (
        {"1": WHOLE, "2": WHOLE, "3": OTHER}, {"1": {"c1"}, "2": {"c2"}, "3": {"c1"}}, "c1 c2", "12",
    ),
    "several commits, of which one made no test pass": ({"1": WHOLE, "2": WHOLE}, {"1": {"c1"}}, "c1 old", "1"),
    "the commit of others brought the file of a task whose tests are never red": (
        {"1": WHOLE, "2": OTHER, "3": ()}, {"1": set(), "2": {"c1"}, "3": {"c1"}}, "c1", "1",
    ),
    "the same, and a task that names the file too has its proof there": (
        {"1": WHOLE, "2": WHOLE}, {"1": set(), "2": {"c1"}}, "c1", "2",
    ),
    "the same, of a task whose tests were not replayed": ({"1": WHOLE, "2": OTHER}, {"2": {"c1"}}, "c1", "1"),
    "a directory in Files": ({"1": DIRECTORY, "2": OTHER}, {}, "", "1"),
    "lines in Files": ({"1": LINES_10_TO_20, "2": OTHER}, {}, "", "1"),
    "one line in Files": ({"1": LINE_10, "2": OTHER}, {}, "", "1"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "turned", "commits", "owners"), RULES.values(), ids=RULES)
def test_code_belongs_to(
    files: dict[str, tuple[FileRef, ...]], turned: dict[str, set[str]], commits: str, owners: str
) -> None:
    ownership = Ownership(plan(files), {task: frozenset(turned[task]) for task in turned})
    assert "".join(ownership.tasks("src/a.py", range(10, 11), commits.split())) == owners


def test_an_open_task_without_proof_does_not_take_the_code_of_others() -> None:
    files = {"1": WHOLE, "2": OTHER}
    ownership = Ownership(plan(files, unticked="1"), {"1": frozenset(), "2": frozenset({"c1"})})
    assert ownership.tasks("src/a.py", range(1, 2), ["c1"]) == ("2",)


@pytest.mark.parametrize(("named", "owners"), [(OTHER, ()), ((), ()), (WHOLE, ("1",))])
def test_a_file_that_no_test_loads_made_none_pass(named: tuple[FileRef, ...], owners: tuple[str, ...]) -> None:
    ownership = Ownership(plan({"1": named}), {"1": frozenset({"c1"})}, never_run={"src/a.py"})
    assert ownership.tasks("src/a.py", range(1, 2), ["c1"]) == owners
    assert ownership.tasks("src/c.py", range(1, 2), ["c1"]) == ("1",)


@pytest.mark.parametrize(
    ("lines", "owners"),
    [
        (range(9, 10), "3"),
        (range(10, 11), "123"),
        (range(20, 21), "13"),
        (range(21, 22), "3"),
        (range(5, 11), "123"),
        (range(5, 40), "123"),
        (range(15, 16), "13"),
    ],
)
def test_lines_in_files_name_the_code_that_has_one_of_them(lines: range, owners: str) -> None:
    ownership = Ownership(plan({"1": LINES_10_TO_20, "2": LINE_10, "3": DIRECTORY}), {})
    assert "".join(ownership.tasks("src/a.py", lines, [])) == owners


def test_a_directory_names_only_what_is_below_it() -> None:
    ownership = Ownership(plan({"1": (FileRef("src/app", 1),)}), {})
    assert ownership.tasks("src/app/x/y.py", range(1, 2), []) == ("1",)
    assert ownership.tasks("src/app.py", range(1, 2), []) == ()
    assert ownership.tasks("src/application/x.py", range(1, 2), []) == ()


def test_files_are_relative_to_the_root_directory_and_paths_to_the_top() -> None:
    ownership = Ownership(plan({"1": WHOLE}), {}, home="services/api/")
    assert ownership.tasks("services/api/src/a.py", range(1, 2), []) == ("1",)
    assert ownership.tasks("src/a.py", range(1, 2), []) == ()


def test_each_line_of_a_file_belongs_to_the_tasks_of_its_own_commit() -> None:
    files = {"1": WHOLE, "2": (FileRef("src/a.py", 1, 3, 4),), "3": ()}
    turned = {"1": frozenset({"c1"}), "2": frozenset({"c2"}), "3": frozenset({"c2"})}
    ownership = Ownership(plan(files), turned)
    blame = {1: "c1", 2: "c2", 3: "c2", 4: "old", 5: "old"}
    owners = {line: ownership.tasks("src/a.py", range(line, line + 1), [commit]) for line, commit in blame.items()}
    assert owners == {1: ("1",), 2: ("2", "3"), 3: ("2",), 4: ("1", "2"), 5: ("1",)}


def test_only_proven_tests_say_which_commits_are_whose() -> None:
    gates = {"t::a": ("task:1",), "t::b": ("task:1", "task:2"), "t::c": ("task:3",), "t::d": ("task:4",)}
    proofs = {
        "t::a": Proof(test="t::a", found="turned", after="c1"),
        "t::b": Proof(test="t::b", found="turned", after="worktree"),
        "t::c": Proof(test="t::c", found="never-red", after="c1"),
    }
    assert turning_commits(plan(dict.fromkeys("1234", ())), Manifest(gates=gates), proofs) == {
        "1": {"c1", "worktree"}, "2": {"worktree"}, "3": frozenset(),
    }  # fmt: skip
