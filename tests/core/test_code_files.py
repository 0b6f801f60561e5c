"""Files that a task without tests may not change."""

from __future__ import annotations

import pytest

from pytest_execute.core.code_files import is_code
from pytest_execute.core.layout import Layout

LAYOUT = Layout(prefix="api/", source=("api/src/app",))


@pytest.mark.parametrize(
    "path",
    [
        "api/src/app/x.py",
        "api/src/app/rates.json",
        "api/tools/build.py",
        "api/types/app.pyi",
        "api/tests/test_x.py",
        "api/tests/data.json",
        "api/conftest.py",
        "conftest.py",
        "api/pyproject.toml",
        "api/pytest.ini",
        "api/setup.cfg",
        "api/tox.ini",
        "api/.coveragerc",
        "api/native/ext.c",
        "api/web/page.ts",
        "api/notebook.ipynb",
    ],
)
def test_code_is_what_runs_and_what_tests_or_sets_them_up(path: str) -> None:
    assert is_code(path, LAYOUT)


@pytest.mark.parametrize(
    "path",
    [
        "api/docs/guide.md",
        "api/src/app/README.md",
        "api/tests/README.rst",
        "api/.github/workflows/ci.yml",
        "api/Dockerfile",
        "api/mkdocs.yml",
        "api/deploy.sh",
        "api/docs/conf.toml",
        "api/notes/topic/plan.md",
    ],
)
def test_documents_and_configuration_are_no_code(path: str) -> None:
    assert not is_code(path, LAYOUT)
