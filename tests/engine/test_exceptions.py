"""Facts of an exception: its message, and the files of the tree in its traceback."""

from __future__ import annotations

import linecache
from pathlib import Path

import pytest

from pytest_execute.engine.child.exceptions import causes, missing_symbol, raising_file, refusing_callables
from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_messages_have_paths_relative_to_the_tree(repo: Repository) -> None:
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": "from app import x\ndef test_a(): x()\n"})
    with tree_runner(repo) as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert (
        outcome.message == outcome.lines[-1] == "ImportError: cannot import name 'x' from 'app' (src/app/__init__.py)"
    )


def test_the_import_system_is_no_file_of_the_tree(repo: Repository) -> None:
    commit = repo.commit(
        "a", {"src/app/__init__.py": "1 / 0\n", "tests/test_a.py": "import app\ndef test_a(): app.x\n"}
    )
    with tree_runner(repo) as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
        assert outcome.frames == ("tests/test_a.py", "src/app/__init__.py")
        commit = repo.commit(
            "b", {"tests/test_a.py": "import importlib\nimportlib.import_module('.')\ndef test_a(): pass\n"}
        )
        assert runner.run(runner.git.tree(commit), [ONE])[ONE].frames == ("tests/test_a.py",)


CALLED_WRONGLY = {
    "function": "def f(a): pass\nf()\n",
    "method": "class A:\n    def f(self, a): pass\na = A()\na.f()\n",
    "constructor": "class A:\n    def __init__(self, a): pass\nA()\n",
}


@pytest.mark.parametrize("kind", CALLED_WRONGLY)
def test_a_callable_that_refuses_its_arguments_is_found_in_the_line_that_calls_it(tmp_path: Path, kind: str) -> None:
    error = raised(tmp_path / "called.py", CALLED_WRONGLY[kind])
    assert refusing_callables(error) == [["called", {"function": "f", "method": "A.f", "constructor": "A"}[kind]]]


def test_a_type_error_of_the_callable_itself_refuses_nothing(tmp_path: Path) -> None:
    error = raised(tmp_path / "called.py", "def f(a):\n    raise TypeError('f() is wrong')\nf(1)\n")
    assert refusing_callables(error) == []


MISSING: dict[str, tuple[str, list[str | None] | None]] = {
    "module": ("import no_such_module\n", ["no_such_module", None]),
    "name of a module": ("from json import no_such_name\n", ["json", "no_such_name"]),
    "attribute of a module": ("import json\njson.no_such_name\n", ["json", "no_such_name"]),
    "attribute of an instance": ("class A: pass\nA().x\n", ["called", "A.x"]),
    "global": ("no_such_name\n", ["called", "no_such_name"]),
    "nothing": ("1 / 0\n", None),
}


@pytest.mark.parametrize("kind", MISSING)
def test_a_missing_symbol_is_named_with_its_module(tmp_path: Path, kind: str) -> None:
    source, symbol = MISSING[kind]
    assert missing_symbol(raised(tmp_path / "called.py", source)) == symbol


def test_an_import_error_has_a_raising_file_if_no_failed_import_led_to_it(tmp_path: Path) -> None:
    failed = "try:\n    import no_such_module\nexcept ImportError as error:\n    raise ImportError('no') from error\n"
    for source, file in {"raise ImportError('no')\n": "called.py", failed: None}.items():
        assert raising_file(raised(tmp_path / "called.py", source), str(tmp_path)) == file


def test_a_circle_of_causes_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert causes(first) == [second]


def raised(file: Path, source: str) -> BaseException:
    """Return the exception that a module raises when it is run."""
    file.write_text(source)
    linecache.checkcache(str(file))
    try:
        exec(compile(source, str(file), "exec"), {"__name__": file.stem})  # noqa: S102 - the sources above
    except Exception as error:  # noqa: BLE001 - any, as it is returned
        return error
    raise AssertionError("the module raises nothing")
