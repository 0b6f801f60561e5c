"""Proof of one test in words, with the commands that show it by hand."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

from pytest_execute.core.evidence import History, Order, Proof
from pytest_execute.reports import json_text

WORKTREE = "/tmp/replay"
ORDERS: dict[Order, str] = {
    "before": "the test existed in the commit before, and failed there",
    "same-commit": "the test and the code came in one commit",
    "after": "the test was written after the code",
}


def render(proof: Proof, history: History, subject: Callable[[str], str | None]) -> str:
    """Return the proof in lines. `subject` returns the first line of a commit's message, None for what is no commit."""
    return "\n".join([*_describe(proof, subject), "by hand:", *_by_hand(proof, history, subject)]) + "\n"


def as_json(proof: Proof) -> str:
    """Return the proof as indented JSON."""
    return json_text.encode(proof)


def _describe(proof: Proof, subject: Callable[[str], str | None]) -> Iterator[str]:
    yield f"{proof.test}: {proof.found}" + (f", {proof.order}" if proof.order else "")
    if proof.before:
        yield f"  fails at    {_name(proof.before, subject)}"
        yield f"              {proof.cause}: {proof.detail}" if proof.cause else f"              {proof.detail}"
        yield from (f"              {line}" for line in proof.trace)
    elif proof.detail:
        yield f"  {proof.detail}"
    if proof.after:
        yield f"  passes with {_name(proof.after, subject)}"
    if proof.order:
        yield f"  {ORDERS[proof.order]}"
    if proof.turns:
        yield f"  all turns: {', '.join(map(str, proof.turns))}"


def _name(commit: str, subject: Callable[[str], str | None]) -> str:
    title = subject(commit)
    return f"{commit[:7]} {title}" if title is not None else commit if len(commit) < 40 else "the empty tree"


def _by_hand(proof: Proof, history: History, subject: Callable[[str], str | None]) -> Iterator[str]:
    """Return shell commands, for the top of the repository, that run today's test in a tree of each commit."""
    for commit in filter(None, (proof.before, proof.after)):
        yield from _commands_at(commit, proof.test, history, is_commit=subject(commit) is not None)


def _commands_at(commit: str, test: str, history: History, *, is_commit: bool) -> Iterator[str]:
    project = f"{WORKTREE}/{history.prefix}".rstrip("/")
    path = ":".join(f"{WORKTREE}/{root}".rstrip("/") for root in history.import_roots)
    python_path = f"PYTHONPATH={shlex.quote(path)}"
    if commit == history.snapshot == "worktree":
        here = shlex.quote(f"./{history.prefix}")
        yield f"  (cd {here} && python -m pytest -n0 {shlex.quote(test)})"
        return
    overlay = " ".join(map(shlex.quote, history.overlay_paths))
    yield f"  git worktree add -q --detach {WORKTREE} {commit if is_commit else history.head}"
    yield f"  git -C {WORKTREE} rm -rqf --ignore-unmatch -- {overlay if is_commit else '.'}"
    if history.snapshot:
        yield f"  mkdir -p {WORKTREE} && tar -cf - {overlay} | tar -xf - -C {WORKTREE}"
    else:
        yield f"  git -C {WORKTREE} checkout -q {history.head} -- {overlay}"
    if history.prepare:
        yield f"  (cd {shlex.quote(project)} && {python_path} {shlex.join(history.prepare)})"
    yield f"  (cd {shlex.quote(project)} && {python_path} python -m pytest -n0 {shlex.quote(test)})"
    yield f"  git worktree remove --force {WORKTREE}"
