"""The policy: read exactly, or refused with every key that is wrong."""

from decimal import Decimal

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import CoveragePolicy, DeploymentPolicy, Exemption, MutationPolicy, Policy, read_policy


def problems(text: str) -> list[str]:
    with pytest.raises(ExecuteError) as caught:
        read_policy(text, "pyproject.toml")
    return str(caught.value).splitlines()


def test_no_table_is_the_default_policy() -> None:
    assert read_policy("[project]\nname = 'x'\n", "pyproject.toml") == Policy()
    assert read_policy("", "pyproject.toml").coverage == CoveragePolicy(
        task=Decimal(90), stream=Decimal(90), system=None, changed=Decimal(100), branch=True
    )


def test_every_key_is_read() -> None:
    policy = read_policy(
        """
        [tool.pytest-execute]
        notes = "plans"
        source = ["src/app", "lib"]
        prepare = ["make", "version"]
        test-first = "same-commit"
        guards = "refused"
        [tool.pytest-execute.coverage]
        task = 99.99
        stream = 80
        system = 70
        changed = 0
        branch = false
        [tool.pytest-execute.mutation]
        task = 99
        exempt = [{function = "app.x:f", reason = "slow"}]
        [[tool.pytest-execute.reviewers]]
        name = "lint"
        command = ["ruff", "check"]
        reads = "sarif"
        level = "stream"
        blocks = "error"
        [tool.pytest-execute.deployment]
        artifacts = ["docs/index.md"]
        commands = [["python", "-m", "build"]]
        """,
        "pyproject.toml",
    )
    assert policy.notes == "plans"
    assert policy.source == ("src/app", "lib")
    assert policy.prepare == ("make", "version")
    assert policy.test_first == "same-commit"
    assert policy.guards == "refused"
    assert policy.coverage.task == Decimal("99.99")
    assert policy.coverage.branch is False
    assert policy.mutation == MutationPolicy(Decimal(99), (Exemption("app.x:f", "slow"),))
    assert policy.reviewers[0].name == "lint"
    assert policy.deployment == DeploymentPolicy(("docs/index.md",), (("python", "-m", "build"),))


def test_all_mistakes_come_in_one_pass() -> None:
    assert problems(
        """
        [tool.pytest-execute]
        notse = "plans"
        source = "src"
        prepare = "make"
        test-first = "never"
        [tool.pytest-execute.coverage]
        task = "90"
        branch = 1
        stream = 101
        [tool.pytest-execute.deployment]
        commands = ["make"]
        [[tool.pytest-execute.reviewers]]
        name = 3
        """
    ) == [
        "pyproject.toml: error: [tool.pytest-execute] notse: unknown key (did you mean notes?) (unknown-key)",
        'pyproject.toml: error: [tool.pytest-execute] source: expected a list of paths, got "src" (wrong-kind)',
        'pyproject.toml: error: [tool.pytest-execute] prepare: expected a list of texts, got "make" (wrong-kind)',
        (
            "pyproject.toml: error: [tool.pytest-execute] test-first: expected before, same-commit, proven or off, "
            'got "never" (wrong-kind)'
        ),
        (
            "pyproject.toml: error: [tool.pytest-execute.coverage] task: "
            'expected a number from 0 to 100, got "90" (wrong-kind)'
        ),
        (
            "pyproject.toml: error: [tool.pytest-execute.coverage] stream: "
            "expected a number from 0 to 100, got 101 (wrong-kind)"
        ),
        "pyproject.toml: error: [tool.pytest-execute.coverage] branch: expected true or false, got 1 (wrong-kind)",
        "pyproject.toml: error: [tool.pytest-execute.reviewers.1] name: expected a text, got 3 (wrong-kind)",
        (
            "pyproject.toml: error: [tool.pytest-execute.reviewers.1] command: "
            "missing: expected a list of texts (wrong-kind)"
        ),
        (
            "pyproject.toml: error: [tool.pytest-execute.deployment] commands: "
            'expected a list of commands, each a list of texts, got ["make"] (wrong-kind)'
        ),
    ]


@pytest.mark.parametrize("text", ["[tool", "[tool]\npytest-execute = 3\n"])
def test_a_broken_file_is_one_clear_line(text: str) -> None:
    assert len(problems(text)) == 1


def test_mutation_is_on_and_can_be_switched_off() -> None:
    assert Policy().mutation.task == 100
    assert read_policy('[tool.pytest-execute.mutation]\ntask = "off"\n', "pyproject.toml").mutation.task is None


def test_an_exemption_has_a_function_and_a_reason() -> None:
    text = '[tool.pytest-execute.mutation]\nexempt = [{function = "app.x:f"}]\n'
    assert problems(text) == [
        (
            "pyproject.toml: error: [tool.pytest-execute.mutation] exempt: "
            'expected a list of tables, each with a function and a reason, got [{"function": "app.x:f"}] (wrong-kind)'
        )
    ]


@pytest.mark.parametrize("value", ["nan", "-nan", "inf", "-inf", "1e999999", "-1e999999", "-0.1", "0x" + "f" * 9999])
def test_a_share_is_a_number_from_0_to_100(value: str) -> None:
    (problem,) = problems(f"[tool.pytest-execute.coverage]\ntask = {value}\n")
    assert "[tool.pytest-execute.coverage] task: expected a number from 0 to 100, got " in problem
    assert len(problem) < 300


@pytest.mark.parametrize(
    "line",
    [
        r'notes = "a\u0000b"',
        r'source = ["src", "a\u0000b"]',
        r'prepare = ["a\u0000b"]',
        f'notes = "{"x" * 300}"',
        f'source = ["{"d" * 200}/{"x" * 256}"]',
        r'deployment.commands = [["a\u0000b"]]',
        r'deployment.artifacts = ["a\u0000b"]',
        f'prepare = ["make", "{"x" * 200_000}"]',
        'coverage.exclude = ["a{99999999999}"]',
        f'coverage.exclude = ["{"(" * 5000}"]',
        f"coverage.task{'.a' * 20_000} = 1",
        f"coverage{'.a' * 20_000} = 1",
        f'"{"x" * 100_000}" = 1',
    ],
)
def test_what_no_system_can_take_is_refused(line: str) -> None:
    (problem,) = problems(f"[tool.pytest-execute]\n{line}\n")
    assert problem.endswith(("(wrong-kind)", "(unknown-key)", "(broken-toml)"))  # tomli reads no deep keys
    assert len(problem) < 400


def test_toml_that_cannot_be_read() -> None:
    assert problems("a = " + "[" * 100_000) == [
        "pyproject.toml: error: not valid TOML: nested too deeply (broken-toml)"
    ]
