"""Projects that are a module which pytest, or the measurement, itself needs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.layout import Layout
from pytest_execute.core.policy import CoveragePolicy, MutationPolicy, Policy
from pytest_execute.tools.git import Entry
from pytest_execute.workflow.imported_modules import CheckedOut, refuse_modules_of_pytest

NO_RERUN = Policy(test_first="off", mutation=MutationPolicy(task=Decimal(0)))
NOTHING_MEASURED = CoveragePolicy(task=Decimal(0), stream=Decimal(0), system=Decimal(0), changed=Decimal(0))


def error(tmp_path: Path, name: str, module: str, policy: Policy) -> str:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n')
    tree = {f"src/{module}/__init__.py": Entry("100644", "0")}
    try:
        refuse_modules_of_pytest(CheckedOut(Layout(source=("src",)), tree, tmp_path), policy)
    except ExecuteError as found:
        return str(found)
    return ""


def test_a_module_that_pytest_has_imported_cannot_be_the_projects(tmp_path: Path) -> None:
    assert error(tmp_path, "pluggy", "pluggy", Policy()) == (
        "error: pytest itself runs with pluggy, which here is the project's own, so tests cannot run with an older "
        'one: set `test-first` and `mutation.task` to "off" in the policy (own-library)'
    )


def test_the_measurement_cannot_be_the_projects(tmp_path: Path) -> None:
    assert error(tmp_path, "coverage", "coverage", Policy()) == (
        "error: the judge measures with coverage, which here is the project's own: set `task`, `stream`, `system` and "
        "`changed` of [tool.pytest-execute.coverage] to 0 (own-library)"
    )


@pytest.mark.parametrize(
    ("name", "module", "policy"),
    [
        ("app", "packaging", Policy()),
        ("app", "app", Policy()),
        ("pluggy", "pluggy", NO_RERUN),
        ("coverage", "coverage", Policy(coverage=NOTHING_MEASURED)),
    ],
)
def test_another_package_of_that_name_or_a_policy_that_needs_none_is_no_error(
    tmp_path: Path, name: str, module: str, policy: Policy
) -> None:
    assert error(tmp_path, name, module, policy) == ""
