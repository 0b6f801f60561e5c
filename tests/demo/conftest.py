"""One honest and one flawed demo for all tests here."""

from __future__ import annotations

import pytest
from demo_repository import Repository

from pytest_execute.demo.history import build


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    directory = tmp_path_factory.mktemp("honest")
    build(directory)
    return Repository(directory)


@pytest.fixture(scope="session")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    directory = tmp_path_factory.mktemp("flawed") / "new"
    build(directory, flawed=True)
    return Repository(directory)
