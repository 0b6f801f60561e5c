"""Checks of this project. `nox --list` shows them, `nox -s lint` runs one, `.ci/run` runs them all.

| session | what it needs to pass |
| --- | --- |
| `package` | the wheel, installed alone, runs the README's first command |
| `lint` | ruff's rules and format, and Markdown of at most 120 columns |
| `types` | mypy, strict, on the package, the benchmarks and the tests |
| `imports` | the import contracts of pyproject.toml |
| `docs` | the documentation builds without a warning |
| `schemas` | the files of GitHub and of pre-commit follow their published schemas |
| `changelog` | towncrier can render the fragments in changelog.d |
| `own_topic` | pytest-execute passes a task of its own, from this repository's history |
| `tests` | the tests pass against the built wheel, on each Python that is installed |
| `coverage` | on demand: how much of the package the tests reach |

Each session has an environment of its own, with only the tools that it needs; their versions are in pyproject.toml.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox

ROOT = Path(__file__).parent
SPREAD = ("-n", "auto", "--dist", "loadfile")
"""Options of pytest-xdist: one worker for each core, and the tests of a file stay together."""

ON_EVERY_PYTHON = (
    "tests/breakdown",
    "tests/core",
    "tests/coverage",
    "tests/engine",
    "tests/gates",
    "tests/mutation",
    "tests/reports",
    "tests/tools",
    "tests/replay/test_accesses.py",
    "--ignore=tests/breakdown/test_properties.py",
    "--ignore=tests/coverage/test_beside_pytest_cov.py",
    "--ignore=tests/coverage/test_equality.py",
    "--ignore=tests/coverage/test_export.py",
    "--ignore=tests/engine/test_no_fork.py",
    "--ignore=tests/mutation/test_cache.py",
    "--ignore=tests/mutation/test_hollow_tests.py",
    "--ignore=tests/mutation/test_mutate.py",
    "--ignore=tests/mutation/test_pytest_plugins.py",
)
"""Tests of what another Python may break, without slow ones that none would. The README's command runs all tests, on
one Python.
"""

SCHEMAS = {
    "github-actions": "action.yml",
    "github-workflows": ".github/workflows/*.yml",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "dependabot": ".github/dependabot.yml",
}
"""The schemas that check-jsonschema brings along, and the files that follow them."""

nox.needs_version = ">=2025.10.16"
nox.options.default_venv_backend = "venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["package", "lint", "types", "imports", "docs", "schemas", "changelog", "own_topic", "tests"]


def find_python(version: str) -> str | None:
    """Return the first Python of this version that can make environments, from the path or from pyenv."""
    candidates = [shutil.which(f"python{version}")]
    if shutil.which("pyenv"):
        root = subprocess.run(["pyenv", "root"], check=True, capture_output=True, text=True).stdout.strip()
        candidates += map(str, sorted(Path(root, "versions").glob(f"{version}.*/bin/python")))
    return next((path for path in candidates if path and _makes_environments(path, version)), None)


def _makes_environments(python: str, version: str) -> bool:
    """Return whether this is that Python, with the modules that venv and pip need; a pyenv shim may be neither."""
    code = f"import ensurepip, ssl, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def _installed_pythons() -> Iterator[str]:
    """Yield the supported versions that are installed, and put each where nox looks for it: first on the path."""
    for version in ("3.10", "3.11", "3.12", "3.13"):
        if python := find_python(version):
            yield version
            if python != shutil.which(f"python{version}"):
                os.environ["PATH"] = os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])


PYTHONS = list(_installed_pythons())


def tools(*names: str) -> list[str]:
    """Return the requirements of these tools, as the extra `dev` or `test` of pyproject.toml declares them."""
    extras = nox.project.load_toml(ROOT / "pyproject.toml")["project"]["optional-dependencies"]
    requirements = {re.split(r"[^\w-]", line, maxsplit=1)[0]: line for line in (*extras["dev"], *extras["test"])}
    return [requirements[name] for name in names]


def built_wheel(session: nox.Session) -> Path:
    """Return the one wheel in dist/, which the session `package` builds."""
    wheels = sorted(ROOT.glob("dist/*.whl"))
    if len(wheels) != 1:
        session.error(f"dist/ has {len(wheels)} wheels, but one is needed: run `nox -s package` first")
    return wheels[0]


@contextmanager
def tree_without_package(session: nox.Session) -> Iterator[None]:
    """Work in a copy of this repository without pytest_execute/, so that only the installed wheel can be imported."""
    listed = session.run("git", "ls-files", "-co", "--exclude-standard", external=True, silent=True, log=False) or ""
    with tempfile.TemporaryDirectory() as directory:
        for name in listed.splitlines():
            if not name.startswith("pytest_execute/") and (ROOT / name).is_file():
                target = Path(directory, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        with session.chdir(directory):
            yield


@nox.session
def package(session: nox.Session) -> None:
    """Build the wheel, install it alone, and run the demo and some commands with it."""
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    session.run_install("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "dist", ".")
    session.install("--quiet", str(built_wheel(session)))
    with tempfile.TemporaryDirectory() as directory, session.chdir(directory):
        session.run("pytest-execute", "demo", "ferry")
        with session.chdir("ferry"):
            session.run("pytest-execute", "check", "ferry")
            session.run("pytest-execute", "next", "ferry")
            session.run("python", "-m", "pytest", "-q", "--execute-topic=ferry", "--execute-task=1")
    session.run("python", "-I", "-c", "import pytest_execute as p; assert 'site-packages' in p.__file__, p.__file__")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style: ruff's rules, its format, and the width of Markdown."""
    session.install("--quiet", *tools("ruff"))
    session.run("ruff", "check", "--output-format=concise")
    session.run("ruff", "format", "--check")
    session.run("python", ".ci/markdown_width.py")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install("--quiet", "-e", ".[test]", *tools("mypy", "nox"))
    session.run("mypy")


