"""Modules of tests that are imported as far as the tree allows."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook

from pytest_execute.engine.child.missing_values import MissingValue
from pytest_execute.engine.child.partial_imports import PartialImports

Load = Callable[[str], ModuleType]


@pytest.fixture
def imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PartialImports:
    """Imports of `tests/part.py` and `tests/other.py`, with a project `project_p` that has `there`, not `absent`."""
    for loaders in (SourceFileLoader, AssertionRewritingHook):
        monkeypatch.setattr(loaders, "exec_module", loaders.exec_module)
    package = tmp_path / "src" / "project_p"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("there = 1\ndef needs_two(a, b):\n    raise LookupError\n")
    (package / "sub.py").touch()
    (tmp_path / "tests").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "src")
    monkeypatch.syspath_prepend(tmp_path / "tests")
    imports = PartialImports(str(tmp_path.resolve()), ["project_p"])
    imports.install(["tests/part.py", "tests/other.py"])
    return imports


@pytest.fixture
def load(imports: PartialImports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Function that imports a source as `tests/part.py`."""
    for name in ("part", "other", "third", "project_p", "project_p.sub"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))  # so that it is as before afterwards
        monkeypatch.delitem(sys.modules, name)

    def load_part(source: str) -> ModuleType:
        (tmp_path / "tests" / "part.py").write_text(source)
        return importlib.import_module("part")

    return load_part


def missing(module: ModuleType) -> list[str]:
    return sorted(name for name, value in vars(module).items() if type(value) is MissingValue and name.isidentifier())


MISSING = {
    "from project_p import there, absent as mine, sub": ["mine"],
    "import project_p.absent, project_p.sub": [],
    "import project_absent.one": ["project_absent"],
    "import project_p.absent.deeper as deeper": ["deeper"],
    "from project_p import *\nfrom project_p.absent import *": [],
    "from project_p import absent\nx = y = [absent.a for z in [1]]\nw: int = absent.b": ["absent", "w", "x", "y"],
    "if True:\n    from project_p import there, absent\n    def f(): pass": ["absent"],
    "from project_p import absent\nclass C:\n    a, b = absent()\n    class D:\n        c = absent + 1": ["absent"],
    "from project_p import absent\nclass C(absent):\n    pass\n@absent\ndef f():\n    pass": ["C", "absent", "f"],
    "from project_p import needs_two\nx = needs_two(1)": ["x"],
    "from project_p import needs_two\nx = needs_two(1, 2)": ["x"],
    "from project_p import absent\npytestmark = absent.mark": ["absent"],
    "from project_p import absent\nif True:\n    x = 1\n    y = absent.y\n    z = 1": ["absent", "y"],
    "try:\n    from project_p import there, absent, sub\n    x = 1\nfinally:\n    y = 1": ["absent"],
    "with open(__file__):\n    import project_p.absent\n    class C:\n        project_p.absent\n    x = 1": [],
    "from project_p import absent\nif absent.x:\n    x = 1\nelse:\n    y = 1": ["absent", "x", "y"],
    "from project_p import absent\nfor x in 1, 2:\n    y = absent.y": ["absent", "x", "y"],
    "from project_p import absent\nassert absent\nx = 1 / 0": ["absent", "x"],
}


@pytest.mark.parametrize("source", MISSING)
def test_a_statement_that_fails_leaves_the_names_that_it_binds_missing(
    load: Load, imports: PartialImports, source: str
) -> None:
    imports.modules |= {"project_absent"}
    module = load(f"from __future__ import annotations\nimport os\n{source}\ndef last(): return os.sep\n")
    assert missing(module) == MISSING[source]
    assert module.last() == "/"


def test_only_the_statement_in_the_body_of_a_class_is_missing(load: Load, imports: PartialImports) -> None:
    module = load(
        "from project_p import absent\nclass C:\n    kept = 1\n    gone = absent.x\n    class D:\n"
        "        inner = absent()\n        kept = 2\n"
    )
    assert (module.C.kept, module.C.D.kept) == (1, 2)
    for value in (module.C.gone, module.C.D.inner):
        with pytest.raises(ImportError, match="cannot import name 'absent'"):
            value()


