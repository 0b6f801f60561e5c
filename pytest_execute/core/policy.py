"""Policy: requirements on a topic, read from `[tool.pytest-execute]` in `pyproject.toml`.

Percentages are `Decimal`, taken from the text without rounding, so that 89.996 never passes for 90.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.policy_values import (
    COMMAND,
    COMMANDS,
    FLAG,
    MAX_SHOWN,
    PATH,
    PATHS,
    PATTERNS,
    PERCENT,
    PERCENT_OR_BASE,
    PERCENT_OR_OFF,
    TEXT,
    ValueKind,
    as_json,
    one_of,
    tuple_of,
)
from pytest_execute.core.toml_reader import BrokenToml, read_toml

TestFirst = Literal["before", "same-commit", "proven", "off"]
Guards = Literal["biting", "refused"]
Table = Mapping[str, Any]


class CoveragePolicy(Struct, frozen=True, kw_only=True):
    """Required shares, in percent, of lines (and branches, with `branch`) at each level.

    Where `system` is None, "base" in the file, no line may lose its tests that base's own tests reached. `exclude`
    holds regular expressions: a changed line that one matches need not be reached.
    """

    task: Decimal = Decimal(90)
    stream: Decimal = Decimal(90)
    system: Decimal | None = None
    changed: Decimal = Decimal(100)
    branch: bool = True
    exclude: tuple[str, ...] = ()

    @property
    def is_required(self) -> bool:
        """Return whether any share is required, so that coverage has to be measured."""
        return self.system is None or any((self.task, self.stream, self.system, self.changed))


class Exemption(Struct, frozen=True):
    """Function, as `module:name`, that mutation leaves out, and why."""

    function: str
    reason: str


class MutationPolicy(Struct, frozen=True):
    """Required share, in percent, of a task's new functions that are not pseudo-tested.

    0 and None, "off" in the file, switch mutation off.
    """

    task: Decimal | None = Decimal(100)
    exempt: tuple[Exemption, ...] = ()


class Reviewer(Struct, frozen=True, kw_only=True):
    """Command whose findings count at a level."""

    name: str
    command: tuple[str, ...]
    reads: Literal["sarif", "exit-status"] = "exit-status"
    level: Literal["task", "stream", "system", "deployment"] = "system"
    blocks: Literal["error", "warning", "note"] = "error"


class DeploymentPolicy(Struct, frozen=True):
    """Files that must exist, relative to the root directory, and commands that must succeed before a deployment."""

    artifacts: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()


class Policy(Struct, frozen=True, kw_only=True):
    """Everything that a topic must reach. `prepare` builds, in a tree of an older commit, what its tests need."""

    notes: str = "notes"
    source: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    test_first: TestFirst = "before"
    guards: Guards = "biting"
    coverage: CoveragePolicy = CoveragePolicy()
    mutation: MutationPolicy = MutationPolicy()
    reviewers: tuple[Reviewer, ...] = ()
    deployment: DeploymentPolicy = DeploymentPolicy()


class Scope(Struct, frozen=True):
    """Part of a plan that is judged. With `claimed` only ticked tasks count; ids narrow it to streams and tasks."""

    claimed: bool = False
    streams: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Return whether only some streams or tasks are judged."""
        return bool(self.streams or self.tasks)


def read_policy(text: str, path: str) -> Policy:
    """Return the policy in the text of a `pyproject.toml`; ExecuteError with all wrong keys. `path` is for messages."""
    reader = _PolicyReader(path)
    content = policy_table(text, path)
    policy = reader.policy({} if content is None else content)
    if reader.problems:
        raise ExecuteError(*reader.problems)
    return policy


def policy_table(text: str, path: str) -> Any:
    """Return the value of `[tool.pytest-execute]` in a `pyproject.toml`, of any type; None where there is none."""
    try:
        tools = read_toml(text).get("tool", {})
    except BrokenToml as error:
        raise ExecuteError(Problem("broken-toml", f"not valid TOML: {error}", path)) from None
    if not isinstance(tools, dict):
        raise ExecuteError(Problem("broken-toml", f"tool: expected a table, got {as_json(tools)}", path))
    return tools.get("pytest-execute")


