"""A path that came or went is looked at wherever a test asks for it, in all the ways that this Python has."""

from __future__ import annotations

from pathlib import Path

from tests.replay.replaying import replay
from tests.repository import Repository

WAYS = {
    "opens": "open(at('new/one'))",
    "opens from a directory": "os.open('one', os.O_RDONLY, dir_fd=os.open(at('new'), os.O_RDONLY))",
    "asks": "os.stat(at('new/one'))",
    "asks for a directory": "os.stat(path=at('new'))",
    "asks by a path of its own": "pathlib.Path(at('new/one')).lstat()",
    "asks as importlib does": "posix.stat(at('new/one'))",
    "asks whether it is there": "assert os.path.exists(at('new/one'))",
    "asks from a directory": "os.stat('new', dir_fd=os.open(at('.'), os.O_RDONLY))",
    "asks whether it may": "assert os.access(at('new/one'), os.R_OK)",
    "reads a link": "assert caught(os.readlink, at('new/one')).errno == errno.EINVAL",
    "goes there": "os.chdir(at('new'))",
    "lists": "assert 'new' in os.listdir(at('.'))",
    "scans": "assert 'new' in [entry.name for entry in os.scandir(at('.'))]",
    "scans by a descriptor": "assert 'new' in os.listdir(os.open(at('.'), os.O_RDONLY))",
    "walks": "assert any('one' in files for _, _, files in os.walk(at('.')))",
    "globs": "assert glob.glob(at('*/one'))",
    "globs by a path of its own": "assert [*pathlib.Path(at('.')).glob('new/o*')]",
    "imports": "import late",
    "imports what has no file": "import new",
    "imports from where nothing was": "sys.path.insert(0, at('lib')); import fresh",
    "imports by name": "importlib.import_module('app.later')",
    "finds": "assert importlib.util.find_spec('late')",
    "looks through a package": "assert 'later' in [module.name for module in pkgutil.iter_modules(app.__path__)]",
    "comes by a link": "os.symlink(at('.'), tmp_path / 'link'); os.stat(tmp_path / 'link' / 'new')",
    "starts another": "assert not subprocess.call([sys.executable, '-c', 'open(\"new/one\")'], cwd=at('.'))",
    "makes it": "caught(os.mkdir, at('new')).errno",
}
"""Tests that pass where `NEW` is there."""
NEW = {"new/one": "", "lib/fresh.py": "", "src/late.py": "", "src/app/later.py": ""}
LOOKS_EVERYWHERE = """
import errno, glob, importlib, importlib.util, os, pathlib, pkgutil, posix, subprocess, sys
import app
TOP = os.path.dirname(os.path.dirname(os.path.dirname(app.__file__)))
def at(path): return os.path.join(TOP, path)
def caught(function, path):
    try: function(path)
    except OSError as error: return error
"""
APP: dict[str, str | None] = {"src/app/__init__.py": ""}


def test_every_way_to_look_at_a_path_is_noticed(tmp_path: Path) -> None:
    """It is there in the middle, and then not before the end: the first pass counts."""
    repo = Repository(tmp_path / "repo")
    files = {f"tests/test_{number}.py": body for number, body in enumerate(WAYS.values())}
    tests = {file: f"{LOOKS_EVERYWHERE}def test_f(tmp_path):\n    {body}\n" for file, body in files.items()}
    base = repo.commit("base", {**APP, **tests})
    before = repo.commit("else", {"other": ""})
    there = repo.commit("there", dict(NEW))
    repo.git("rm", "-q", "-r", *NEW)
    repo.commit("gone", {})
    repo.commit("there again", dict(NEW))
    repo.commit("more", {"more": ""})
    proofs = replay(repo, [f"{file}::test_f" for file in files], base)
    turns = {way: (proof.before, proof.after) for way, proof in zip(WAYS, proofs.values(), strict=True)}
    assert [way for way, turn in turns.items() if turn != (before, there)] == []
