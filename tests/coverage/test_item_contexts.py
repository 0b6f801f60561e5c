"""Gates that code counts for while tests and their fixtures run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_execute.coverage.item_contexts import ItemContexts

RAN: list[tuple[str, str]] = []
"""Calls that ran, each with the gates that it counted for, joined by spaces."""
SOURCES = {
    "conftest": """
        import pytest
        from tests.coverage.test_item_contexts import ran

        @pytest.fixture(scope="session")
        def inner():
            ran("inner")
            yield
            ran("inner ends")

        @pytest.fixture(scope="session")
        def outer(inner, request):
            ran("outer")
            request.getfixturevalue("late")
            ran("outer again")
            yield
            ran("outer ends")

        @pytest.fixture(scope="session")
        def late():
            ran("late")

        @pytest.fixture(scope="session")
        def base():
            ran("base")

        @pytest.fixture(scope="session")
        def extended():
            ran("extended")

        @pytest.fixture(scope="module", params=["x", "y"])
        def letter(request):
            ran(request.param)

        @pytest.fixture
        def own():
            ran("own")
            yield
            ran("own ends")
    """,
    "test_a": """
        import pytest
        from tests.coverage.test_item_contexts import ran

        def setup_module():
            ran("module")

        def test_1(outer, own):
            ran("test_1")

        class TestClass:
            @classmethod
            def setup_class(cls):
                ran("class")

            @classmethod
            def teardown_class(cls):
                ran("class ends")

            def test_2(self, inner): pass
            def test_3(self, base, extended): pass

        def test_4(request):
            request.getfixturevalue("letter_of_a")
            ran("test_4")

        @pytest.fixture(scope="module")
        def letter_of_a():
            ran("dynamic")
    """,
    "test_b": """
        import pytest
        from tests.coverage.test_item_contexts import ran

        @pytest.fixture(scope="session")
        def base():
            ran("another")

        @pytest.fixture(scope="module")
        def extended(extended): ...

        @pytest.mark.parametrize("letter", ["y"], indirect=True)
        def test_1(letter): pass

        def test_2(letter, base, extended): pass
        def test_free(outer): pass
    """,
    "test_c": """
        import unittest
        from tests.coverage.test_item_contexts import ran

        class TestUnit(unittest.TestCase):
            @classmethod
            def setUpClass(cls): ran("unit")
            def test_1(self): ran("test_1 of c")
            def test_2(self): pass
    """,
}
USERS = {
    "inner": "a1 a2",
    "inner ends": "a1 a2",
    "outer": "a1",
    "outer again": "a1",
    "outer ends": "a1",
    "late": "a1",
    "base": "a3",
    "another": "b2",
    "extended": "a3 b2",
    "own": "a1",
    "own ends": "a1",
    "test_1": "a1",
    "module": "a1 a2 a3 a4",
    "class": "a2 a3",
    "class ends": "a2 a3",
    "test_4": "a4",
    "dynamic": "a4",
    "x": "b2",
    "y": "b1 b2",
    "unit": "c1 c2",
    "test_1 of c": "c1",
}


class CurrentGates:
    """Recorder that knows the gates of this moment."""

    gates: Sequence[str] = ()

    def switch(self, gates: Sequence[str]) -> None:
        CurrentGates.gates = gates

    def stop(self) -> None: ...


def ran(name: str) -> None:
    """Record that something ran; the project of these tests calls it."""
    RAN.append((name, " ".join(sorted(CurrentGates.gates))))


class Mapping:
    """Plugin that gives `test_a.py::test_1` the gate `a1`, and `test_free` none; it runs the tests in an order."""

    def __init__(self, is_reversed: bool) -> None:
        self.is_reversed = is_reversed
        self.contexts = ItemContexts(CurrentGates())

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self.contexts)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        names = {item.nodeid: f"{item.path.stem[-1]}{item.nodeid.partition('[')[0][-1]}" for item in items}
        gates = {test: () if "free" in test else (name,) for test, name in names.items()}
        self.contexts.begin(items, gates)
        if self.is_reversed:
            items.reverse()


@pytest.mark.parametrize("is_reversed", [False, True], ids=["in-order", "reversed"])
def test_code_of_a_fixture_counts_for_each_test_that_uses_it(pytester: pytest.Pytester, is_reversed: bool) -> None:
    RAN.clear()
    pytester.makeconftest(SOURCES["conftest"])
    pytester.makepyfile(**{name: text for name, text in SOURCES.items() if name != "conftest"})
    result = pytester.inline_run("--disable-plugin-autoload", plugins=[Mapping(is_reversed)])
    result.assertoutcome(passed=10)
    assert {name: {gates for each, gates in RAN if each == name} for name in USERS} == {
        name: {gates} for name, gates in USERS.items()
    }
