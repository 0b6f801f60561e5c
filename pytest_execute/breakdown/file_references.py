"""Files and tests as a text names them: in backticks, in commands, or bare."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from pytest_execute.breakdown.fields import ValuePart
from pytest_execute.core.plan import FileRef, TestRef

_SPAN = re.compile(r"(?<!`)(`{1,4})(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_FILE = re.compile(
    r"(?P<path>(?:\.{0,2}/)?[\w@.+-]*(?:[\w@.+{}\[\],-]*/)*[\w@.+{}\[\],-]+\.[A-Za-z]\w{0,9}|(?:\.{0,2}/)?(?:[\w@.+-]+/)+)"
    r"(?:(?::|#L)(?P<first>\d+)(?:(?:-L?|–)(?P<last>\d+))?)?"
)
_NO_PATH = re.compile(r"^[\d.]+$|\.\.\.|\.(?:md|py|json|ya?ml|toml|txt)/")
"""Numbers, paths with a part left out, and several files with a slash between them."""
_LINK = re.compile(r"\]\([^()\n]*\)")
_ENDINGS = frozenset(
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
"""What a file's name without a directory ends with; `np.array` is none."""
_PLAIN_NAMES = {
    "Dockerfile",
    "Makefile",
    "Justfile",
    "Procfile",
    "LICENSE",
    "CODEOWNERS",
    ".gitignore",
    ".dockerignore",
    ".env",
}
_SPARED = re.compile(
    r"\W*(?:explicitly\s+)?(?:unchanged|untouched|do\s+not\b|don't\b|not\s+(?:changed|touched|modified)|no\s+changes?\b"
    r"|out\s+of\s+scope|references?\b|read(?:[- ]only)?\b|consult\b|context\b|see\b)[^:\n]{0,30}:",
    re.IGNORECASE,
)
"""The beginning of a line of files that the task leaves as they are."""
_NODEID = re.compile(r"[\w./-]+\.py(?:::[\w.-]+(?:\[[^\]`]*\])?)+")
_TEST_PATH = re.compile(
    r"(?:\./)?(?:[\w.-]+/)*[\w.-]+\.py|(?:\./)?(?:tests?|testing|spec)(?:/[\w.-]+)*/?|(?:[\w.-]+/)+tests?(?:/[\w-]+)*/?"
)
_BARE = re.compile(
    r"^(?!https?:)(?:[\w.{}\[\]-]+/)*[\w.{}\[\]-]+\.(?:pyi?|toml|md|cfg|ini|ya?ml|json|[jt]sx?|html|css|sql|sh|rs|go|exs?|rb|java|txt)(?![A-Za-z0-9_/])"
    r"|^[\w.-]+/(?:[\w.-]+/)*$"
)
_COMMAND = re.compile(r"(?:^|[\s;&|(])(?:pytest|py\.test)(?=\s|$)(?P<words>[^;&|`\n]*)")
_TAKES_VALUE = {
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
}


def referenced_files(pieces: Iterable[ValuePart]) -> tuple[FileRef, ...]:
    """The files that a Files field names, each once, with their line ranges."""
    found = [
        FileRef(path.removeprefix("./"), line, first, last)
        for piece in pieces
        if not piece.code and not _SPARED.match(piece.text)
        for text, line in _candidates(piece)
        for path, first, last in _file(text)
    ]
    return tuple({(ref.path, ref.first, ref.last): ref for ref in reversed(found)}.values())[::-1]


def mentioned_files(pieces: Iterable[ValuePart]) -> tuple[FileRef, ...]:
    """The files that a sentence names in passing: in backticks, or bare with a directory before them; no links."""
    plain = [structs.replace(piece, text=_LINK.sub("]", piece.text)) for piece in pieces]
    named = (ref for ref in referenced_files(plain) if "/" in ref.path and not ref.path.startswith("../"))
    return tuple(ref for ref in named if not is_test_path(ref.path))


def _candidates(piece: ValuePart) -> Iterator[tuple[str, int]]:
    """The code spans of a text, then the bare words in it that can only be paths."""
    rest = piece.text
    for span in _SPAN.finditer(piece.text):
        yield span[2].strip(), piece.line + piece.text.count("\n", 0, span.start())
        rest = rest[: span.start()] + re.sub(r"[^\n]", ",", span[0]) + rest[span.end() :]
    for word in re.finditer(r"[^\s,;()（）、，]+", rest):
        bare = word[0].lstrip("*\"':").rstrip(".:*\"'")
        if found := _BARE.search(bare):
            alone = bare[found.end() :].isascii()  # 日本語 needs no blank behind a path
            yield bare if alone else found[0], piece.line + rest.count("\n", 0, word.start())


def _file(text: str) -> Iterator[tuple[str, int | None, int | None]]:
    if text in _PLAIN_NAMES:
        yield text, None, None
        return
    found = _FILE.fullmatch(text)
    named = found is not None and ("/" in text or found["path"].rpartition(".")[2].casefold() in _ENDINGS)
    if found and named and not _NO_PATH.search(found["path"]):
        first = int(found["first"]) if found["first"] else None
        yield found["path"], first, int(found["last"]) if found["last"] else first


def referenced_tests(pieces: Iterable[ValuePart], strict: bool = False) -> tuple[TestRef, ...]:
    """The nodeids, Python test files and test directories that a text names, each once.

    `strict` leaves out Python files whose name is not that of a test file.
    """
    found = [(target.removeprefix("./"), line) for piece in pieces for target, line in _targets(piece)]
    chosen = {target: line for target, line in reversed(found) if not strict or is_test_path(target)}
    return tuple(TestRef(target, line) for target, line in reversed(chosen.items()))


def is_test_path(target: str) -> bool:
    """Whether a path is that of a test by its name.

    >>> looks_like_test("tests/a.py"), looks_like_test("src/test_a.py::f"), looks_like_test("src/a.py")
    (True, True, False)
    """
    path = target.partition("::")[0]
    name = path.rstrip("/").rpartition("/")[2]
    return bool(re.match(r"(?:.*/)?tests?(?:/|$)", path)) or name.startswith("test_") or name.endswith("_test.py")


def _targets(piece: ValuePart) -> Iterator[tuple[str, int]]:
    if piece.code:
        for number, line in enumerate(piece.text.split("\n")):
            yield from ((target, piece.line + number) for target in _command(line))
        return
    for text, at in _candidates(piece):
        if _COMMAND.search(text):
            yield from ((target, at) for target in _command(text))
        elif _NODEID.fullmatch(text) or _TEST_PATH.fullmatch(text):
            yield text, at
    if "`" not in piece.text and _COMMAND.search(piece.joined):
        yield from ((target, piece.line) for target in _command(piece.joined))


def _command(text: str) -> Iterator[str]:
    """The paths that a pytest command runs."""
    for found in _COMMAND.finditer(" ".join(text.split())):
        words = re.findall(r"\"[^\"]*\"|'[^']*'|\S+", found["words"])
        for before, word in zip(["", *words], words, strict=False):
            if (
                before not in _TAKES_VALUE
                and not word.startswith("-")
                and (_NODEID.fullmatch(word) or _TEST_PATH.fullmatch(word))
            ):
                yield word