def _exemption(value: Any) -> Exemption:
    if not isinstance(value, dict) or value.keys() != {"function", "reason"}:
        raise ValueError
    return Exemption(TEXT.convert(value["function"]), TEXT.convert(value["reason"]))


EXEMPTIONS = ValueKind("a list of tables, each with a function and a reason", tuple_of(_exemption))

TOP_KEYS = {
    "notes": PATH,
    "source": PATHS,
    "prepare": COMMAND,
    "test-first": one_of("before", "same-commit", "proven", "off"),
    "guards": one_of("biting", "refused"),
}
TABLES: dict[str, tuple[type[Any], dict[str, ValueKind]]] = {
    "coverage": (
        CoveragePolicy,
        {
            "task": PERCENT,
            "stream": PERCENT,
            "system": PERCENT_OR_BASE,
            "changed": PERCENT,
            "branch": FLAG,
            "exclude": PATTERNS,
        },
    ),
    "mutation": (MutationPolicy, {"task": PERCENT_OR_OFF, "exempt": EXEMPTIONS}),
    "reviewers": (
        Reviewer,
        {
            "name": TEXT,
            "command": COMMAND,
            "reads": one_of("sarif", "exit-status"),
            "level": one_of("task", "stream", "system", "deployment"),
            "blocks": one_of("error", "warning", "note"),
        },
    ),
    "deployment": (DeploymentPolicy, {"artifacts": PATHS, "commands": COMMANDS}),
}


class _PolicyReader:
    """Reader of one table after the other that keeps every problem."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def policy(self, table: Any) -> Policy:
        if not isinstance(table, dict):
            self.problem("wrong-kind", f"tool.pytest-execute: expected a table, got {as_json(table)}")
            return Policy()
        values = dict(self.values("tool.pytest-execute", table, TOP_KEYS, also=TABLES))
        for name, (kind, keys) in TABLES.items():
            if name in table:
                read_table = self.list_of_tables if name == "reviewers" else self.table
                values[name] = read_table(f"tool.pytest-execute.{name}", table[name], kind, keys)
        return Policy(**{name.replace("-", "_"): value for name, value in values.items() if value is not None})

    def table(self, name: str, table: Any, kind: type[Any], keys: Mapping[str, ValueKind]) -> Any:
        """Return the value of one table; None where something in it is wrong."""
        if not isinstance(table, dict):
            self.problem("wrong-kind", f"[{name}]: expected a table, got {as_json(table)}")
            return None
        values = dict(self.values(name, table, keys))
        for needed in (field for field in kind.__struct_fields__ if field in ("name", "command")):
            if needed not in table:
                self.problem("wrong-kind", f"[{name}] {needed}: missing: expected {keys[needed].phrase}")
        return kind(**values) if not self.problems else None

    def list_of_tables(self, name: str, tables: Any, kind: type[Any], keys: Mapping[str, ValueKind]) -> Any:
        if not isinstance(tables, list):
            self.problem("wrong-kind", f"[{name}]: expected a list of tables, got {as_json(tables)}")
            return None
        return tuple(self.table(f"{name}.{number}", table, kind, keys) for number, table in enumerate(tables, 1))

    def values(
        self, name: str, table: Table, keys: Mapping[str, ValueKind], also: Mapping[str, object] | None = None
    ) -> Iterator[tuple[str, Any]]:
        """Yield the keys of `table` with their values; wrong ones become problems. `also` are tables below it."""
        for key in table:
            if key not in keys and key not in (also or {}):
                near = did_you_mean(key[:MAX_SHOWN], [*keys, *(also or {})])
                self.problem("unknown-key", f"[{name}] {key[:MAX_SHOWN]}: unknown key{near}")
        for key, kind in keys.items():
            if key in table:
                try:
                    yield key, kind.convert(table[key])
                except (TypeError, ValueError):
                    self.problem("wrong-kind", f"[{name}] {key}: expected {kind.phrase}, got {as_json(table[key])}")

    def problem(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message, self.path))
