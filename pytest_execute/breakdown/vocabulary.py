"""Words that breakdowns use: for tasks, streams, fields, states, sections and files. A synonym is one word here."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from functools import lru_cache

# matches "Task", "steps", "user story"'s "story", "タスク"
TASK_WORDS = r"(?:tasks?|steps?|stor(?:y|ies)|sub-?tasks?|work items?|任务|タスク|작업)"
# matches "Stream", "Phases", "Task Group", "User Story", "阶段"
STREAM_WORDS = (
    r"(?:work ?streams?|streams?|(?:sub-?)?phases?|task groups?|groups?|waves?|epics?|milestones?|modules?|tracks?"
    r"|sections?|weeks?"
    r"|sprints?|iterations?|user stor(?:y|ies)|stages?|slices?|chunks?|模块|阶段|フェーズ|단계)"
)

SAME_STREAM_WORDS = (  # "Track 1" in a sentence may mean the heading "Stream 1"
    {"stream", "workstream", "work stream", "track"},
    {"group", "task group"},
    {"phase", "stage", "sub-phase", "subphase"},
)

# the labels of each field, as docs/reference/breakdown.md lists them
LABELS: dict[str, tuple[str, ...]] = {
    "depends": (
        "depends on", "depends", "dep", "depend on", "dependencies", "dependency", "deps", "task dependencies",
        "blocked by", "prerequisites", "prerequisite", "requires", "depends upon", "predecessors", "predecessor",
        "依存", "依存関係", "依存タスク", "前提", "依赖", "依赖任务", "前置任务", "前置依赖",
        "의존성", "의존", "선행 작업", "선행", "依赖关系", "前置条件", "선행 조건",
    ),
    "blocks": ("blocks", "blocking", "unblocks"),
    "tests": (
        "test", "tests", "test requirements", "testing requirements", "test requirement", "verify", "verification",
        "acceptance test", "acceptance tests", "test files", "test file", "unit tests", "integration tests",
        "tests to write", "test cases", "test command", "test commands", "testing", "validation", "independent test",
        "test plan", "テスト", "検証", "测试", "验证", "테스트", "검증",
        "testing strategy", "test strategy", "测试策略", "测试用例", "검증 방법", "テスト方法",
    ),
    "files": (
        "file", "files", "files to create/modify", "files to create", "files to modify", "files to change",
        "files touched", "files modified", "files changed", "file(s)", "owns", "files affected", "affected files",
        "modify", "create", "产出", "文件", "ファイル", "파일", "output files", "key files", "files involved",
        "target files", "files created", "files likely touched", "files to touch",
        "涉及文件", "修改文件", "文件路径", "변경 대상 파일", "변경 파일", "変更ファイル",
    ),
    "effort": (
        "effort", "estimate", "estimated", "est", "estimated time", "estimated effort", "est. effort",
        "time estimate", "estimation", "duration", "estimated duration", "effort estimate", "time", "size",
        "estimated hours", "hours", "工数", "見積", "工作量", "预估", "复杂度", "예상 시간", "예상",
        "est.", "估算", "预计工时", "工时", "예상 소요",
    ),
    "status": ("status", "state", "done", "progress", "状態", "状态", "ステータス", "상태"),
    "agent": (
        "agent", "assignee", "assigned to", "owner", "assigned agent", "담당", "担当", "负责",
        "assigned", "负责人", "担当者", "담당자",
    ),
    "commit": ("commit", "commit message", "suggested commit", "git 이력"),
    "behaviour": (
        "behavior", "behaviour", "behaviors", "behaviours", "bdd", "scenario", "scenarios", "bdd scenario",
        "bdd scenarios", "expected behavior", "expected behaviour",
    ),
    "objective": (
        "objective", "goal", "what", "description", "purpose", "objectives", "summary", "task", "implements", "목표",
        "설명", "구현 내용", "目的", "目标", "概要", "内容", "範囲",
    ),
    "acceptance": (
        "acceptance criteria", "acceptance", "ac", "acs", "success criteria", "definition of done", "dod",
        "done when", "criteria", "complete when", "exit criteria", "完了条件", "受け入れ条件",
        "验收", "验收标准", "완료 조건", "完成条件", "완료 기준", "완료조건", "受入条件", "验收条件",
    ),
    "id": ("task id", "id", "task-id"),
    "stream": ("phase", "stream", "workstream", "epic", "track", "milestone", "module"),
}  # fmt: skip

FIELD_BY_LABEL = {label: field for field, labels in LABELS.items() for label in labels}

LIST_FIELDS = frozenset(("files", "tests", "behaviour", "acceptance"))
"""Fields whose value may go on as a list below a sentence."""

TASK_FIELDS = frozenset(("depends", "tests", "files", "effort", "status", "commit", "agent"))
"""Fields that only a task has; other sections have objectives and criteria, too."""

# matches "None", "N/A - can start at once", "-", "なし", "None (parallel with 2)"
NO_DEPENDENCY = re.compile(
    r"(?:none|no(?:ne)? dependenc(?:y|ies)|nothing|n/?a|nil|no|null|\[\]|[-–—―]+|なし|无|無|없음|independent)"
    r"(?:\s*(?:$|[.,;:—–。、，；(（-]).*|\s+(?:required|needed|yet|\W).*)?",
    re.IGNORECASE | re.DOTALL,
)

# matches "None", "none (documentation only)", "N/A: prose", "no tests needed, as it is prose", "-"
NO_TESTS = re.compile(
    r"(?:none|n/?a|nil|null|nothing|no(?:\s+(?:new\s+)?tests?|(?=\s*$))|not\s+applicable|\[\]|[-–—―]+|なし|无|無|없음)"
    r"(?:\s+(?:is\s+|are\s+)?(?:required|needed|necessary|applicable))?"
    r"(?:\s*$|\s*[(（](?P<bracketed>.*?)[)）]?[.\s]*$|\s*[.,;:—–。、，；：-]\s*(?P<reason>.*)"
    r"|\s+(?P<because>(?:because|as|since)\b.*))",
    re.IGNORECASE | re.DOTALL,
)

# matches "[x]", "Done", "completed; verified", "完了"; not "Not done"
DONE = re.compile(
    r"^\W*(?:\[[xX]\]|done|completed?|finished|implemented|merged|closed|passed|完了|完成|已完成|완료)(?![\w-])",
    re.IGNORECASE,
)
DONE_MARKS = ("✅", "☑", "✔")

# matches headings over lists that look like tasks and are none: "Acceptance Criteria", "QA Checklist", "Notes"
UNTASKED_SECTION = re.compile(
    r"acceptance|definition of done|success criteri|out of scope|non-goals|"
    r"(?:completion|verification|quality|review|release|final|pre-?\w*|post-?\w*|qa|validation|self|dod) check-?list"
    r"|^check-?list|"
    r"next steps|execution order|notes?$|open questions|quality gates?|checkpoints?$|decisions?$|requirements?$"
    r"|risks?\b|assumptions|alternatives|glossary|appendix|rules?$|^how to|legend|priority order",
    re.IGNORECASE,
)

# matches those of them that hold no tasks even if they are counted like the sections with tasks
CRITERIA_SECTION = re.compile(
    r"acceptance criteri|definition of done|success criteri|out of scope|non-goals", re.IGNORECASE
)

# matches headings that say only that tasks follow: "## Tasks / Subtasks", "## 2. Implementation Tasks"
TASKS_HEADING = re.compile(
    r"\W*(?:\d+\.?\s+)?(?:(?:implementation|development|dev)\s+)?(?:tasks(?:\s*/\s*sub-?tasks)?|task list)\W*",
    re.IGNORECASE,
)

# matches "the whole suite passes", "all tests pass"
WHOLE_SUITE = re.compile(
    r"\b(?:whole|full|entire|complete)\s+(?:test[- ]?)?suite\b|\ball\s+(?:the\s+)?tests\s+(?:pass|are green|green"
    r"|succeed)"
    r"|\bevery\s+test\s+passes\b",
    re.IGNORECASE,
)


FILE_ENDINGS = frozenset(
    [
        "astro",
        "avif",
        "bash",
        "bat",
        "bib",
        "c",
        "cc",
        "cfg",
        "cjs",
        "clj",
        "cmake",
        "conf",
        "config",
        "cpp",
        "cs",
        "css",
        "csv",
        "cts",
        "cu",
        "cxx",
        "dart",
        "db",
        "dockerfile",
        "env",
        "erb",
        "ex",
        "example",
        "exs",
        "feature",
        "fish",
        "gif",
        "go",
        "gradle",
        "graphql",
        "h",
        "hcl",
        "hpp",
        "hs",
        "html",
        "ico",
        "in",
        "ini",
        "ipynb",
        "j2",
        "java",
        "jinja",
        "jinja2",
        "jl",
        "jpeg",
        "jpg",
        "js",
        "json",
        "json5",
        "jsonc",
        "jsonl",
        "jsx",
        "key",
        "kt",
        "less",
        "lock",
        "log",
        "lua",
        "md",
        "mdx",
        "mjs",
        "mk",
        "ml",
        "mod",
        "mts",
        "mustache",
        "nix",
        "notebook",
        "parquet",
        "patch",
        "pdf",
        "pem",
        "php",
        "pl",
        "plist",
        "png",
        "po",
        "properties",
        "proto",
        "ps1",
        "py",
        "pyi",
        "pyx",
        "r",
        "rake",
        "rb",
        "rs",
        "rst",
        "sass",
        "sbt",
        "scala",
        "scss",
        "service",
        "sh",
        "snap",
        "sol",
        "sql",
        "sqlite",
        "sum",
        "sv",
        "svelte",
        "svg",
        "swift",
        "tcl",
        "template",
        "tex",
        "tf",
        "tfvars",
        "timer",
        "tmpl",
        "toml",
        "tpl",
        "ts",
        "tsv",
        "tsx",
        "txt",
        "typ",
        "ui",
        "v",
        "vhd",
        "vue",
        "wasm",
        "webp",
        "woff",
        "woff2",
        "xml",
        "xsd",
        "yaml",
        "yml",
        "zig",
        "zsh",
    ]
)
"""Endings of file names without a directory: `app.py` is a file, `np.array` is none."""

FILES_WITHOUT_ENDING = frozenset(
    ["Dockerfile", "Makefile", "Justfile", "Procfile", "LICENSE", "CODEOWNERS", ".gitignore", ".dockerignore", ".env"]
)


@lru_cache(maxsize=1024)
def field_name(label: str) -> str | None:
    """Return the field that a label names, or None for an unknown label.

    >>> field_name("**Blocked by**"), field_name("dependsOn"), field_name("Files (new)"), field_name("Risk")
    ('depends', 'depends', 'files', None)
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[*_`]", "", label))  # "dependsOn" -> "depends On"
    plain = re.sub(r"\s*[(（][^)）]*[)）]\s*$", "", plain)  # "Files (new)" -> "Files"
    plain = plain.strip(" \t:：\n").casefold()
    return FIELD_BY_LABEL.get(plain) or FIELD_BY_LABEL.get(re.sub(r"^\W+", "", plain))


def is_done_status(text: str) -> bool:
    """Return True for a status of finished work.

    >>> is_done_status("✅ Complete"), is_done_status("`DONE`; verified"), is_done_status("Not done")
    (True, True, False)
    """
    if any(mark in text[:4] for mark in DONE_MARKS):
        return True
    return DONE.match(re.sub(r"[`*_]", "", text).strip()) is not None
