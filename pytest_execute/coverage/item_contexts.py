"""Plugin that switches coverage to the gates that the running test, or the running fixture, counts for.

A fixture that several tests share runs during the first of them. What it runs counts for each test that uses it,
directly or through other fixtures, so that the order of the tests and the number of workers change nothing:

| code | counts for |
| --- | --- |
| of a test, and of fixtures for one test | the gates of this test |
| of a fixture for a class, a module, a package or the session: set-up and tear-down | the gates of all its users |

`setup_module`, `setup_class` and `setUpClass` are such fixtures for pytest. A test that requests a fixture by
`request.getfixturevalue` is a user only if it is the one that sets it up.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.coverage.recorder import CoverageRecorder, NoCoverage
from pytest_execute.tools.disk_errors import disk_errors_reported
from pytest_execute.tools.process_state import Limits

Gates = Sequence[str]
NO_PARAMETER: Any = object()


class ItemContexts:
    """Plugin that switches `recorder`. `begin` is called with the collected tests before the first of them runs."""

    def __init__(self, recorder: CoverageRecorder) -> None:
        self.recorder = recorder
        self.gates: Mapping[str, Gates] = {}
        self.users = FixtureUsers((), {})
        self.current: Gates = ()
        self.failure = ""
        self.limits = Limits()

    def begin(self, items: Iterable[pytest.Item], gates: Mapping[str, Gates]) -> None:
        """Take over the items, and for each test its gates, or its mark."""
        self.gates, self.users = gates, FixtureUsers(items, gates)

    def switch(self, gates: Gates) -> None:
        """Count code that runs from now on for `gates`."""
        self.current = gates
        with self._noting_failure(), self.limits.in_place():  # it writes a file, which a test may have forbidden
            self.recorder.switch(gates)

    def end(self) -> None:
        """Stop the recorder. pytest may tear down fixtures later: after ^C, and without xdist."""
        with self._noting_failure():
            self.recorder.stop()
        self.recorder = NoCoverage()

    @contextlib.contextmanager
    def _noting_failure(self) -> Iterator[None]:
        """Note why the recorder cannot write its data, and record no more: the tests run on."""
        try:
            with disk_errors_reported():
                yield
        except ExecuteError as error:
            self.failure, self.recorder = str(error.__cause__), NoCoverage()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if item.nodeid in self.gates:
            self.switch(self.gates[item.nodeid])
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        if fixturedef.scope == "function":
            return (yield)
        gates = self.users.gates(fixturedef, getattr(request, "param", NO_PARAMETER))
        context = FixtureContext(self, tuple(sorted({*gates, *self.current})))
        # pytest calls the last finalizer first: the fixture's own tear-down is between these two
        fixturedef.addfinalizer(context.leave)
        context.enter()
        try:
            return (yield)
        finally:
            context.leave()
            fixturedef.addfinalizer(context.enter)


class FixtureContext:
    """Gates of one fixture, to enter for its set-up and for its tear-down."""

    def __init__(self, contexts: ItemContexts, gates: Gates) -> None:
        self.contexts, self.gates = contexts, gates
        self.before: Gates = ()

    def enter(self) -> None:
        self.before = self.contexts.current
        self.contexts.switch(self.gates)

    def leave(self) -> None:
        self.contexts.switch(self.before)


class FixtureUsers:
    """Tests that use each fixture of a wider scope than a function, found when they are first needed."""

    def __init__(self, items: Iterable[pytest.Item], gates: Mapping[str, Gates]) -> None:
        self._items, self._gates = items, gates
        self._users: dict[pytest.FixtureDef[Any], list[tuple[Any, Gates]]] | None = None

    def gates(self, definition: pytest.FixtureDef[Any], parameter: Any) -> set[str]:
        """Return the gates of the tests that use a fixture with this parameter, or NO_PARAMETER."""
        if self._users is None:
            self._users = self._find_users()
        users = self._users.get(definition, ())
        return {gate for each, gates in users if _is_same(each, parameter) for gate in gates}

    def _find_users(self) -> dict[pytest.FixtureDef[Any], list[tuple[Any, Gates]]]:
        """Return `{fixture: [(its parameter, the gates of a test)]}`."""
        found: dict[pytest.FixtureDef[Any], list[tuple[Any, Gates]]] = {}
        for item in self._items:
            parameters = getattr(getattr(item, "callspec", None), "params", {})
            for definition in _wide_fixtures(item):
                parameter = parameters.get(definition.argname, NO_PARAMETER)
                found.setdefault(definition, []).append((parameter, self._gates[item.nodeid]))
        return found


def _wide_fixtures(item: pytest.Item) -> Iterator[pytest.FixtureDef[Any]]:
    """Yield the fixtures that an item uses and may share with others."""
    # No public attribute has the definitions (pytest 8.4 to 9); an item that is no function may have none.
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    for name, overriding in definitions.items():
        for definition in reversed(overriding):  # the last one counts, and it may request the one that it overrides
            if definition.scope != "function":
                yield definition
            if name not in definition.argnames:
                break


def _is_same(first: Any, second: Any) -> bool:
    """Compare parameters as pytest does, whose `==` may raise or return no bool, as that of an array."""
    try:
        return first is second or bool(first == second)
    except Exception:  # noqa: BLE001 - a parameter may be anything
        return False