def test_an_annotation_needs_nothing(load: Load) -> None:
    """Python 3.14 evaluates none before somebody asks for it."""
    module = load(
        "import os\nfrom project_p import absent\ndef f(x: int, *y: absent.x, z: absent.y = 1) -> absent.z:\n"
        "    return x\nclass C:\n    x: absent.x = 1\n    def m(self, x: absent.x):\n        return x\n"
    )
    assert (module.f(1), module.C.x, module.C().m(3)) == (1, 1, 3)


def test_a_name_that_cannot_be_bound_in_a_class_fails_the_class(load: Load) -> None:
    module = load("import enum\nfrom project_p import absent\nclass C(enum.Enum):\n    _x_ = absent.x\n")
    assert missing(module) == ["C", "absent"]


def test_what_ran_before_does_not_run_again(load: Load, tmp_path: Path) -> None:
    log = tmp_path / "log"
    load(f"with open({str(log)!r}, 'a') as log:\n    log.write('x')\nfrom project_p import absent\n")
    assert log.read_text() == "x"


USES = ["x.name", "x()", "x + 1", "x[0]", "len(x)", "bool(x)", "x == 1", "isinstance(1, x)", "list(x)", "f'{x}'"]


@pytest.mark.parametrize("use", USES)
def test_each_use_of_a_missing_value_is_noted_even_if_its_error_is_caught(
    load: Load, imports: PartialImports, use: str
) -> None:
    module = load(
        "from project_p import absent as x\n\n"
        "def passes_on():\n    return {x: [x]}[x], x is x, repr(x), callable(x)\n\n"
        f"def uses():\n    try:\n        {use}\n    except Exception:\n        pass\n"
    )
    module.passes_on()
    assert imports.uses.first is None
    module.uses()
    assert imports.uses.first is module.x


OTHERS = {
    "a missing package": "import no_such_package_n\n",
    "an error of the tests": "raise ValueError\n",
    "an error of their helper": "import other\nother.fail()\n",
    "a syntax error": "def\n",
}


@pytest.mark.parametrize("source", OTHERS.values(), ids=OTHERS)
def test_an_error_that_is_not_of_the_project_stays(load: Load, tmp_path: Path, source: str) -> None:
    (tmp_path / "tests" / "other.py").write_text("def fail():\n    raise LookupError\n")
    with pytest.raises((ImportError, ValueError, LookupError, SyntaxError)):
        load(source)


def test_each_missing_value_has_its_own_error(load: Load) -> None:
    source = "from project_p import {0}\nfrom project_p.{0} import one, two\nclass C:\n    it = {0}.x\n"
    module = load(f"{source.format('absent')}from project_p import gone\nclass D:\n    it = gone()\n")
    for value, message in {
        module.absent: "cannot import name 'absent'",
        module.one: "No module named 'project_p.absent'",
        module.two: "No module named 'project_p.absent'",
        module.C.it: "cannot import name 'absent'",
        module.gone: "cannot import name 'gone'",
        module.D.it: "cannot import name 'gone'",
    }.items():
        with pytest.raises(ImportError, match=message):
            value()


@pytest.mark.parametrize("other", ["from project_p import absent\n", "import third\n"])
def test_an_import_that_is_expected_to_fail_fails(
    load: Load, imports: PartialImports, tmp_path: Path, other: str
) -> None:
    imports.paths |= {"tests/third.py"}
    (tmp_path / "tests" / "third.py").write_text("from project_p import absent\n")
    (tmp_path / "tests" / "other.py").write_text(other)
    module = load("try:\n    import other\nexcept ImportError as error:\n    name = error.name\n    import third\n")
    assert module.name == "project_p"
    assert missing(module.third) == ["absent"]


def test_an_import_in_a_test_fails_as_it_does(load: Load, imports: PartialImports) -> None:
    imports.is_active = False
    with pytest.raises(ImportError):
        load("from project_p import absent\n")


def test_a_module_that_is_no_test_fails_as_it_does(load: Load, imports: PartialImports) -> None:
    imports.paths = frozenset()
    with pytest.raises(ImportError):
        load("from project_p import absent\n")


def test_a_hook_of_a_conftest_that_uses_a_missing_value_is_dropped(load: Load) -> None:
    module = load(
        "from project_p import absent\ndef pytest_configure():\n    [absent(each) for each in ()]\n"
        "def pytest_unconfigure():\n    pass\ndef pytest_generate_tests():\n    absent()\n"
    )
    assert [name for name in vars(module) if name.startswith("pytest_")] == [
        "pytest_unconfigure",
        "pytest_generate_tests",
    ]
