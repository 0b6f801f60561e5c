"""Policy: requirements on a topic, read from `[tool.pytest-execute]` in `pyproject.toml`.

Percentages are `Decimal`, taken from the text without rounding, so that 89.996 never passes for 90.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.file_names import is_possible_path
from pytest_execute.core.toml_reader import BrokenToml, read_toml

TestFirst = Literal["before", "same-commit", "proven", "off"]
Guards = Literal["biting", "refused"]
Table = Mapping[str, Any]
MAX_SHOWN = 100
"""Letters of a value in a message."""
MAX_WORD = 128 * 1024
"""Bytes of one word of a command, on Linux."""


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
        raise ExecuteError(Problem("broken-toml", f"tool: expected a table, got {_as_json(tools)}", path))
    return tools.get("pytest-execute")


# -- kinds of values: a phrase for messages, and a converter that raises TypeError or ValueError for any other kind


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _path(value: Any) -> str:
    text = _text(value)
    if not is_possible_path(text):
        raise ValueError
    return text


def _word(value: Any) -> str:
    """Return a word of a command; no system starts one with a NUL, and Linux none that is longer."""
    text = _text(value)
    if "\0" in text or len(text.encode(errors="surrogatepass")) >= MAX_WORD:
        raise ValueError
    return text


def _pattern(value: Any) -> str:
    text = _text(value)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise ValueError from None
    return text


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _percent(value: Any) -> Decimal:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not is_number or value != value or not 0 <= value <= 100:  # noqa: PLR0124 - nan, which raises in a comparison
        raise ValueError
    return Decimal(value)


def _tuple_of(kind: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def convert(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError
        return tuple(map(kind, value))

    return convert


def _command(value: Any) -> tuple[str, ...]:
    words: tuple[str, ...] = _tuple_of(_word)(value)
    if not words:
        raise ValueError
    return words


def _percent_or_off(value: Any) -> Decimal | None:
    return None if value == "off" else _percent(value)


def _percent_or_base(value: Any) -> Decimal | None:
    return None if value == "base" else _percent(value)


def _exemption(value: Any) -> Exemption:
    if not isinstance(value, dict) or value.keys() != {"function", "reason"}:
        raise ValueError
    return Exemption(_text(value["function"]), _text(value["reason"]))


class _Kind(Struct, frozen=True):
    phrase: str
    convert: Callable[[Any], Any]


def _one_of(*words: str) -> _Kind:
    def convert(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return _Kind(f"{', '.join(words[:-1])} or {words[-1]}", convert)


TEXT = _Kind("a text", _text)
PATH = _Kind("the path of a directory", _path)
PATHS = _Kind("a list of paths", _tuple_of(_path))
COMMAND = _Kind("a list of texts", _command)
COMMANDS = _Kind("a list of commands, each a list of texts", _tuple_of(_command))
PATTERNS = _Kind("a list of regular expressions", _tuple_of(_pattern))
FLAG = _Kind("true or false", _flag)
PERCENT = _Kind("a number from 0 to 100", _percent)
PERCENT_OR_OFF = _Kind("a number from 0 to 100 or off", _percent_or_off)
PERCENT_OR_BASE = _Kind("a number from 0 to 100 or base", _percent_or_base)
EXEMPTIONS = _Kind("a list of tables, each with a function and a reason", _tuple_of(_exemption))

TOP_KEYS = {
    "notes": PATH,
    "source": PATHS,
    "prepare": COMMAND,
    "test-first": _one_of("before", "same-commit", "proven", "off"),
    "guards": _one_of("biting", "refused"),
}
TABLES: dict[str, tuple[type[Any], dict[str, _Kind]]] = {
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
            "reads": _one_of("sarif", "exit-status"),
            "level": _one_of("task", "stream", "system", "deployment"),
            "blocks": _one_of("error", "warning", "note"),
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
            self.problem("wrong-kind", f"tool.pytest-execute: expected a table, got {_as_json(table)}")
            return Policy()
        values = dict(self.values("tool.pytest-execute", table, TOP_KEYS, also=TABLES))
        for name, (kind, keys) in TABLES.items():
            if name in table:
                read_table = self.list_of_tables if name == "reviewers" else self.table
                values[name] = read_table(f"tool.pytest-execute.{name}", table[name], kind, keys)
        return Policy(**{name.replace("-", "_"): value for name, value in values.items() if value is not None})

    def table(self, name: str, table: Any, kind: type[Any], keys: Mapping[str, _Kind]) -> Any:
        """Return the value of one table; None where something in it is wrong."""
        if not isinstance(table, dict):
            self.problem("wrong-kind", f"[{name}]: expected a table, got {_as_json(table)}")
            return None
        values = dict(self.values(name, table, keys))
        for needed in (field for field in kind.__struct_fields__ if field in ("name", "command")):
            if needed not in table:
                self.problem("wrong-kind", f"[{name}] {needed}: missing: expected {keys[needed].phrase}")
        return kind(**values) if not self.problems else None

    def list_of_tables(self, name: str, tables: Any, kind: type[Any], keys: Mapping[str, _Kind]) -> Any:
        if not isinstance(tables, list):
            self.problem("wrong-kind", f"[{name}]: expected a list of tables, got {_as_json(tables)}")
            return None
        return tuple(self.table(f"{name}.{number}", table, kind, keys) for number, table in enumerate(tables, 1))

    def values(
        self, name: str, table: Table, keys: Mapping[str, _Kind], also: Mapping[str, object] | None = None
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
                    self.problem("wrong-kind", f"[{name}] {key}: expected {kind.phrase}, got {_as_json(table[key])}")

    def problem(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message, self.path))


def _as_json(value: Any) -> str:
    """Return a value as the message about it has it, shortened."""
    try:
        text = json.dumps(value, default=str)
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python writes
        return "what is too large to show"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
