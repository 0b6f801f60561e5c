"""The words that breakdowns use: labels of fields, none-words, states; a synonym is one word in one line here."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from functools import lru_cache

TASK_WORDS = r"(?:tasks?|steps?|stor(?:y|ies)|sub-?tasks?|work items?|任务|タスク|작업)"
STREAM_WORDS = (
    r"(?:work ?streams?|streams?|(?:sub-?)?phases?|task groups?|groups?|waves?|epics?|milestones?|modules?|tracks?|sections?|weeks?"
    r"|sprints?|iterations?|user stor(?:y|ies)|stages?|slices?|chunks?|模块|阶段|フェーズ|단계)"
)

LABELS: dict[str, tuple[str, ...]] = {
    "depends": (
        "depends on", "depends", "dep", "depend on", "dependencies", "dependency", "deps", "task dependencies", "blocked by",
        "prerequisites", "prerequisite", "requires", "depends upon", "predecessors", "predecessor",
        "依存", "依存関係", "依存タスク", "前提", "依赖", "依赖任务", "前置任务", "前置依赖", "의존성", "의존", "선행 작업", "선행",
        "依赖关系", "前置条件", "선행 조건",
    ),
    "blocks": ("blocks", "blocking", "unblocks"),
    "tests": (
        "test", "tests", "test requirements", "testing requirements", "test requirement", "verify", "verification",
        "acceptance test", "acceptance tests", "test files", "test file", "unit tests", "integration tests", "tests to write",
        "test cases", "test command", "test commands", "testing", "validation", "independent test", "test plan",
        "テスト", "検証", "测试", "验证", "테스트", "검증",
        "testing strategy", "test strategy", "测试策略", "测试用例", "검증 방법", "テスト方法",
    ),
    "files": (
        "file", "files", "files to create/modify", "files to create", "files to modify", "files to change", "files touched",
        "files modified", "files changed", "file(s)", "owns", "files affected", "affected files", "modify", "create",
        "产出", "文件", "ファイル", "파일", "output files", "key files", "files involved", "target files",
        "files created", "files likely touched", "files to touch", "涉及文件", "修改文件", "文件路径", "변경 대상 파일", "변경 파일", "変更ファイル",
    ),
    "effort": (
        "effort", "estimate", "estimated", "est", "estimated time", "estimated effort", "est. effort", "time estimate",
        "estimation", "duration", "estimated duration", "effort estimate", "time", "size", "estimated hours", "hours",
        "工数", "見積", "工作量", "预估", "复杂度", "예상 시간", "예상",
        "est.", "估算", "预计工时", "工时", "예상 소요",
    ),
    "status": ("status", "state", "done", "progress", "状態", "状态", "ステータス", "상태"),
    "agent": (
        "agent", "assignee", "assigned to", "owner", "assigned agent", "담당", "担当", "负责",
        "assigned", "负责人", "担当者", "담당자",
    ),
    "commit": ("commit", "commit message", "suggested commit", "git 이력"),
    "behaviour": (
        "behavior", "behaviour", "behaviors", "behaviours", "bdd", "scenario", "scenarios", "bdd scenario", "bdd scenarios",
        "expected behavior", "expected behaviour",
    ),
    "objective": (
        "objective", "goal", "what", "description", "purpose", "objectives", "summary", "task", "implements", "목표", "설명", "구현 내용",
        "目的", "目标", "概要", "内容", "範囲",
    ),
    "acceptance": (
        "acceptance criteria", "acceptance", "ac", "acs", "success criteria", "definition of done", "dod", "done when", "criteria",
        "complete when", "exit criteria", "完了条件", "受け入れ条件", "验收", "验收标准", "완료 조건", "完成条件",
        "완료 기준", "완료조건", "受入条件", "验收条件",
    ),
    "id": ("task id", "id", "task-id"),
    "stream": ("phase", "stream", "workstream", "epic", "track", "milestone", "module"),
}  # fmt: skip

FIELD_BY_LABEL = {label: field for field, labels in LABELS.items() for label in labels}

NO_DEPENDENCY = re.compile(
    r"(?:none|no(?:ne)? dependenc(?:y|ies)|nothing|n/?a|nil|no|null|\[\]|[-–—―]+|なし|无|無|없음|independent)"
    r"(?:\s*(?:$|[.,;:—–。、，；(（-]).*|\s+(?:required|needed|yet|\W).*)?",
    re.IGNORECASE | re.DOTALL,
)

DONE = re.compile(
    r"^\W*(?:\[[xX]\]|done|completed?|finished|implemented|merged|closed|passed|完了|完成|已完成|완료)(?![\w-])",
    re.IGNORECASE,
)
DONE_MARKS = ("✅", "☑", "✔")

UNTASKED_SECTION = re.compile(
    r"acceptance|definition of done|success criteri|out of scope|non-goals|"
    r"(?:completion|verification|quality|review|release|final|pre-?\w*|post-?\w*|qa|validation|self|dod) check-?list|^check-?list|"
    r"next steps|execution order|notes?$|open questions|quality gates?|checkpoints?$|decisions?$|requirements?$|risks?\b|assumptions|alternatives|glossary|appendix|rules?$|^how to|legend|priority order",
    re.IGNORECASE,
)
"""Headings over lists that look like tasks and are none."""

CRITERIA_SECTION = re.compile(
    r"acceptance criteri|definition of done|success criteri|out of scope|non-goals", re.IGNORECASE
)
"""Those of them that are none even where they are counted like the sections with tasks."""

TASKS_HEADING = re.compile(
    r"\W*(?:\d+\.?\s+)?(?:(?:implementation|development|dev)\s+)?(?:tasks(?:\s*/\s*sub-?tasks)?|task list)\W*",
    re.IGNORECASE,
)
"""Headings that say only that tasks stand below them."""

WHOLE_SUITE = re.compile(
    r"\b(?:whole|full|entire|complete)\s+(?:test[- ]?)?suite\b|\ball\s+(?:the\s+)?tests\s+(?:pass|are green|green|succeed)"
    r"|\bevery\s+test\s+passes\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
@lru_cache(maxsize=1024)
def field_name(label: str) -> str | None:
    """The field that a label names, or None where it names none that we know.

    >>> field_of("**Blocked by**"), field_of("dependsOn"), field_of("Files (new)"), field_of("Risk")
    ('depends', 'depends', 'files', None)
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[*_`]", "", label))
    plain = re.sub(r"\s*[(（][^)）]*[)）]\s*$", "", plain).strip(" \t:：\n").casefold()
    return FIELD_BY_LABEL.get(plain) or FIELD_BY_LABEL.get(re.sub(r"^\W+", "", plain))


def is_done_status(text: str) -> bool:
    """Whether a status says that the work is finished.

    >>> says_done("✅ Complete"), says_done("`DONE`; verified"), says_done("Not done")
    (True, True, False)
    """
    if any(mark in text[:4] for mark in DONE_MARKS):
        return True
    return DONE.match(re.sub(r"[`*_]", "", text).strip()) is not None
