"""Causes of failures, from outcomes that are given."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.red_causes import ProjectModules, Red, classify, module_paths

PROJECT = ProjectModules(frozenset({"app", "app.sums"}), lambda path: path.startswith("tests/"))
IMPORT_ERROR = ("builtins.ModuleNotFoundError", "builtins.ImportError")
TYPE_ERROR = ("builtins.TypeError",)


def cause(**facts: Any) -> str | None:
    facts = {"test": "tests/test_a.py::test_x", "state": "failed", "phase": "call", "message": "it failed", **facts}
    return classify(TreeOutcome(**facts), PROJECT).cause


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"types": ("builtins.AssertionError",)}, "assertion"),
        ({"types": ("builtins.Failed",)}, "assertion"),
        ({"types": ("builtins.KeyError",)}, "exception"),
        ({"types": ()}, None),
        ({"state": "timeout"}, "timeout"),
        ({"state": "crash"}, "crash"),
        ({"state": "skipped"}, None),
        ({"state": "absent"}, None),
        ({"state": "unprepared"}, None),
        ({"state": "lost"}, None),
        ({"types": ("builtins.SyntaxError",)}, None),
        ({"types": ("builtins.UserWarning", "builtins.Warning")}, None),
        ({"types": ("builtins.MemoryError",)}, None),
        ({"fixture": "store", "phase": "setup"}, None),
        ({"types": TYPE_ERROR, "phase": "start", "frames": ("src/app/sums.py",)}, None),
        ({"missing": ("app.sums", "add"), "phase": "start"}, None),
        ({"missing": ("app.sums", "add")}, "missing-symbol"),
        ({"missing": ("app.sums", "add"), "phase": "teardown"}, None),
        ({"missing": ("requests", None), "types": IMPORT_ERROR}, None),
        ({"missing": ("app", None), "types": IMPORT_ERROR, "frames": ("tests/test_a.py",)}, "missing-symbol"),
        ({"missing": ("app", None), "types": IMPORT_ERROR, "frames": ("tests/test_a.py", "src/old.py")}, None),
        ({"missing": ("app.sums", None), "types": IMPORT_ERROR, "frames": ("src/app/core.py",)}, "missing-symbol"),
        ({"types": IMPORT_ERROR, "raiser": "src/app/sums.py"}, "exception"),
        ({"types": IMPORT_ERROR, "raiser": "tests/test_a.py"}, None),
        ({"types": TYPE_ERROR, "phase": "setup", "frames": ("src/app/sums.py",)}, "exception"),
        ({"types": TYPE_ERROR, "phase": "setup", "frames": ("tests/conftest.py",)}, None),
        ({"types": TYPE_ERROR, "phase": "teardown", "frames": ("src/app/sums.py",)}, None),
        ({"types": TYPE_ERROR, "phase": "collect", "called": (("app.sums", "add"),)}, "exception"),
        ({"types": TYPE_ERROR, "phase": "collect", "called": (("helpers", "add"),)}, None),
    ],
)
def test_a_failure_counts_by_its_cause(facts: dict[str, Any], expected: str | None) -> None:
    assert cause(**facts) == expected


@pytest.mark.parametrize(
    ("module", "import_path", "expected"),
    [
        ("bowling", ("katas/bowling", ""), "missing-symbol"),
        ("game.score", ("backend/lib",), "missing-symbol"),
        ("game", ("backend/lib",), "missing-symbol"),
        ("katas.bowling", ("",), "missing-symbol"),
        ("bowling", ("katas/tennis", ""), None),
        ("score", ("", "backend/lib"), None),
        ("helpers", ("tests",), None),
        ("bowling", (), None),
    ],
)
def test_a_missing_module_counts_where_head_has_it_on_the_module_path(
    module: str, import_path: tuple[str, ...], expected: str | None
) -> None:
    files = ["katas/bowling/bowling.py", "backend/lib/game/score.py", "tests/helpers.py"]
    project = ProjectModules(frozenset(), lambda path: path.startswith("tests/"), module_paths(files[:2]))
    facts = TreeOutcome(
        test="t.py::test", state="failed", phase="collect", missing=(module, None), types=IMPORT_ERROR,
        import_path=import_path,
    )  # fmt: skip
    assert classify(facts, project).cause == expected


@pytest.mark.parametrize(
    ("phase", "phrase"),
    [
        ("setup", "an error in the test's own setup (it failed)"),
        ("collect", "an error in the test's own collection (it failed)"),
        ("", "an error in the test's own protocol (it failed)"),
    ],
)
def test_an_error_of_the_test_itself_names_its_phase(phase: str, phrase: str) -> None:
    seen = TreeOutcome(test="t", state="failed", phase=phase, types=TYPE_ERROR, message="it failed")
    assert classify(seen, PROJECT) == Red(None, phrase)
