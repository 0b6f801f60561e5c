"""Joins the policies of base and head: head may only be stricter, so that no topic weakens the rules that judge it.

| rule | value that counts | head is weaker |
| --- | --- | --- |
| `_higher` | the higher number | if its number is lower |
| `_higher_or_off` | the higher number, "off" being none | if its number is lower, or "off" for a number |
| `_system` | the higher number, and "base" where base has it | if its number is lower, or 0, or "base" for a number |
| `_stricter_word` | the word that stands first in its order | if its word comes later |
| `_either` | true, if one is true | if only base has true |
| `_all` | everything that one of them lists | if it lacks something of base |
| `_all_once_given` | the same, or that of head where base lists nothing | the same |
| `_common`, `_common_exemptions` | only what both list | if it lists something that base does not |
| `_reviewers` | those of base, and those of head with other names | if it lacks or changes one of base |
| `_head` | that of head | never |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from pytest_execute.core.policy import Exemption, Policy, Reviewer

Joined = tuple[Any, bool]
"""Value that counts, and whether head is weaker."""
Rule = Callable[[Any, Any], Joined]
"""Joins a value at base with one at head."""


class WeakerKey(Struct, frozen=True):
    """Key of the policy that head made weaker, with both values as JSON."""

    key: str
    base: str
    head: str


def join_policies(base: Policy, head: Policy) -> tuple[Policy, tuple[WeakerKey, ...]]:
    """Return the policy that counts, and the keys that are weaker at head than at base."""
    weaker: list[WeakerKey] = []
    values: dict[str, Any] = {}
    for key, rule in RULES.items():
        before, after = _value(base, key), _value(head, key)
        values[key], is_weaker = rule(before, after)
        if is_weaker:
            weaker.append(WeakerKey(key, _as_json(key, before), _as_json(key, after)))
    return _with_values(head, values), tuple(weaker)


def _higher(base: Any, head: Any) -> Joined:
    return (base, True) if head < base else (head, False)


def _higher_or_off(base: Any, head: Any) -> Joined:
    return (base, True) if (head or 0) < (base or 0) else (head, False)


def _system(base: Any, head: Any) -> Joined:
    """Join two shares of the system, None being "base": it says nothing of the numbers, but is stricter than 0."""
    if base is None or head is None:
        return (base, head == 0) if base is None else (base or head, bool(base))
    return _higher(base, head)


def _stricter_word(*words: str) -> Rule:
    """Return the rule for a key with one of these words, the strictest first."""
    return lambda base, head: (min(base, head, key=words.index), words.index(head) > words.index(base))


def _either(base: bool, head: bool) -> Joined:
    return base or head, base and not head


def _all(base: tuple[Any, ...], head: tuple[Any, ...]) -> Joined:
    lacking = [each for each in base if each not in head]
    return (*head, *lacking), bool(lacking)


def _all_once_given(base: tuple[Any, ...], head: tuple[Any, ...]) -> Joined:
    """Join as `_all`, but let head give what base leaves to be detected."""
    return _all(base, head) if base else (head, False)


def _common(base: tuple[Any, ...], head: tuple[Any, ...]) -> Joined:
    return tuple(each for each in base if each in head), any(each not in base for each in head)


def _common_exemptions(base: tuple[Exemption, ...], head: tuple[Exemption, ...]) -> Joined:
    """Join as `_common`, whatever the reasons are."""
    functions, _ = _common(tuple(each.function for each in base), tuple(each.function for each in head))
    known = {each.function for each in base}
    return tuple(each for each in base if each.function in functions), any(each.function not in known for each in head)


def _reviewers(base: tuple[Reviewer, ...], head: tuple[Reviewer, ...]) -> Joined:
    """Keep each reviewer of base as it was, and add those with other names."""
    names = {each.name for each in base}
    return (*base, *(each for each in head if each.name not in names)), any(each not in head for each in base)


def _head(base: Any, head: Any) -> Joined:
    return head, False


RULES: dict[str, Rule] = {
    "notes": _head,
    "source": _all_once_given,
    "prepare": _head,  # the replay refuses another one than at base
    "test-first": _stricter_word("before", "same-commit", "proven", "off"),
    "guards": _stricter_word("refused", "biting"),
    "coverage.task": _higher,
    "coverage.stream": _higher,
    "coverage.system": _system,
    "coverage.changed": _higher,
    "coverage.branch": _either,
    "coverage.exclude": _common,
    "mutation.task": _higher_or_off,
    "mutation.exempt": _common_exemptions,
    "reviewers": _reviewers,
    "deployment.artifacts": _all,
    "deployment.commands": _all,
}
"""Rule for each key of the policy, in the order of the reference page."""
WORDS_FOR_NONE = {"coverage.system": "base", "mutation.task": "off"}
"""Words in the file for the keys that can be None."""


def _value(policy: Policy, key: str) -> Any:
    table, _, name = key.replace("-", "_").rpartition(".")
    return getattr(getattr(policy, table) if table else policy, name)


def _with_values(policy: Policy, values: dict[str, Any]) -> Policy:
    changes = {key.replace("-", "_"): value for key, value in values.items() if "." not in key}
    for table in ("coverage", "mutation", "deployment"):
        changes[table] = msgspec.structs.replace(getattr(policy, table), **dict(_of_table(table, values)))
    return msgspec.structs.replace(policy, **changes)


def _of_table(table: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key.partition(".")[2], value) for key, value in values.items() if key.startswith(f"{table}."))


def _as_json(key: str, value: Any) -> str:
    written = WORDS_FOR_NONE[key] if value is None else value
    return msgspec.json.Encoder(decimal_format="number").encode(written).decode()
