"""Contexts of tests: those of tasks have marks of their own, as only the replay knows which of them count."""

from __future__ import annotations

from pytest_execute.coverage.single_tests import context_parts, mark, marked, marks_by_gate, marks_of

GATES = {"a.py::one": ("task:1", "stream:A"), "a.py::two": ("task:1",), "b.py::three": ("stream:A",), "b.py::four": ()}


def test_a_test_of_a_task_has_a_context_of_its_own() -> None:
    parts = {test: tuple(context_parts(test, gates, ())) for test, gates in GATES.items()}
    assert parts == {
        "a.py::one": (mark("a.py::one"),),
        "a.py::two": (mark("a.py::two"),),
        "b.py::three": ("stream:A", mark("b.py")),
        "b.py::four": (mark("b.py"),),
    }
    assert "|" not in mark("a.py::one[x|y]")


def test_other_tests_have_that_of_their_file_unless_it_changed() -> None:
    assert context_parts("b.py::four", (), {"b.py"}) == (mark("b.py::four"),)
    assert context_parts("b.py::three", ("stream:A",), {"b.py"}) == ("stream:A", mark("b.py::three"))


def test_a_mark_is_of_some_tests_only_if_no_other_test_that_passed_has_it() -> None:
    names = {test: marked(test, gates, ()) for test, gates in GATES.items()}
    both, one = {"a.py::one", "b.py::three", "b.py::four"}, {"a.py::one", "b.py::three"}
    assert marks_of(both, GATES, names) == {mark("a.py::one"), mark("b.py")}
    assert marks_of(one, GATES, names) == {mark("a.py::one")}
    assert marks_of(one, one, names) == {mark("a.py::one"), mark("b.py")}


def test_a_gate_has_the_marks_of_the_tests_that_count_for_it() -> None:
    assert marks_by_gate(GATES, {"a.py::two"}) == {
        "task:1": {mark("a.py::one")},
        "stream:A": {mark("a.py::one"), mark("b.py::three")},
    }
