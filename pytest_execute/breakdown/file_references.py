"""Files and tests in a text: in backticks, in pytest commands, or bare.

- **Files**: `src/app/db.py:40-60`, src/app/report.py
- **Tests**: `pytest -q tests/test_report.py -k saves`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from pytest_execute.breakdown.blocks import lines_before
from pytest_execute.breakdown.fields import ValuePart
from pytest_execute.breakdown.vocabulary import FILE_ENDINGS, FILES_WITHOUT_ENDING
from pytest_execute.core.file_names import is_possible_path
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import FileRef, TestRef

# matches "`a.py`", "``a`b``"
_CODE_SPAN = late_pattern(r"(`(?<!``)`{0,3})(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
# matches the end of "src/a.py:40-60", "./a.py#L3"
_LINES = late_pattern(r"(?::|#L)(?P<first>\d+)(?:(?:-L?|–)(?P<last>\d+))?\Z")
# matches "src/a.py", "./a.py"; a name stands before the ending
_FILE = late_pattern(r"(?:[\w@.+{}\[\](),/-]*/)?[\w@.+{}\[\],-]+\.[A-Za-z]\w{0,9}")
# matches "src/app/"
_DIRECTORY = late_pattern(r"/?(?:[\w@.+-]+/)+")
# matches "src/my file.py"
_FILE_WITH_BLANKS = late_pattern(r"(?:\.{0,2}/)?[\w@.+-]+/(?:[^/\n`:*?]+/)*[^/\n`:*?]+\.[A-Za-z]\w{0,9}")
# matches the numbers in "1.5", the ellipsis in "src/.../a.py", and "spec.md/plan.md", which are two files
_NO_FILE = late_pattern(r"^[\d.]+$|\.\.\.|\.(?:md|py|json|ya?ml|toml|txt)/")
# matches "/about/", an address on a server
_ROUTE = late_pattern(r"/[\w/{}\[\]:-]*/")
# matches "src/*.py", "src/a.py and src/b.py"; not "POST /api/x.json", "https://example.org/a.html"
_UNREAD_FILE = late_pattern(r"(?!\w+://)[\w@.+*?{}\[\]-]+/[^`\n]*")
# matches "src/*.py:" and "src\\a.py" outside backticks
_WORD = late_pattern(r"[^\s,;()`\"]+")
# matches the ".py" of "src/*.py:"
_WORD_ENDING = late_pattern(r"\.\w{1,10}(?![\w.])")
# matches '"src/a b.py"', '"tests/test_a.py::test_b"'
_QUOTED_NAME = late_pattern(r'"([^"`\n]{0,300}\w\.\w{1,10}(?:::[^"`\n]{0,300})?)"')
# matches "tests/test_a.py::test_b[1 2]" outside backticks
_BARE_NODEID = late_pattern(r"(?<![`\w./-])[\w./-]+\.py::[\w:.-]{1,300}\[[^\]\n`]{0,300}\s[^\]\n`]{0,300}\]")
# matches "src/(auth)/[id]/page.tsx" outside backticks
_BARE_ROUTE = late_pattern(
    r"(?<![`\w/.-])[\w.-]{1,99}/(?:[\w.\[\]-]{1,99}/){0,9}(?:\([\w-]{1,99}\)/)(?:[\w.()\[\]-]{1,99}/){0,9}"
    r"[\w.\[\]-]{1,99}\.\w{1,10}\b"
)
# matches the beginning of "Unchanged: `a.py`", "Do not touch: `b.py`", "Reference: `c.md`"
_UNCHANGED_FILES = late_pattern(
    r"\W*(?:explicitly\s+)?(?:unchanged|untouched|do\s+not\b|don't\b|not\s+(?:changed|touched|modified)|no\s+changes?\b"
    r"|out\s+of\s+scope|references?\b|read(?:[- ]only)?\b|consult\b|context\b|see\b)[^:\n]{0,30}:",
    re.IGNORECASE,
)
# matches "No changes to `a.py` and `b.py`", "without touching src/a.py", "(not `a.py`)"
_UNTOUCHED = late_pattern(
    r"\b(?:(?:but\s+)?not(?=\s+`)|except(?:\s+for)?|no\s+changes?\s+(?:to|in)|"
    r"(?:do\s+not|don't|never|without)\s+(?:touch|chang|modif|edit)\w*)\s+(?:the\s+)?"
    r"(?:`[^`\n]+`|[\w./-]+)(?:(?:\s*,\s*|\s+(?:and|or)\s+)`[^`\n]+`)*"
    r"|\b(?:leav|keep)(?:e|ing)?\s+(?:the\s+)?(?:`[^`\n]+`|[\w./-]+)\s+(?:alone|unchanged|untouched|intact"
    r"|as\s+(?:it\s+)?is)\b"
    r"|(?:`[^`\n]+`|(?<![\w./-])[\w./-]+)\s+(?:(?:must|should|will)\s+)?(?:stays?|remains?|is)\s+(?:as\s+it\s+is"
    r"|unchanged|untouched)\b",
    re.IGNORECASE,
)
# matches directories beside tests: "tests/fixtures/", "tests/__mocks__/"
_HELPERS = late_pattern(r"(?:^|/)(?:fixtures?|data|mocks|__mocks__|helpers?|support|__?snapshots?(?:__)?)(?:/|$)")
# matches "test_a.py", "a_test.go", "a.spec.ts", "ATest.java"
_TEST_NAME = late_pattern(r"test_.*|.*(?:_test|\.test|\.spec|Tests?)\.\w+|tests?\.py")
# matches "tests/test_a.py::TestA::test_b[1]"
_NODEID = late_pattern(r"[\w./-]+\.py(?:::[\w.-]+(?:\[[^\]`]*\])?)+")
# matches the file of "tests/test_a.py::test_b[[1]]", "tests/more tests.py", "tests/rates.yaml::rate of today"
_WRITTEN_FILE = late_pattern(r"[^`:\n]*[^\s`:/]\.(?P<ending>\w{1,10})")
# matches "tests/test_a.py", "a.py", "tests/unit/", "src/app/tests"
_TEST_PATH = late_pattern(
    r"(?:\./)?(?:[\w.-]+/)*[\w.-]+\.py|(?:\./)?(?:tests?|testing|spec)(?:/[\w.-]+)*/?"
    r"|(?:[\w.-]+/)+tests?(?:/(?!tests?(?:/|$))[\w-]+)*/?"
)
# matches "src/a.py", "pyproject.toml", "src/app/" outside backticks; not "https://example.org/a.html"
_BARE_FILE = late_pattern(
    r"^(?!https?:)(?:[\w.{}\[\]-]+/)*[\w.{}\[\]-]+\.(?:pyi?|toml|md|cfg|ini|ya?ml|json|[jt]sx?|html|css|sql|sh|rs|go"
    r"|exs?|rb|java|txt)(?![A-Za-z0-9_/])"
    r"|^[\w.-]+/(?:[\w.-]+/)*$"
    rf"|^(?!https?:)(?:[\w.{{}}\[\]-]+/)+[\w.{{}}\[\]-]+\.(?:{'|'.join(sorted(FILE_ENDINGS))})(?![A-Za-z0-9_/])"
)
# matches "pytest -q tests/test_a.py" in "run `uv run pytest -q tests/test_a.py; ls`"
_PYTEST_COMMAND = late_pattern(r"(?:^|[\s;&|(])(?:pytest|py\.test)(?=\s|$)(?P<words>[^;&|`\n]*)")
_OPTIONS_WITH_VALUE = frozenset(
    (
        "-k",
        "-m",
        "-p",
        "-n",
        "-c",
        "-o",
        "-W",
        "--maxfail",
        "--deselect",
        "--ignore",
        "--timeout",
        "--durations",
        "--tb",
    )
)
"""Options of pytest, pytest-xdist (-n) and pytest-timeout (--timeout) whose next word is no path."""


def referenced_files(parts: Iterable[ValuePart]) -> tuple[FileRef, ...]:
    """Return the files that a Files field names, each once, with their line ranges."""
    own = [_without_untouched(part) for part in parts if not part.is_code]
    refs = [
        FileRef(path.removeprefix("./"), line, first, last)
        for part in own
        if not _UNCHANGED_FILES.match(part.text)
        for text, line in _candidates(part)
        for path, first, last in _parse_file(text)
    ]
    return tuple({(ref.path, ref.first, ref.last): ref for ref in reversed(refs)}.values())[::-1]


def _without_untouched(part: ValuePart) -> ValuePart:
    text = _UNTOUCHED.sub(blank_out, part.text)
    return part if text == part.text else structs.replace(part, text=text)


def blank_out(found: re.Match[str]) -> str:
    """Return blanks in the place of a text; line ends are kept."""
    return "\n".join(" " * len(line) for line in found[0].split("\n"))


def _candidates(part: ValuePart) -> Iterator[tuple[str, int]]:
    """Yield the code spans of a text, then the bare words that can only be paths; each with its line."""
    text = _with_code_marks(part.text)
    for span in _CODE_SPAN.finditer(text):
        yield span[2].strip(), part.line + lines_before(text, span.start())
    rest = _CODE_SPAN.sub(blank_out, text)
    for word in re.finditer(r"[^\s,;()（）、，]+", rest):
        bare = word[0].lstrip("*\"':").rstrip(".:*\"'")
        if found := _BARE_FILE.search(bare):
            is_whole_word = bare[found.end() :].isascii()  # Japanese has no blank behind a path: "src/a.pyに足す"
            yield bare if is_whole_word else found[0], part.line + lines_before(text, word.start())


def _with_code_marks(text: str) -> str:
    """Return the text with code marks around names that would be cut at their blanks."""
    text = _QUOTED_NAME.sub(r"`\1`", text) if '"' in text else text
    text = _BARE_ROUTE.sub(r"`\g<0>`", text) if "(" in text else text
    return _BARE_NODEID.sub(r"`\g<0>`", text) if "::" in text and "[" in text else text


def _parse_file(text: str) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield the path with its first and last line, if the text is a file."""
    if text in FILES_WITHOUT_ENDING:
        yield text, None, None
        return
    text = text.partition("::")[0] if ".py::" in text else text
    if _has_blanks(text) and _FILE_WITH_BLANKS.fullmatch(text) and _ending(text) in FILE_ENDINGS:
        yield text, None, None
    lines = _LINES.search(text)
    path = text[: lines.start()] if lines else text
    if not (_FILE.fullmatch(path) or _DIRECTORY.fullmatch(path)) or _NO_FILE.search(path) or _ROUTE.fullmatch(path):
        return
    if is_possible_path(path) and ("/" in text or _ending(path) in FILE_ENDINGS):
        first = _line_number(lines["first"]) if lines else None
        yield path, first, _line_number(lines["last"]) if lines and lines["last"] else first


