"""Modules that sources import, and the files that they are."""

import pytest

from pytest_execute.core.imports import find_module, implementation_of, imported_names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import app", ["app"]),
        ("import app.store as store, sys", ["app.store", "sys"]),
        ("from app.store import Store, load as l  # both", ["app.store", "app.store.Store", "app.store.load"]),
        ("from app import (\n    store,  # it\n    rates,\n)", ["app", "app.store", "app.rates"]),
        ("from app import *", ["app"]),
        ("def test():\n    from app import x; x()", ["app", "app.x"]),
        ("from . import helper\nfrom .helper import x", []),
        ("if True: pass\n# import app\nimportant = 1", []),
        ("\ufeffimport app", []),
    ],
)
def test_names_that_a_source_imports(source: str, names: list[str]) -> None:
    assert list(imported_names(source.encode())) == names


FILES = ["src/ns/app/__init__.py", "src/ns/app/deep/x.py", "flat/it.py", "katas/bowling/bowling.py", "one.py"]


@pytest.mark.parametrize(
    ("name", "root", "file", "entry"),
    [
        ("ns.app.deep.x", "src", "src/ns/app/deep/x.py", "src/ns/app"),
        ("ns.app", "src", "src/ns/app/__init__.py", "src/ns/app"),
        ("flat.it", "", "flat/it.py", "flat"),
        ("it", "flat", "flat/it.py", "flat/it.py"),
        ("one", "", "one.py", "one.py"),
        ("ns", "src", None, None),
        ("flat.it.add", "", None, None),
        ("requests", "", None, None),
    ],
)
def test_modules_below_a_root(name: str, root: str, file: str | None, entry: str | None) -> None:
    assert (find_module(name, root, FILES), implementation_of(name, root, FILES)) == (file, entry)
