"""Messages about files that cannot be collected, as pytest and xdist report them."""

from __future__ import annotations

import pytest

from pytest_execute.session.outcomes import OutcomeCollector

FILES = {
    "test_import.py": "from os import missing\n",
    "test_syntax.py": "def test_a(:\n",
    "test_raises.py": "import os\nraise ValueError('no\\nluck')\n",
    "test_inner.py": "import helper\n",
    "test_broken.py": "import broken\n",
    "broken.py": "x = (\n",
    "helper.py": "x = 1\n\nx.y\n",
    "test_parameters.py": "import pytest\n@pytest.mark.parametrize('a', [1])\ndef test_a():\n    pass\n",
    "test_skipped.py": "import pytest\npytest.importorskip('nowhere')\n",
}
PLACES = {
    "test_import.py": "its import fails at test_import.py:1: ",
    "test_syntax.py": "its import fails at test_syntax.py:1: ",
    "test_raises.py": "its import fails at test_raises.py:2: ",
    "test_inner.py": "its import fails at helper.py:3: ",
    "test_broken.py": "its import fails at test_broken.py:1: SyntaxError: '(' was never closed (broken.py, line 1)",
}
ERRORS = {
    "test_import.py": "ImportError: cannot import name 'missing' from 'os' (",
    "test_syntax.py": "SyntaxError: invalid syntax",
    "test_raises.py": "ValueError: no",
    "test_broken.py": "SyntaxError: '(' was never closed",
    "test_inner.py": "AttributeError: 'int' object has no attribute 'y'",
    "test_parameters.py": "function uses no argument 'a'",
    "test_skipped.py": "Skipped: could not import 'nowhere': No module named 'nowhere'",
}


@pytest.mark.parametrize(("options", "places"), [(["--tb=auto"], PLACES), (["--tb=native", "-vv"], {})])
def test_the_error_is_named_with_its_place(
    pytester: pytest.Pytester, options: list[str], places: dict[str, str]
) -> None:
    for name, text in FILES.items():
        (pytester.path / name).write_text(text)
    collector = OutcomeCollector()
    pytester.inline_run("-p", "no:cacheprovider", *options, plugins=[collector])
    told = {name: result.message for name, result in collector.uncollected.items()}
    assert told.keys() == ERRORS.keys()
    for name, error in ERRORS.items():
        assert error in told[name]
        assert told[name].startswith(places.get(name, ""))
        assert "\n" not in told[name]
    assert {name for name, result in collector.uncollected.items() if result.outcome == "skipped"} == {
        "test_skipped.py"
    }
