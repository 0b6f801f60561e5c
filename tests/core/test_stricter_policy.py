"""Policies of base and head, joined key by key."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import structs

from pytest_execute.core.policy import Policy, read_policy
from pytest_execute.core.stricter_policy import RULES, join_policies


def policy(text: str) -> Policy:
    return read_policy(f"[tool.pytest-execute]\n{text}", "pyproject.toml")


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("", 'test-first = "off"'),
        ('guards = "refused"', ""),
        ('test-first = "same-commit"', 'test-first = "proven"'),
        ("", "coverage.task = 89"),
        ("coverage.stream = 95", ""),
        ("coverage.system = 40.5", "coverage.system = 40.4"),
        ("coverage.system = 40", 'coverage.system = "base"'),
        ("", "coverage.system = 0"),
        ("", "coverage.changed = 0"),
        ("", "coverage.branch = false"),
        ("", 'coverage.exclude = ["raise"]'),
        ("", 'mutation.task = "off"'),
        ("", 'mutation.exempt = [{function = "app:f", reason = "slow"}]'),
        ('source = ["src"]', 'source = ["src/app"]'),
        ('deployment.artifacts = ["a.html"]', ""),
        ('deployment.commands = [["make"]]', 'deployment.commands = [["true"]]'),
    ],
)
def test_weaker_head_is_named_and_base_counts(base: str, head: str) -> None:
    joined, weaker = join_policies(policy(base), policy(head))
    again, _ = join_policies(policy(base), policy(base))
    key = (head or base).partition(" ")[0]
    assert [each.key for each in weaker] == [key]
    section, _, field = key.replace("-", "_").rpartition(".")
    for whole in (joined, again):
        part = getattr(whole, section) if section else whole
        value = getattr(part, field)
        wanted = getattr(getattr(policy(base), section) if section else policy(base), field)
        assert set(wanted) <= set(value) if isinstance(value, tuple) else value == wanted


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ('test-first = "off"', ""),
        ("coverage.task = 50", "coverage.task = 60"),
        ("coverage.system = 0", ""),
        ("coverage.branch = false", ""),
        ('coverage.exclude = ["raise"]', ""),
        ("mutation.task = 10", "mutation.task = 20"),
        ('mutation.exempt = [{function = "app:f", reason = "slow"}]', ""),
        ('source = ["src/app"]', 'source = ["src/app", "bin"]'),
        ("", 'source = ["src/app"]'),
        ("", 'notes = "plans"'),
        ("", 'prepare = ["make"]'),
        ("", 'deployment.artifacts = ["a.html"]'),
        ("", 'reviewers = [{name = "r", command = ["r"]}]'),
        ("coverage.system = 0", "coverage.system = 0.0"),
    ],
)
def test_stricter_head_counts_and_is_not_named(base: str, head: str) -> None:
    assert join_policies(policy(base), policy(head)) == (policy(head), ())


def test_message_has_both_values() -> None:
    _, (weaker,) = join_policies(policy(""), policy('test-first = "off"'))
    assert (weaker.key, weaker.base, weaker.head) == ("test-first", '"before"', '"off"')
    _, (weaker,) = join_policies(policy("coverage.task = 90.5"), policy("coverage.task = 3"))
    assert (weaker.key, weaker.base, weaker.head) == ("coverage.task", "90.5", "3")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('mutation.task = "off"', '"off"'),
        ("mutation.task = 0", "0"),
        ("mutation.task = 0.0", "0.0"),
        ("coverage.system = 0", "0"),
    ],
)
def test_message_has_the_value_as_it_is_written(text: str, shown: str) -> None:
    _, (weaker,) = join_policies(policy(""), policy(text))
    assert weaker.head == shown


@pytest.mark.parametrize(("base", "head"), [('"off"', "0"), ("0", '"off"'), ("0.0", "0"), ('"off"', '"off"')])
def test_off_and_0_are_equally_strict_for_mutation(base: str, head: str) -> None:
    joined, weaker = join_policies(policy(f"mutation.task = {base}"), policy(f"mutation.task = {head}"))
    assert weaker == ()
    assert not joined.mutation.task


def test_off_at_base_gives_way_to_a_number() -> None:
    joined, weaker = join_policies(policy('mutation.task = "off"'), policy("mutation.task = 20"))
    assert (joined.mutation.task, weaker) == (Decimal(20), ())


def test_reviewer_of_base_stays_as_it_was() -> None:
    base = policy('reviewers = [{name = "a", command = ["a"]}, {name = "b", command = ["b"]}]')
    head = policy('reviewers = [{name = "c", command = ["c"]}, {name = "a", command = ["true"]}]')
    joined, (weaker,) = join_policies(base, head)
    assert [(each.name, each.command) for each in joined.reviewers] == [("a", ("a",)), ("b", ("b",)), ("c", ("c",))]
    assert weaker.key == "reviewers"


def test_exemption_with_another_reason_stays() -> None:
    base = policy('mutation.exempt = [{function = "app:f", reason = "slow"}]')
    head = policy('mutation.exempt = [{function = "app:f", reason = "very slow"}]')
    assert join_policies(base, head) == (base, ())


def test_several_weaker_keys_are_all_named() -> None:
    joined, weaker = join_policies(Policy(), policy('test-first = "off"\ncoverage.task = 0\nmutation.task = "off"'))
    assert [each.key for each in weaker] == ["test-first", "coverage.task", "mutation.task"]
    assert joined == Policy()
    assert joined.coverage.task == Decimal(90)


def test_every_key_of_the_policy_has_a_rule() -> None:
    keys = set()
    for field in structs.fields(Policy):
        inner = structs.fields(field.type) if field.name in ("coverage", "mutation", "deployment") else ()
        keys |= {f"{field.name}.{each.name}" for each in inner} or {field.name.replace("_", "-")}
    assert RULES.keys() == keys


def test_a_number_for_the_system_is_not_compared_with_base() -> None:
    joined, weaker = join_policies(policy('coverage.system = "base"'), policy("coverage.system = 90"))
    assert (joined.coverage.system, weaker) == (None, ())
