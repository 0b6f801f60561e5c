"""Words that breakdowns use: for tasks, streams, states, sections and files. A synonym is one word here."""

from __future__ import annotations

import re
from functools import lru_cache

from pytest_execute.core.late_pattern import late_pattern

# matches "Task", "steps", "user story"'s "story", "タスク"
TASK_WORDS = (
    r"(?:tasks?|steps?|stor(?:y|ies)|sub-?tasks?|work items?|issues?|aufgaben?|tareas?|tarefas?|tâches?"
    r"|任务|任務|タスク|작업)"
)
# matches "Stream", "Phases", "Task Group", "User Story", "阶段"
STREAM_WORDS = (
    r"(?:work ?streams?|streams?|(?:sub-?)?phases?|task groups?|groups?|waves?|epics?|milestones?|modules?|tracks?"
    r"|sections?|weeks?"
    r"|sprints?|iterations?|user stor(?:y|ies)|stages?|slices?|chunks?|fases?|etapas?|étapes?|épopées?|épicos?"
    r"|hitos?|jalons?|meilensteine?|模块|阶段|階段|里程碑|フェーズ|단계)"
)

SAME_STREAM_WORDS = (  # "Track 1" in a sentence may mean the heading "Stream 1"
    {"stream", "workstream", "work stream", "track"},
    {"group", "task group"},
    {"phase", "stage", "sub-phase", "subphase", "fase", "etapa", "étape"},
)

# matches "None", "N/A - can start at once", "-", "なし", "None (parallel with 2)"
NO_DEPENDENCY = late_pattern(
    r"(?:none|no(?:ne)? dependenc(?:y|ies)|nothing|n/?a|nil|no|null|\[\]|[-–—―]+|なし|无|無|없음|independent"
    r"|keine?|ninguna?|ninguno|nenhuma?|aucune?|没有)"
    r"(?:\s*(?:$|[.,;:—–。、，；(（-]).*|\s+(?:required|needed|yet|\W).*)?",
    re.IGNORECASE | re.DOTALL,
)

# matches "None", "none (documentation only)", "N/A: prose", "no tests needed, as it is prose", "-"
NO_TESTS = late_pattern(
    r"(?:none|n/?a|nil|null|nothing|no(?:\s+(?:new\s+)?tests?|(?=\s*$))|not\s+applicable|\[\]|[-–—―]+|なし|无|無|없음)"
    r"(?:\s+(?:is\s+|are\s+)?(?:required|needed|necessary|applicable))?"
    r"(?:\s*$|\s*[(（](?P<bracketed>.*)|\s*[.,;:—–。、，；：-]\s*(?P<reason>.*)"
    r"|\s+(?P<because>(?:because|as|since)\b.*))",
    re.IGNORECASE | re.DOTALL,
)

# matches "done", "COMPLETO", "erledigt", "完了"
DONE_WORD = (
    r"(?:done|completed?|finished|implemented|complet[oa]d?[oa]?|conclu[ií]d[oa]|terminad[oa]|finalizad[oa]|hech[oa]"
    r"|feit[oa]|erledigt|fertig|abgeschlossen|terminée?|完了|完成|已完成|済|완료)"
)
# matches "[x]", "Done", "completed; verified", "完了"; not "Not done"
DONE = late_pattern(rf"^\W*(?:\[[xX]\]|{DONE_WORD}|merged|closed|passed)(?![\w-])", re.IGNORECASE)
# matches "done (except docs)", "complete, but untested", "✅ Skipped", "✅ PARCIAL"
PARTLY_DONE = late_pattern(
    r"\b(?:except|but|partly|partial(?:ly)?|apart from|parcial(?:mente)?|partiel(?:lement)?|teilweise|skipped|deferred"
    r"|postponed|cancell?ed|dropped)\b|\b\d\d? ?%",
    re.IGNORECASE,
)
DONE_MARKS = ("✅", "☑", "✔")

