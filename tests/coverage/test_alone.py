"""Lines that may be missing only because they ran in another test."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.evidence import Measure
from pytest_execute.coverage.alone import ran_elsewhere
from pytest_execute.coverage.data import Recording

CODE = "def f(x):\n    y = x\n    return y\n\n\ndef g(x):\n    return x\n"


@pytest.mark.parametrize(
    ("missing", "arcs", "not_run", "found"),
    [
        ((2, 3), (), set(), {"code.py"}),
        ((7,), (), set(), set()),
        ((), ((2, 3),), set(), {"code.py"}),
        ((), ((3, -1),), set(), set()),
        ((2, 3), ((2, 3),), {("code.py", 1)}, set()),
        ((2, 3), (), {("code.py", 6), ("other.py", 1)}, {"code.py"}),
    ],
)
def test_only_what_something_ran_in_a_function_that_own_tests_run_is_in_doubt(
    tmp_path: Path,
    missing: tuple[int, ...],
    arcs: tuple[tuple[int, int], ...],
    not_run: set[tuple[str, int]],
    found: set[str],
) -> None:
    """Lines 1, 2 and 3 ran, and the step from 2 to 3."""
    file = tmp_path.resolve() / "code.py"
    file.write_text(CODE)
    recording = Recording()
    recording.lines = {str(file): {"task:2": 0b1110}}
    recording.packed_arcs = {str(file): {"task:2": [str(2 * (2 << 21) + 3 + (1 << 21))]}}
    measure = Measure(missing={"code.py": missing}, missing_arcs={"code.py": arcs})
    assert ran_elsewhere(measure, file.parent, recording, not_run) == found
