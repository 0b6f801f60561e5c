"""Ids of gates are read as they were built."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_execute.core import gate_ids


@given(st.sampled_from([("task", gate_ids.task), ("stream", gate_ids.stream), ("gate", gate_ids.named)]), st.text())
def test_an_id_is_read_as_it_was_built(kind, name):
    level, build = kind
    assert (gate_ids.level(build(name)), gate_ids.name(build(name))) == (level, name)
    assert gate_ids.is_task(build(name)) == (level == "task")
