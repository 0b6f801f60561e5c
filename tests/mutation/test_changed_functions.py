"""Functions that the topic added or changed."""

from __future__ import annotations

from textwrap import dedent

from pytest_execute.mutation.changed_functions import changed_functions, functions_at_base


def changed_names(base: dict[str, str], head: dict[str, str]) -> list[str]:
    """Return the functions that head has and base has not, as path:name."""
    changed = changed_functions(
        {path: dedent(text) for path, text in base.items()}, {path: dedent(text) for path, text in head.items()}
    )
    return [f"{path}:{function.name}" for path, functions in changed.items() for function in functions]


BASE = """
def kept(x):
    return x + 1
def grown(x):
    return x
class A:
    def m(self):
        return 1
"""


def test_a_new_and_a_changed_function_are_found():
    head = BASE.replace("    return x\n", "    return x * 2\n") + "def fresh():\n    return 1\n"
    assert changed_names({"a.py": BASE}, {"a.py": head}) == ["a.py:grown", "a.py:fresh"]


def test_layout_comments_and_docstrings_do_not_count():
    head = '''
    # a comment
    def kept(x):
        """What it does."""
        return (
            x + 1  # one more
        )


    def grown(x): return x
    class A:

        def m(self):

            return 1
    '''
    assert changed_names({"a.py": BASE}, {"a.py": head}) == []


def test_other_code_on_the_same_lines_does_count():
    assert changed_names({"a.py": "def f(x): return x\n"}, {"a.py": "def f(x, *, y=1): return x\n"}) == ["a.py:f"]
    assert changed_names({"a.py": "def f(x): return x\n"}, {"a.py": "@cache\ndef f(x): return x\n"}) == ["a.py:f"]
    assert changed_names({"a.py": "def f(): return 1\n"}, {"a.py": "def f(): return 1.0\n"}) == ["a.py:f"]


def test_functions_of_a_new_or_moved_file():
    assert changed_names({}, {"b.py": BASE}) == ["b.py:kept", "b.py:grown", "b.py:A.m"]
    assert changed_names({"a.py": BASE}, {"b.py": BASE}) == []
    assert changed_names({"a.py": BASE}, {"b.py": BASE.replace("return 1", "return 2")}) == ["b.py:A.m"]


def test_a_class_that_is_renamed_keeps_its_methods():
    assert changed_names({"a.py": BASE}, {"a.py": BASE.replace("class A", "class Other")}) == []


def test_a_copy_is_a_new_function():
    assert changed_names({"a.py": BASE}, {"a.py": BASE, "b.py": "def kept(x):\n    return x + 1\n"}) == ["b.py:kept"]


def test_an_inner_function_that_changes_is_found_without_its_outer_one():
    text = "def outer(x):\n    def inner():\n        return {}\n    return inner\n"
    assert changed_names({"a.py": text.format(1)}, {"a.py": text.format(2)}) == ["a.py:outer.<locals>.inner"]


def test_functions_of_one_name_that_swap_places_are_unchanged():
    text = "if a:\n    def f(): return {}\nelse:\n    def f(): return {}\n"
    assert changed_names({"a.py": text.format(1, 2)}, {"a.py": text.format(2, 1)}) == []


def test_a_file_that_could_not_be_read_at_base_is_new():
    assert changed_names({"a.py": "def f(:\n"}, {"a.py": "def f(): return 1\n"}) == ["a.py:f"]


def test_a_copy_of_what_a_changed_function_was():
    old, new = "def f(x): return x\n", "def f(x): return 1\n"
    assert changed_names({"a.py": old}, {"a.py": new, "b.py": old}) == ["a.py:f", "b.py:f"]


CALLED = """
def add(a, b):
    return a + b
class A:
    def see(self, values):
        self.seen.add(values)
    def total(self, values):
        return add(*values)
"""


def test_another_name_and_a_call_by_it_do_not_count():
    plus = CALLED.replace("def add", "def plus").replace("return add", "return plus")
    assert changed_names({"a.py": CALLED}, {"a.py": plus}) == []
    assert changed_names({"a.py": CALLED}, {"a.py": CALLED.replace("class A", "class B")}) == []
    assert changed_names({"a.py": CALLED}, {"a.py": plus.replace("a + b", "b + a")}) == ["a.py:plus", "a.py:A.total"]
    assert changed_names({"a.py": CALLED}, {"a.py": plus + CALLED[: CALLED.index("class")]}) == [
        "a.py:plus",
        "a.py:A.total",
    ], "the old one is still there"


def test_a_renamed_function_is_one_of_base():
    plus = CALLED.replace("def add", "def plus").replace("return add", "return plus") + "def new():\n    return 1\n"
    found = functions_at_base({"a.py": CALLED}, {"a.py": plus})
    assert [function.name for function in found["a.py"]] == ["plus", "A.see", "A.total"]
