"""Files that the title of a task names: each is read, or told."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from .plans import problems_except_fields, read_plan


def files(title: str) -> list[str]:
    return [ref.path for ref in read_plan(f"- [ ] T001 {title}\n- [ ] T002 Rest\n").tasks[0].files]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Create the page `index.html` and `styles.css`", ["index.html", "styles.css"]),
        ("Add `pyproject.toml` by `data-model.md`", ["pyproject.toml"]),
        ("Change `app.py` as `src/app.py` wants", ["app.py", "src/app.py"]),
        ("Build it in `src/app/(auth)/projects/[id]/page.tsx`", ["src/app/(auth)/projects/[id]/page.tsx"]),
        ("Build it in src/app/(auth)/[id]/page.tsx now", ["src/app/(auth)/[id]/page.tsx"]),
        ("建立頁面在 pages/posts/[id].vue（使用 A）", ["pages/posts/[id].vue"]),
        ("建立元件在 components/Editor.vue（單欄）", ["components/Editor.vue"]),
        ("Contract test in web/src/__tests__/a/test_theme.ts", ["web/src/__tests__/a/test_theme.ts"]),
        ("Component test in `src/a.test.tsx`", ["src/a.test.tsx"]),
        ("Write `Dockerfile` and `.env.example`", ["Dockerfile", ".env.example"]),
        ("Open `/about/` and `/courses/`", []),
        ("Take `np.array`, `self.run`, `a.b.go_on` and `1.5`", []),
        ("Call `app.js.map()` and `GET /api/x.json`", []),
    ],
)
def test_files_in_the_title_of_a_task(title: str, expected: list[str]) -> None:
    assert files(title) == expected


def test_a_path_in_a_title_that_is_not_understood_is_told() -> None:
    text = "- [ ] T001 Write `src/*/page.tsx`\n- [ ] T002 Rest\n"
    message = "`src/*/page.tsx` in the title of task T001 is not understood: write one path, without wildcards"
    assert problems_except_fields(text) == [f"b.md:1: warning: {message} (unknown-file)"]
