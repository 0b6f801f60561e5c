"""Tasks that can start: open ones that depend on no open one."""

from __future__ import annotations

from pytest_execute.core.plan import Plan, Stream, Task


def ready_ids(*tasks: Task, streams: tuple[Stream, ...] = ()) -> list[str]:
    from pytest_execute.commands.next import sort_open_tasks

    plan = Plan(topic="t", path="b", tasks=tasks, streams=streams)
    return [each.id for each in sort_open_tasks(plan, {each.id for each in tasks}).ready]


def task(number: str, *depends: str, done: bool = False, stream: str | None = None) -> Task:
    return Task(id=number, title="", line=1, depends=depends, done=done, stream=stream)


def test_an_open_task_without_dependencies_can_start() -> None:
    assert ready_ids(task("1"), task("2", "1")) == ["1"]


def test_a_ticked_dependency_lets_the_next_one_start() -> None:
    assert ready_ids(task("1", done=True), task("2", "1"), task("3", "2")) == ["2"]


def test_a_task_waits_for_the_streams_that_its_stream_waits_for() -> None:
    streams = (Stream(id="A", title="", line=1), Stream(id="B", title="", line=2, after=("A",)))
    assert ready_ids(task("1", stream="A"), task("2", stream="B"), streams=streams) == ["1"]


def test_a_task_that_is_begun_or_blocked_by_hand_is_not_offered() -> None:
    from msgspec.structs import replace

    states = [replace(task("1"), state="begun"), replace(task("2"), state="blocked"), task("3"), task("4", "1")]
    assert ready_ids(*states) == ["3"]


def test_nothing_can_start_where_every_task_is_done() -> None:
    assert ready_ids(task("1", done=True)) == []
