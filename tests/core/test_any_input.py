"""Any policy, record or evidence is read, or ends in our own error."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.core.build_settings import declared_packages
from pytest_execute.core.closing import read_closing
from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import TABLES, TOP_KEYS, read_policy
from pytest_execute.replay.older_roots import pythonpath
from pytest_execute.reports.evidence_json import SCHEMA, read

KEYS = [*TOP_KEYS, *TABLES, *(f"{table}.{key}" for table, (_, keys) in TABLES.items() for key in keys), "x"]
VALUES = st.recursive(
    st.sampled_from(
        [
            "nan",
            "-inf",
            "1e999999",
            "0x" + "f" * 6000,
            "9" * 5000,
            "true",
            "0",
            "100",
            "-0.0",
            '"\\u0000"',
            '"a"',
            "1979-05-27",
        ]
    )
    | st.text(max_size=5).map(lambda text: f'"{text}"'),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]")
        | inner.map(lambda value: f"{{name = {value}, command = {value}}}")
    ),
    max_leaves=5,
)
HEAD = f'{{"schema": "{SCHEMA}", "tests": '.encode()
LINES = st.tuples(st.sampled_from(KEYS), VALUES).map(" = ".join)


@given(
    st.lists(LINES, max_size=4),
    st.sampled_from(["[tool.pytest-execute]\n", "[tool]\npytest-execute = ", "tool = ", ""]),
)
def test_any_policy(lines: list[str], head: str) -> None:
    text = head + "\n".join(lines)
    for name in ("pyproject.toml", "closed.toml"):
        with contextlib.suppress(ExecuteError):
            read_closing(text, name) if name == "closed.toml" else read_policy(text, name)
    declared_packages(text, text)
    for name in ("pytest.ini", "pyproject.toml"):
        pythonpath(name, text)


@given(
    st.binary(max_size=20)
    | st.sampled_from([b'{"schema": ' + b"9" * 5000, b'{"schema": 1e999}', b'{"schema": "\\ud800"}'])
    | st.sampled_from([b'{"x": ', HEAD]).map(lambda head: head + b"[" * 100_000)
    | st.binary(max_size=20).map(lambda rest: HEAD + rest)
)
def test_any_evidence(text: bytes) -> None:
    with contextlib.suppress(ExecuteError):
        read(text, "evidence.json")
