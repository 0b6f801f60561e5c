"""Which tasks can start: open ones that wait for nothing that is open."""

from __future__ import annotations

from pytest_execute.core.plan import Plan, Stream, Task


def ready(*tasks: Task, streams: tuple[Stream, ...] = ()) -> list[str]:
    from pytest_execute.commands.next import ready as function

    return [task.id for task in function(Plan(topic="t", path="b", tasks=tasks, streams=streams))]


def a_task(number: str, *depends: str, done: bool = False, stream: str | None = None) -> Task:
    return Task(id=number, title="", line=1, depends=depends, done=done, stream=stream)


def test_an_open_task_that_waits_for_nothing_can_start() -> None:
    assert ready(a_task("1"), a_task("2", "1")) == ["1"]


def test_a_ticked_dependency_lets_the_next_one_start() -> None:
    assert ready(a_task("1", done=True), a_task("2", "1"), a_task("3", "2")) == ["2"]


def test_a_task_waits_for_what_its_stream_waits_for() -> None:
    streams = (Stream(id="A", title="", line=1), Stream(id="B", title="", line=2, after=("A",)))
    assert ready(a_task("1", stream="A"), a_task("2", stream="B"), streams=streams) == ["1"]


def test_nothing_can_start_where_all_is_done() -> None:
    assert ready(a_task("1", done=True)) == []
