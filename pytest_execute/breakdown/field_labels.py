"""Labels of the fields of a task, in the languages in which breakdowns are written. A synonym is one word here."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pytest_execute.core.late_pattern import late_pattern

# the labels of each field, as docs/reference/breakdown.md lists them
LABELS: dict[str, tuple[str, ...]] = {
    "depends": (
        "depends on", "depends", "dep", "depend on", "dependencies", "dependency", "deps", "task dependencies",
        "blocked by", "prerequisites", "prerequisite", "requires", "depends upon", "prereqs", "prereq", "predecessors",
        "predecessor",
        "依存", "依存関係", "依存タスク", "前提", "依赖", "依赖任务", "前置任务", "前置依赖",
        "의존성", "의존", "선행 작업", "선행", "依赖关系", "前置条件", "선행 조건",
        "abhängigkeiten", "abhängigkeit", "abhängig von", "hängt ab von",
        "voraussetzungen", "voraussetzung", "dependencias", "dependencia", "depende de", "requisitos previos",
        "dependências", "dependência", "pré-requisitos", "dépendances", "dépendance", "dépend de", "prérequis",
        "前提条件", "依存先", "前提タスク",
    ),
    "blocks": (
        "blocks", "blocking", "unblocks",
        "enables", "blockiert", "bloquea", "bloqueia", "bloque", "阻塞", "ブロック",
    ),
    "tests": (
        "test", "tests", "test requirements", "testing requirements", "test requirement", "verify", "verification",
        "acceptance test", "acceptance tests", "test files", "test file", "unit tests", "integration tests",
        "tests to write", "test cases", "test command", "test commands", "testing", "validation", "independent test",
        "test plan", "テスト", "検証", "测试", "验证", "테스트", "검증",
        "testing strategy", "test strategy", "测试策略", "测试用例", "검증 방법", "テスト方法",
        "prüfungen", "prüfung", "testdateien", "testfälle", "pruebas", "prueba", "testes", "teste", "essais",
        "单元测试", "测试文件", "テストファイル",
    ),
    "files": (
        "file", "files", "files to create/modify", "files to create", "files to modify", "files to change",
        "files touched", "files modified", "files changed", "file(s)", "owns", "files affected", "affected files",
        "modify", "create", "产出", "文件", "ファイル", "파일", "output files", "key files", "files involved",
        "target files", "files created", "files likely touched", "files to touch",
        "涉及文件", "修改文件", "文件路径", "변경 대상 파일", "변경 파일", "変更ファイル",
        "datei", "dateien", "betroffene dateien", "archivos", "archivo", "ficheros", "fichero", "arquivos",
        "arquivo", "ficheiros", "fichiers", "fichier", "修改的文件", "対象ファイル", "関連ファイル",
        "fichiers concernés", "fichier concerné", "fichiers à créer", "fichiers à modifier", "fichiers modifiés",
        "archivos afectados", "archivos a crear", "archivos a modificar", "archivos modificados",
        "arquivos afetados", "arquivos a criar", "arquivos a modificar", "arquivos modificados",
        "betroffene datei", "geänderte dateien", "neue dateien", "檔案", "涉及檔案", "相关文件", "作成ファイル",
    ),
    "effort": (
        "effort", "estimate", "estimated", "est", "estimated time", "estimated effort", "est. effort",
        "time estimate", "estimation", "duration", "estimated duration", "effort estimate", "time", "size",
        "estimated hours", "hours", "工数", "見積", "工作量", "预估", "复杂度", "예상 시간", "예상",
        "est.", "估算", "预计工时", "工时", "예상 소요",
        "aufwand", "geschätzter aufwand", "schätzung", "dauer", "esfuerzo", "esfuerzo estimado", "estimación",
        "duración", "esforço", "esforço estimado", "estimativa", "duração", "effort estimé", "estimation de temps",
        "durée", "tiempo estimado", "duración estimada", "estimación de tiempo", "tempo estimado", "duração estimada",
        "estimativa de tempo", "durée estimée", "temps estimé", "estimation du temps", "geschätzte dauer",
        "zeitaufwand", "预计工作量", "预估时间", "預估時間", "预计时间", "估计时间", "時間見積", "見積もり", "所要時間",
    ),
    "status": (
        "status", "state", "done", "progress", "状態", "状态", "ステータス", "상태",
        "zustand", "estado", "statut", "进度", "進捗",
    ),
    "agent": (
        "agent", "assignee", "assigned to", "owner", "assigned agent", "담당", "担当", "负责",
        "assigned", "负责人", "担当者", "담당자",
        "agents", "expert", "experts", "zuständig", "verantwortlich", "responsable", "responsável", "agente",
        "agent assigné", "执行者", "担当エージェント",
    ),
    "commit": ("commit", "commit message", "suggested commit", "git 이력"),
    "behaviour": (
        "behavior", "behaviour", "behaviors", "behaviours", "bdd", "scenario", "scenarios", "bdd scenario",
        "bdd scenarios", "expected behavior", "expected behaviour",
    ),
    "objective": (
        "objective", "goal", "what", "description", "purpose", "objectives", "summary", "task", "implements", "목표",
        "설명", "구현 내용", "目的", "目标", "概要", "内容", "範囲",
        "ziel", "beschreibung", "objetivo", "descripción", "descrição", "objectif", "描述", "説明",
    ),
    "acceptance": (
        "acceptance criteria", "acceptance", "ac", "acs", "success criteria", "definition of done", "dod",
        "done when", "criteria", "gate", "quality gate", "exit gate", "complete when",
        "exit criteria", "完了条件", "受け入れ条件",
        "验收", "验收标准", "완료 조건", "完成条件", "완료 기준", "완료조건", "受入条件", "验收条件",
        "akzeptanzkriterien", "criterios de aceptación", "critérios de aceitação", "critères d'acceptation",
    ),
    "id": ("task id", "id", "task-id"),
    "stream": ("phase", "stream", "workstream", "epic", "track", "milestone", "module"),
}  # fmt: skip

SPECIFICATION_WORDS = (
    ("end-to-end", ("e2e", "end-to-end", "end to end")),
    ("security", ("security", "sicherheit", "seguridad", "segurança", "sécurité", "安全", "セキュリティ")),
    ("performance", ("performance", "leistung", "rendimiento", "desempenho", "性能")),
    ("integration", ("integration", "integración", "integração", "集成", "統合")),
)
"""Words in the labels of specifications, with their kinds; the first counts."""

TASKS_ONLY_LABELS = frozenset((
    "after", "needs", "input", "inputs", "builds on", "based on", "uses", "follows", "waits for", "preceded by",
    "can start after", "requirements", "requisitos", "requisiti", "anforderungen", "exigences",
))  # fmt: skip
"""Labels that mean dependencies if their value begins with a task, and anything else otherwise."""


def plain_label(label: str) -> str:
    """Return a label in small letters without accents, as it is compared.

    >>> plain_label("Dépendances"), plain_label("テスト")
    ('dependances', 'テスト')
    """
    decomposed = unicodedata.normalize("NFD", label.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


# accents and umlauts on Latin letters; Japanese marks belong to their letters
_ACCENTS = late_pattern(r"(?<=[a-z])[\u0300-\u036f]+")
FIELD_BY_LABEL = {plain_label(label): field for field, labels in LABELS.items() for label in labels}

LIST_FIELDS = frozenset(("files", "tests", "behaviour", "acceptance"))
"""Fields whose value may go on as a list below a sentence."""

TASK_FIELDS = frozenset(("depends", "tests", "files", "effort", "status", "commit", "agent"))
"""Fields that only a task has; other sections have objectives and criteria, too."""

MAX_LABEL = 120
"""Letters of the longest label, with its marks and what is in parentheses behind it."""


@lru_cache(maxsize=1024)
def field_name(label: str) -> str | None:
    """Return the field that a label names, or None for an unknown label.

    >>> field_name("**Blocked by**"), field_name("dependsOn"), field_name("Files (new)"), field_name("Risk")
    ('depends', 'depends', 'files', None)
    """
    if len(label) > MAX_LABEL:
        return None
    spaced = re.sub(r"(?<=[a-z])_(?=[a-z])|(?<=[a-z])(?=[A-Z])", " ", label)  # "dependsOn" -> "depends On"
    plain = re.sub(r"[*_`]", "", spaced)
    plain = re.sub(r"\s*[(（][^)）]*[)）]\s*$", "", plain)  # "Files (new)" -> "Files"
    plain = plain_label(plain.strip(" \t:：\n"))
    return FIELD_BY_LABEL.get(plain) or FIELD_BY_LABEL.get(re.sub(r"^\W+", "", plain))


def specification_kind(name: str | None, label: str) -> str:
    """Return the kind of a specification by its field and label, or an empty text for another field.

    >>> specification_kind("tests", "Integration tests"), specification_kind(None, "Risk")
    ('integration', '')
    """
    if name not in (None, "tests", "acceptance"):
        return ""
    plain = label.casefold()
    by_word = next((kind for kind, words in SPECIFICATION_WORDS if any(word in plain for word in words)), "")
    return by_word or {"tests": "test", "acceptance": "acceptance"}.get(name or "", "")