@nox.session
def imports(session: nox.Session) -> None:
    """Check that imports point down."""
    session.install("--quiet", "-e", ".", *tools("import-linter"))
    session.run("lint-imports", "--no-logo")


@nox.session
def docs(session: nox.Session) -> None:
    """Build docs/_build/index.html."""
    session.install("--quiet", "-e", ".", *tools("furo", "myst-parser", "sphinx"))
    session.run("sphinx-build", "-q", "-W", "-n", "-E", "-b", "html", "docs", "docs/_build")


@nox.session
def schemas(session: nox.Session) -> None:
    """Check the files of GitHub and of pre-commit."""
    session.install("--quiet", *tools("check-jsonschema", "pre-commit"))
    for schema, pattern in SCHEMAS.items():
        files = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(pattern))]
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    session.run("pre-commit", "validate-config", ".pre-commit-config.yaml")
    session.run("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")


@nox.session
def changelog(session: nox.Session) -> None:
    """Render the fragments; `nox -s changelog -- origin/main` also requires one for what changed since that branch."""
    session.install("--quiet", *tools("towncrier"))
    session.run("towncrier", "build", "--draft", "--version", "unreleased")
    for branch in session.posargs:
        session.run("towncrier", "check", "--compare-with", branch)


@nox.session
def own_topic(session: nox.Session) -> None:
    """Judge a task of the last topic in notes/ from this repository's own history."""
    session.install("--quiet", "-e", ".[test]")
    shallow = session.run("git", "rev-parse", "--is-shallow-repository", external=True, silent=True, log=False) or ""
    if shallow.strip() == "true":
        session.skip("a shallow clone has no history that could prove anything")
    session.run("python", "-m", "pytest", "-q", "--execute-topic=patterns", "--execute-task=1")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests of what another Python may break, against the wheel."""
    session.install("--quiet", f"{built_wheel(session)}[test]")
    missing = [name for name in ON_EVERY_PYTHON if not (ROOT / name.removeprefix("--ignore=")).exists()]
    if missing:
        session.error(f"noxfile.py names tests that do not exist: {', '.join(missing)}")
    with tree_without_package(session):
        session.run("python", "-m", "pytest", *SPREAD, *(session.posargs or ON_EVERY_PYTHON))


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Measure what the tests reach; pytest-cov cannot, as pytest imports the plugin before it."""
    session.install("--quiet", f"{built_wheel(session)}[test]")
    with tree_without_package(session):
        session.run("coverage", "run", "-m", "pytest", *SPREAD, *session.posargs)
        session.run("coverage", "combine", "--quiet")
        session.run("coverage", "report", "--skip-covered")
