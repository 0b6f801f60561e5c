"""Python sources that pytest would collect tests from."""

import pytest

from pytest_execute.core.tests_in_source import holds_tests


@pytest.mark.parametrize(
    "source",
    [
        "def test_x():\n    pass\n",
        "async def test_x():\n    pass\n",
        "if True:\n    def test_x():\n        pass\n",
        "class TestX:\n    def test_x(self):\n        pass\n",
        "import unittest\n",
        "from pytest import mark\n",
        "from base import BaseTests\n\n\nclass X(BaseTests):\n    pass\n",
        "from base import *\n",
        "from base import test_x\n",
        "test_x = make_test()\n",
        "def broken(:\n",
        b"\xff\xfe",
    ],
)
def test_sources_with_tests_and_those_that_may_have_some(source: str | bytes) -> None:
    assert holds_tests(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def bucket(user):\n    return 'ab'[user % 2]\n",
        "class Client:\n    def test_connection(self):\n        pass\n",
        "class TestGroup:\n    def __init__(self, name):\n        self.name = name\n",
        "\ufeffdef variant():\n    def test_inner():\n        pass\n".encode(),
        "# coding: latin-1\nNAME = 'é'\n".encode("latin-1"),
    ],
)
def test_sources_without_tests(source: str | bytes) -> None:
    assert not holds_tests(source)


def test_the_names_of_tests_are_those_of_pytests_settings() -> None:
    assert holds_tests("def check_x():\n    pass\n", functions=("check_*",))
    assert holds_tests("class SpecX:\n    def test_x(self):\n        pass\n", classes=("Spec",))