def _line_number(digits: str) -> int:
    """Return a number of a line; one that no file has stands for all that are larger."""
    return int(digits) if len(digits) < 10 else _LARGEST_LINE


_LARGEST_LINE = 999_999_999


def _has_blanks(text: str) -> bool:
    """Return whether a text is one name with blanks: only its last word has the ending of a file."""
    *words, _ = text.split() or [""]
    return bool(words) and not any(_ending(word) in FILE_ENDINGS for word in words)


def _ending(text: str) -> str:
    return text.rpartition(".")[2].casefold()


def unread_files(parts: Iterable[ValuePart]) -> Iterator[tuple[str, int]]:
    """Yield the names, with their lines, that look like paths and cannot be read as such."""
    for part in parts:
        if part.is_code or _UNCHANGED_FILES.match(part.text):
            continue
        text = _with_code_marks(part.text)
        names = [(span[2].strip(), span.start()) for span in _CODE_SPAN.finditer(text)]
        names += _unread_words(_CODE_SPAN.sub(blank_out, text))
        for name, offset in names:
            if _looks_like_file(name) and not any(_parse_file(name)):
                yield name, part.line + lines_before(text, offset)


def _unread_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the words, with their offsets, that have a wildcard or a backslash before the ending of a file."""
    for word in _WORD.finditer(text):
        ends = [found.end() for found in _WORD_ENDING.finditer(word[0])] if "*" in word[0] or "\\" in word[0] else []
        name = word[0][: ends[-1]] if ends else ""
        if re.search(r"[*\\]", name):
            yield name, word.start()


def _looks_like_file(text: str) -> bool:
    is_path = _UNREAD_FILE.fullmatch(text) or "\\" in text or _has_blanks(text)
    return bool(is_path) and _ending(text) in FILE_ENDINGS


def referenced_tests(parts: Iterable[ValuePart], only_test_names: bool = False) -> tuple[TestRef, ...]:
    """Return the nodeids, Python files and test directories that a text names, each once.

    `only_test_names` leaves out files that are not named like tests, or only belong to tests: `tests/conftest.py`.
    """
    found = [(target.removeprefix("./"), line) for part in parts for target, line in _test_targets(part)]
    lines = {target: line for target, line in reversed(found) if not only_test_names or _may_hold_tests(target)}
    return tuple(TestRef(target, line) for target, line in reversed(lines.items()))


def _may_hold_tests(target: str) -> bool:
    """Return True for a directory of tests, and for what is named like tests; helpers beside them hold none."""
    path, colons, _ = target.partition("::")
    is_directory = "." not in path.rpartition("/")[2] and not _HELPERS.search(path)
    return is_test_path(target) and "*" not in path and (is_directory or bool(colons) or is_named_like_tests(path))


def is_named_like_tests(path: str) -> bool:
    """Return True for a directory or file that is named like tests."""
    is_directory = path.endswith("/") and is_test_path(path) and not _HELPERS.search(path)
    return is_directory or _TEST_NAME.fullmatch(path.rpartition("/")[2]) is not None


def is_test_path(target: str) -> bool:
    """Return True for a path or nodeid that is named like a test.

    >>> is_test_path("tests/a.py"), is_test_path("src/test_a.py::f"), is_test_path("src/a.py")
    (True, True, False)
    """
    path = target.partition("::")[0]
    name = path.rstrip("/").rpartition("/")[2]
    return bool(re.match(r"(?:.*/)?tests?(?:/|$)", path)) or name.startswith("test_") or name.endswith("_test.py")


def _test_targets(part: ValuePart) -> Iterator[tuple[str, int]]:
    """Yield nodeids and paths with their lines; in code only those of pytest commands."""
    if part.is_code:
        for offset, line in enumerate(part.text.split("\n")):
            yield from ((target, part.line + offset) for target in _command_targets(line))
        return
    for text, line_number in _candidates(part):
        if _PYTEST_COMMAND.search(text):
            yield from ((target, line_number) for target in _command_targets(text))
        else:
            yield from ((target, line_number) for target in _named_targets(text))
    if "`" not in part.text and _PYTEST_COMMAND.search(part.one_line):
        yield from ((target, part.line) for target in _command_targets(part.one_line))


def _named_targets(text: str) -> Iterator[str]:
    """Yield the tests that a text names: one, as it is written, or several between blanks; none of another command."""
    words = text.split()
    if len(words) > 1 and all(map(is_target, words)) and words[0].endswith(".py"):
        yield from words
    elif is_target(text) or (_is_written_test(text) and (len(words) == 1 or "/" in words[0])):
        yield text


def _is_written_test(text: str) -> bool:
    """Return True for a file, or a file and a name in it, that may hold blanks and brackets."""
    path, colons, name = text.partition("::")
    file = _WRITTEN_FILE.fullmatch(path)
    is_file = file is not None and is_possible_path(path) and (bool(colons) or file["ending"] == "py")
    return is_file and (not colons or re.fullmatch(r"\S.*", name) is not None)


def _command_targets(text: str) -> Iterator[str]:
    """Yield the nodeids and paths in the pytest commands of a text."""
    for command in _PYTEST_COMMAND.finditer(" ".join(text.split())):
        words = re.findall(r"\"[^\"]*\"|'[^']*'|\S+", command["words"])
        for before, word in zip(["", *words], words, strict=False):
            if before not in _OPTIONS_WITH_VALUE and not word.startswith("-") and is_target(word):
                yield word


def is_target(word: str) -> bool:
    """Return True for a nodeid or path that pytest may be given."""
    is_name = _NODEID.fullmatch(word) is not None or _TEST_PATH.fullmatch(word) is not None
    return is_name and is_possible_path(word.partition("::")[0])
