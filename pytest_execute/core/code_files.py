"""Rules for files that are programs, and for files that a task without tests may not change."""

from __future__ import annotations

from pathlib import PurePosixPath

from pytest_execute.core.layout import Layout

DOCUMENTS = frozenset([".md", ".markdown", ".rst", ".adoc"])
"""Endings of files that are for people, wherever they are."""
CODE = frozenset(
    [
        ".c", ".cc", ".cpp", ".cs", ".cu", ".cxx", ".dart", ".ex", ".exs", ".go", ".h", ".hpp", ".ipynb", ".java",
        ".jl", ".js", ".jsx", ".kt", ".lua", ".mjs", ".php", ".pl", ".pxd", ".py", ".pyi", ".pyx", ".r", ".rb", ".rs",
        ".scala", ".sql", ".swift", ".ts", ".tsx", ".vue",
    ]
)  # fmt: skip
"""Endings of files in a programming language."""
SETTINGS = frozenset(
    [
        "pyproject.toml",
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        ".pytest.toml",
        "setup.cfg",
        "tox.ini",
        ".coveragerc",
    ]
)
"""Files that say how tests run and what they have to reach."""


def is_code(path: str, layout: Layout) -> bool:
    """Return whether a file has to be tested, or has a part in tests.

    That is everything in the implementation's directories, tests and their data, settings of tests, and code in any
    language. Documents never are.
    """
    file = PurePosixPath(path)
    if file.suffix.lower() in DOCUMENTS:
        return False
    is_inside = any(path == entry or path.startswith(f"{entry}/") for entry in layout.source)
    return is_inside or layout.is_test(path) or is_program(path)


def is_program(path: str) -> bool:
    """Return whether a file is in a programming language, or says how such files run."""
    file = PurePosixPath(path)
    return file.suffix.lower() in CODE or file.name in SETTINGS
