"""Lost lines: what the tests of base reached there, and no test reaches now, although it is the same code.

The suite of base runs once, in its own tree, with its own configuration; the result is cached. It is not run where
today's tests reach all functions that stood at base.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Missing
from pytest_execute.engine.suite import Suite, SuiteFailed, run_suite
from pytest_execute.tools import json_values
from pytest_execute.tools.cache import digest
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.replay_step import why_not_rerun
from pytest_execute.workflow.request import Rerun, RunResult

REACHED = "reached"
"""Kind of facts in the result cache: lines that the tests of a tree reach."""
FORMAT = 1
LEAST_SECONDS, FACTOR = 600.0, 10.0
"""Time that the suite of base may take: the more of these seconds and so many times those of today's tests."""
Lines = dict[str, set[int]]
"""Lines by path, from the top of the repository."""


def add_lost_lines(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add the lines that lost their tests, or the reason why that is not known."""
    if context.policy.coverage.system is not None or not evidence.coverage or context.scope.is_partial:
        return evidence
    if reason := why_not_rerun(context, run):
        return replace(evidence, lost_lines=Missing(reason))
    try:
        lost = _lost_lines(context, run, rerun, _unreached(context, evidence))
    except SuiteFailed as failed:
        return replace(evidence, lost_lines=Missing(str(failed)))
    return replace(evidence, lost_lines={path: tuple(sorted(lost[path])) for path in sorted(lost)})


def _unreached(context: Context, evidence: Evidence) -> Lines:
    """Return the lines of functions that no test reaches now. Other lines run on import, whatever is tested."""
    from pytest_execute.coverage import source

    system = evidence.line_sets[gate_ids.SYSTEM]
    missing = {path: lines - system.covered.get(path, frozenset()) for path, lines in system.lines.items()}
    found: Lines = {}
    for path, lines in missing.items():
        bodies = source.classify_file(context.home / path).function_bodies if lines else frozenset()
        if inside := lines & bodies:
            found[context.layout.home + path] = set(inside)
    return found


def _lost_lines(context: Context, run: RunResult, rerun: Rerun, unreached: Lines) -> Lines:
    """Return the unreached lines that were reached wherever they stood before, by path from the home."""
    from pytest_execute.coverage.changed_lines import former_places

    git, commits = context.git, context.commit_range
    were_reached: dict[tuple[str, int], list[bool]] = {}
    for before in commits.before if unreached else ():
        if places := former_places(git, before, commits.tree, unreached):
            reached = _reached_at(context, run, rerun, before)
            for place, (path, line) in places.items():
                were_reached.setdefault(place, []).append(line in reached.get(path, ()))
    lost: Lines = {}
    for (path, line), found in were_reached.items():
        if all(found):
            lost.setdefault(path.removeprefix(context.layout.home), set()).add(line)
    return lost


def _reached_at(context: Context, run: RunResult, rerun: Rerun, commit: str) -> Mapping[str, list[int]]:
    """Return the first lines of the statements that the tests of a commit reach in its own tree."""
    tree_id = context.git.tree_id(commit)
    key = digest(f"{FORMAT} {rerun.settings.fingerprint()} {tree_id}")
    if cached := context.cache.get(REACHED, [key]):
        kept: dict[str, list[int]] = json_values.decode(cached[key], dict[str, list[int]])
        return kept
    reached = dict(_measure(context, run, rerun, tree_id))
    context.cache.put(REACHED, {key: json_values.encode(reached)})
    return reached


def _measure(context: Context, run: RunResult, rerun: Rerun, tree_id: str) -> Iterator[tuple[str, list[int]]]:
    from pytest_execute.coverage import data, source

    tree = context.git.tree(tree_id)
    suite = Suite(tree=tree, source=context.layout.source, roots=context.layout.import_roots(tree))
    seconds = max(LEAST_SECONDS, FACTOR * sum(result.seconds for result in run.results.values()))
    directory = rerun.directory / f"suite-{tree_id}"
    top = run_suite(context.git, suite, rerun.settings, directory, seconds)
    recording = data.read(directory)
    for file in recording.lines:
        starts = source.classify_file(Path(file)).statement_starts
        lines = {starts.get(line, line) for line in data.unpack_bits(recording.line_bits(file))}
        yield Path(file).relative_to(top).as_posix(), sorted(lines)
