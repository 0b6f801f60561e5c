"""Fixtures: one honest and one flawed demo for all tests."""

from __future__ import annotations

import pytest

from pytest_execute.demo.history import build
from tests.demo.demo_repository import DemoRepository


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> DemoRepository:
    directory = tmp_path_factory.mktemp("honest")
    build(directory)
    return DemoRepository(directory)


@pytest.fixture(scope="session")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> DemoRepository:
    directory = tmp_path_factory.mktemp("flawed") / "new"
    build(directory, flawed=True)
    return DemoRepository(directory)
