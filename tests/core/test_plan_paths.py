"""Paths of a plan whose directory is above pytest's root directory."""

from __future__ import annotations

import pytest

from pytest_execute.core.plan import FileRef, NamedGate, Plan, Task, TestRef
from pytest_execute.core.plan_paths import place_paths

FILES = ("backend/app/it.py", "backend/tests/test_it.py", "frontend/app.ts", "calc.py")


def placed(files: list[str], tests: list[str], root: str = "backend/") -> tuple[list[str], list[str]]:
    refs = tuple(TestRef(target, 2) for target in tests)
    task = Task(id="1", title="t", line=1, files=tuple(FileRef(path, 1, 3, 4) for path in files), tests=refs)
    plan = Plan(topic="t", path="p", tasks=(task,), gates=(NamedGate(name="1", text="", line=1, tests=refs),))
    placed = place_paths(plan, root, FILES)
    assert placed.gates[0].tests == placed.tasks[0].tests
    assert all((ref.line, ref.first, ref.last) == (1, 3, 4) for ref in placed.tasks[0].files)
    return [ref.path for ref in placed.tasks[0].files], [ref.target for ref in placed.tasks[0].tests]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("backend/app/it.py", "backend/app/it.py"),
        ("app/it.py", "backend/app/it.py"),
        ("app/", "backend/app/"),
        ("app/planned.py", "backend/app/planned.py"),
        ("app/planned/deep.py", "app/planned/deep.py"),
        ("backend/app/planned.py", "backend/app/planned.py"),
        ("frontend/app.ts", "frontend/app.ts"),
        ("calc.py", "calc.py"),
        ("planned.py", "planned.py"),
    ],
)
def test_a_file_is_named_from_the_plan_or_from_the_root_directory(written: str, expected: str) -> None:
    assert placed([written], [])[0] == [expected]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("backend/tests/test_it.py::test_a[1]", "tests/test_it.py::test_a[1]"),
        ("tests/test_it.py", "tests/test_it.py"),
        ("backend/tests/", "tests/"),
        ("backend", "."),
        ("backend/", "."),
        ("frontend/tests/test_x.py", "frontend/tests/test_x.py"),
    ],
)
def test_a_test_is_named_as_pytest_names_it(written: str, expected: str) -> None:
    assert placed([], [written])[1] == [expected]


def test_a_plan_at_the_root_directory_stays_as_it_is() -> None:
    assert placed(["app/it.py"], ["backend/tests"], root="") == (["app/it.py"], ["backend/tests"])