# matches headings over criteria: "Acceptance Criteria", "Critères d'acceptation", "验收标准"
_CRITERIA = (
    r"(?:acceptance|success|completion|exit) criteri|definition of done|out of scope|non-goals"
    r"|crit[èe]res d.acceptation|criterios de (?:aceptación|éxito)|critérios de (?:aceitação|aceite|sucesso)"
    r"|akzeptanzkriteri|abnahmekriteri"
    r"|^\W*(?:验收标准|验收条件|驗收標準|完了条件|受け入れ条件|完成条件)\W*$"
)
# matches headings over lists that look like tasks and are none: "Acceptance Criteria", "QA Checklist", "Notes"
_UNTASKED_SECTION = late_pattern(
    rf"acceptance|{_CRITERIA}|"
    r"(?:completion|verification|quality|review|release|final|pre-?\w*|post-?\w*|qa|validation|self|dod) check-?list"
    r"|^check-?list|"
    r"next steps|execution order|notes?$|open questions|quality gates?|checkpoints?$|decisions?$|requirements?$"
    r"|risks?\b|preview\b|assumptions|alternatives|glossary|appendix|rules?$|^how to|legend|priority order",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_untasked(heading: str) -> bool:
    """Return True for a heading or label over lists that look like tasks and are none."""
    return _UNTASKED_SECTION.search(heading) is not None


# matches "Task Breakdown Preview": a list there is the plan only if there is no other
PREVIEW = late_pattern(r"\bpreview\b", re.IGNORECASE)

# matches those of them that hold no tasks even if they are counted like the sections with tasks
CRITERIA_SECTION = late_pattern(_CRITERIA, re.IGNORECASE)

# matches headings that say only that tasks follow: "## Tasks / Subtasks", "## 2. Implementation Tasks"
TASKS_HEADING = late_pattern(
    r"\W*(?:\d+\.?\s+)?(?:(?:implementation|development|dev)\s+)?(?:tasks(?:\s*/\s*sub-?tasks)?|task list)\W*",
    re.IGNORECASE,
)

# matches "the whole suite passes", "all tests pass"
WHOLE_SUITE = late_pattern(
    r"\b(?:whole|full|entire|complete)\s+(?:test[- ]?)?suite\b|\ball\s+(?:the\s+)?tests\s+(?:pass|are green|green"
    r"|succeed)"
    r"|\bevery\s+test\s+passes\b",
    re.IGNORECASE,
)


FILE_ENDINGS = frozenset((
    "astro", "avif", "bash", "bat", "bats",
    "bib", "c", "cc", "cfg", "cjs", "clj", "cmake", "conf", "config", "cpp", "cs",
    "css", "csv", "cts", "cu", "cxx", "dart", "db", "dockerfile", "env", "erb", "ex", "example", "exs", "feature",
    "fish", "gif", "go", "gradle", "graphql", "h", "hcl", "hpp", "hs", "html", "ico", "in", "ini", "ipynb", "j2",
    "java", "jinja", "jinja2", "jl", "jpeg", "jpg", "js", "json", "json5", "jsonc", "jsonl", "jsx", "key", "kt",
    "less", "lock", "log", "lua", "md", "mdx", "mjs", "mk", "ml", "mod", "mts", "mustache", "nix", "notebook",
    "parquet", "patch", "pdf", "pem", "php", "pl", "plist", "png", "po",
    "prisma", "properties", "proto", "ps1", "py", "pyi",
    "pyx", "r", "rake", "rb", "rs", "rst", "sass", "sbt", "scala", "scss", "service", "sh", "snap", "sol", "sql",
    "sqlite", "sum", "sv", "svelte", "svg", "swift", "tcl", "template", "tex", "tf", "tfvars", "timer", "tmpl",
    "toml", "tpl", "ts", "tsv", "tsx", "txt", "typ", "ui", "v", "vhd", "vue", "wasm", "webp", "woff", "woff2",
    "xml", "xsd", "yaml", "yml", "zig", "zsh",
))  # fmt: skip
"""Endings of file names without a directory: `app.py` is a file, `np.array` is none."""

FILES_WITHOUT_ENDING = frozenset(
    ["Dockerfile", "Makefile", "Justfile", "Procfile", "LICENSE", "CODEOWNERS", ".gitignore", ".dockerignore", ".env"]
)


def is_done_status(text: str) -> bool:
    """Return True for a status of finished work.

    >>> is_done_status("✅ Complete"), is_done_status("`DONE`; verified"), is_done_status("Done, except docs")
    (True, True, False)
    """
    if PARTLY_DONE.search(text):
        return False
    if any(mark in text[:4] for mark in DONE_MARKS):
        return True
    return DONE.match(re.sub(r"[`*_]", "", text).strip()) is not None
