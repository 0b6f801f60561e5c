"""Hollow and honest tests with the code under test, each as a task of one small topic."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from tests.repository import Repository
from tests.topic import PROJECT


class Case(NamedTuple):
    """Task: the code of `app.<name>`, its test, and the code at base."""

    code: str
    test: str
    base: str = ""


HOLLOW = {
    "t01": Case("def f(x): return x + 1", "def test_it(): assert True"),
    "t03": Case(
        "def f(x): return x + 1",
        """
        import importlib
        def test_it(): assert callable(getattr(importlib.import_module("app.t03"), "f", None))
        """,
    ),
    "t05": Case(
        "def f(x): return x + 1",
        """
        from app.t05 import f
        def test_it():
            try:
                assert f(1) == 2
            except Exception:
                pass
        """,
    ),
    "t07": Case("def f(x): return x + 1", "def test_it(): assert 'app'"),
    "t09": Case("def f(x): return x + 1", "from app.t09 import f\ndef test_it(): assert f(1) == f(1)"),
    "t11": Case(
        "def price(x): return 2 * x\ndef f(items): return sum(price(x) for x in items)",
        """
        from unittest.mock import patch
        from app.t11 import f
        def test_it():
            with patch("app.t11.price", return_value=1) as price:
                f([1, 2])
                price.assert_called()
        """,
    ),
    "t13": Case(
        "def f(x): return x + 1",
        "from app.t13 import f\ndef test_it():\n    both = (f(1) == 3, 'wrong')\n    assert both",
    ),
    "t15": Case(
        "def f(x): return x + 1",
        "from app.t15 import f\ndef test_it():\n    f(1)\n    return\n    assert f(1) == 3",
    ),
    "t25": Case(
        "def f(x): return x + 1",
        """
        from threading import Thread
        from app.t25 import f
        def check(): assert f(1) == 2
        def test_it():
            thread = Thread(target=check)
            thread.start()
            thread.join()
        """,
    ),
    "t29": Case(
        "def f(x): return x + 1",
        """
        from pathlib import Path
        def test_it():
            marker = Path("ran-before.marker")
            if not marker.exists():
                marker.write_text("")
                raise AssertionError
        """,
    ),
    "t31": Case(
        "def f(x): return x + 1",
        "from pathlib import Path\ndef test_it(): assert Path('src/app/t31.py').exists()",
    ),
    "t33": Case(
        "def f(x, *, loud=False): return x * 2 if loud else x",
        "from app.t33 import f\ndef test_it(): f('a', loud=True)",
        base="def f(x): return x",
    ),
    "t35": Case(
        "def f(x): return x + 1",
        """
        import sys
        from unittest.mock import MagicMock
        def test_it(monkeypatch):
            monkeypatch.setitem(sys.modules, "app.t35", MagicMock())
            from app.t35 import f
            f(1)
            f.assert_called()
        """,
    ),
    "t37": Case("def f(x): return x + 1", "from app.h01 import add\ndef test_it(): assert add(2, 2) == 4"),
    "own": Case("def f(x): return x + 1", "from app.own import f\ndef test_it(): assert str(f(1)) != 'nonsense'"),
}
HONEST = {
    "h01": Case("def add(a, b): return a + b", "from app.h01 import add\ndef test_it(): assert add(1, 2) == 3"),
    "h02": Case(
        """
        class Box:
            def __init__(self, side): self._side = side
            @property
            def area(self): return self._side ** 2
            @area.setter
            def area(self, area): self._side = area ** 0.5
        """,
        "from app.h02 import Box\ndef test_it():\n"
        "    box = Box(2)\n    assert box.area == 4\n    box.area = 9\n    assert box.area == 9",
    ),
    "h03": Case(
        """
        class Temperature:
            def __init__(self, kelvin): self.kelvin = kelvin
            @classmethod
            def celsius(cls, degrees): return cls(degrees + 273)
            @staticmethod
            def is_cold(degrees): return degrees < 10
        """,
        """
        from app.h03 import Temperature
        def test_it():
            assert Temperature.celsius(1).kelvin == 274
            assert Temperature.is_cold(3)
            assert not Temperature.is_cold(30)
        """,
    ),
    "h04": Case(
        "def count(n):\n    for i in range(n):\n        yield i",
        "from app.h04 import count\ndef test_it(): assert list(count(3)) == [0, 1, 2]",
    ),
    "h05": Case(
        """
        from contextlib import contextmanager
        @contextmanager
        def noted(log):
            log.append("in")
            yield log
            log.append("out")
        """,
        "from app.h05 import noted\ndef test_it():\n"
        "    log = []\n    with noted(log): pass\n    assert log == ['in', 'out']",
    ),
    "h06": Case(
        "async def double(x): return 2 * x",
        "import asyncio\nfrom app.h06 import double\ndef test_it(): assert asyncio.run(double(2)) == 4",
    ),
    "h07": Case(
        "async def stream(n):\n    for i in range(n):\n        yield i",
        """
        import asyncio
        from app.h07 import stream
        async def gather(): return [i async for i in stream(2)]
        def test_it(): assert asyncio.run(gather()) == [0, 1]
        """,
    ),
    "h08": Case(
        """
        import functools
        def twice(function):
            @functools.wraps(function)
            def wrapper(*args): return 2 * function(*args)
            return wrapper
        @twice
        def number(): return 21
        """,
        "from app.h08 import number\ndef test_it(): assert number() == 42",
    ),
    "h09": Case(
        "import functools\n@functools.lru_cache\ndef square(x): return x * x",
        "from app.h09 import square\ndef test_it(): assert square(3) == 9",
    ),
    "h10": Case(
        """
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: int
            y: int
            def moved(self, by): return Point(self.x + by, self.y + by)
        """,
        "from app.h10 import Point\ndef test_it(): assert Point(1, 2).moved(1) == Point(2, 3)",
    ),
    "h11": Case(
        """
        from typing import overload
        @overload
        def same(x: int) -> int: ...
        @overload
        def same(x: str) -> str: ...
        def same(x): return x
        """,
        "from app.h11 import same\ndef test_it(): assert same('a') == 'a'",
    ),
    "h12": Case(
        """
        from abc import ABC, abstractmethod
        from typing import Protocol
        class Named(Protocol):
            def name(self) -> str: ...
        class Shape(ABC):
            @abstractmethod
            def area(self): ...
        class Square(Shape):
            def area(self): return 4
            def name(self): return "square"
        """,
        "from app.h12 import Square\ndef test_it(): assert (Square().area(), Square().name()) == (4, 'square')",
    ),
    "h13": Case(
        "def check(age):\n    if age < 0:\n        raise ValueError('below 0')",
        """
        import pytest
        from app.h13 import check
        def test_it():
            check(1)
            with pytest.raises(ValueError, match="below 0"): check(-1)
        """,
    ),
    "h14": Case(
        "def record(log, what): log.append(what)",
        "from app.h14 import record\ndef test_it():\n    log = []\n    record(log, 1)\n    assert log == [1]",
    ),
    "h15": Case(
        "import sys\ndef main(words): print(' '.join(words))\nif __name__ == '__main__':\n    main(sys.argv[1:])",
        """
        import os, subprocess, sys
        def test_it():
            env = {**os.environ, "PYTHONPATH": os.pathsep.join(["src", os.environ.get("PYTHONPATH", "")])}
            done = subprocess.run([sys.executable, "-m", "app.h15", "a", "b"], capture_output=True, text=True, env=env)
            assert done.stdout == "a b\\n"
        """,
    ),
    "h16": Case(
        "def find(name, names):\n    for each in names:\n"
        "        if each == name:\n            return each\n    return None",
        "from app.h16 import find\ndef test_it(): assert (find('a', 'ab'), find('c', 'ab')) == ('a', None)",
    ),
    "h17": Case(
        "def allowed(): return False\ntriple = lambda x: 3 * x",
        "from app.h17 import allowed, triple\ndef test_it():\n    assert not allowed()\n    assert triple(2) == 6",
    ),
    "h18": Case(
        "def adder(n):\n    def add(x): return x + n\n    return add",
        "from app.h18 import adder\ndef test_it(): assert adder(2)(3) == 5",
    ),
    "h19": Case(
        """
        KNOWN = {}
        def register(function):
            KNOWN[function.__name__] = function
            return function
        @register
        def hello(): return "hello"
        class Base:
            kinds = []
            def __init_subclass__(cls): Base.kinds.append(cls.__name__)
        class Child(Base): pass
        """,
        "from app.h19 import KNOWN, Base\ndef test_it(): assert (KNOWN['hello'](), Base.kinds) == ('hello', ['Child'])",
    ),
    "h20": Case(
        """
        import functools
        @functools.singledispatch
        def show(x): return "thing"
        @show.register
        def _(x: int): return "number"
        """,
        "from app.h20 import show\ndef test_it(): assert (show(1), show('')) == ('number', 'thing')",
    ),
}
ALL = HOLLOW | HONEST
TASK = """\
### {number}. [x] {name} [1 hour]

