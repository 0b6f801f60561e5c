"""Paths of a plan that lies above pytest's root directory: people name a file as seen from either of both."""

from __future__ import annotations

import functools
from collections.abc import Collection
from pathlib import PurePosixPath

from msgspec.structs import replace

from pytest_execute.core.plan import Plan, TestRef


def place_paths(plan: Plan, root: str, files: Collection[str]) -> Plan:
    """Return `plan` with each test as pytest names it, and each of the Files as seen from the plan's home.

    `root` leads from the home to pytest's root directory ("" or "backend/"). `files` are relative to the home.
    """
    if not root:
        return plan
    directories = {str(parent) for file in files for parent in PurePosixPath(file).parents}
    place = functools.partial(_place_file, root, {*files, *directories}, directories)
    tasks = (
        replace(
            task,
            files=tuple(replace(ref, path=place(ref.path)) for ref in task.files),
            tests=_as_pytest_names(task.tests, root),
        )
        for task in plan.tasks
    )
    gates = (replace(gate, tests=_as_pytest_names(gate.tests, root)) for gate in plan.gates)
    return replace(plan, tasks=tuple(tasks), gates=tuple(gates))


def _place_file(root: str, existing: Collection[str], directories: Collection[str], path: str) -> str:
    """Return the first reading of `path` that exists, else the first whose directory exists, else `path`."""
    readings = [reading.rstrip("/") for reading in (path, root + path)]
    known = [reading in existing for reading in readings] + [
        str(PurePosixPath(reading).parent) in directories for reading in readings
    ]
    return (path, root + path)[known.index(True) % 2] if any(known) else path


def _as_pytest_names(tests: tuple[TestRef, ...], root: str) -> tuple[TestRef, ...]:
    """Return the tests as seen from the root directory; "." is all of it."""
    return tuple(replace(ref, target=_from_root(ref.target, root)) for ref in tests)


def _from_root(target: str, root: str) -> str:
    return "." if f"{target}/" in (root, f"{root}/") else target.removeprefix(root)