- **Objective**: {name}
- **Files**: `src/app/{name}.py`
- **Tests**: `tests/test_{name}.py`
- **Dependencies**: None
"""


def repository(path: Path, cases: dict[str, Case], more: str = "") -> Repository:
    """Make the topic "cases" with a task for each of `cases`; one commit adds all tests, the next one all code."""
    repo = Repository(path)
    base = {f"src/app/{name}.py": case.base + "\n" for name, case in cases.items() if case.base}
    ignored = "__pycache__/\n.pytest_cache/\n*.marker\n"
    project = {"pyproject.toml": PROJECT + more, "src/app/__init__.py": "", ".gitignore": ignored}
    repo.commit("base", {**project, **base})
    tasks = "\n".join(TASK.format(number=number, name=name) for number, name in enumerate(cases, 1))
    notes = {
        "research": "# R\n\nFound.\n",
        "plan": "# P\n\nDo.\n",
        "breakdown": f"# Cases\n\n## Stream A: All (Parallel)\n\n{tasks}",
    }
    repo.commit("plan", {f"notes/cases/{name}.md": text for name, text in notes.items()})
    repo.commit("tests", {f"tests/test_{name}.py": dedent(case.test).lstrip() + "\n" for name, case in cases.items()})
    repo.commit("code", {f"src/app/{name}.py": dedent(case.code).lstrip() + "\n" for name, case in cases.items()})
    return repo
