"""Unusual environments: a table of conditions, each with a name and a function that changes a `Place`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.repository import QUIET
from tests.session.git_settings import SETTINGS, VARIABLES
from tests.topic import environment


class Place:
    """Repository `repository` below a new directory, and what a command is started with there."""

    def __init__(self, top: Path) -> None:
        self.repository, self.home, self.temporary = top / "repo", top / "home", top / "temporary"
        self.cwd, self.git_dir = self.repository, self.repository / ".git"
        self.umask = 0o022
        self.options: list[str] = []
        self.env: dict[str, str | None] = {"HOME": str(self.home), "TMPDIR": str(self.temporary), **QUIET}
        self.proof = top / "was-run"
        """File that programs of the user write, where nothing may start them."""

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git as the plain user, and return its output."""
        command = ["git", "-c", "maintenance.auto=false", "-c", "safe.directory=*", *arguments]
        env = environment(HOME=str(self.home), **QUIET)
        return subprocess.run(command, cwd=self.repository, env=env, capture_output=True, text=True, check=check).stdout

    def write(self, path: str, text: str) -> None:
        """Write a file in the git directory."""
        file = self.git_dir / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def program(self, path: str, last_line: str = "") -> Path:
        """Write a program in the git directory that says that it was run."""
        self.write(path, f"#!/bin/sh\necho {path} >> {self.proof}\n{last_line}\n")
        (self.git_dir / path).chmod(0o755)
        return self.git_dir / path


Condition = Callable[[Place], None]

TEXT_OF_A_USER = {
    "textconv": ("*.py diff=words\n", "diff.words.textconv"),
    "external diff": ("*.py diff=words\n", "diff.words.command"),
    "clean filter": ("*.py filter=words\n", "filter.words.clean"),
    "process filter": ("*.py filter=words\n", "filter.words.process"),
}
"""Attributes in `info/attributes`, and the setting that names a program for them; the program fails."""


def pairs(table: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the value in each line of a table."""
    for line in filter(None, map(str.strip, table.splitlines())):
        name, _, value = line.partition(" ")
        yield name, value


def setting(name: str, value: str) -> Condition:
    """Return the condition that the repository is configured so."""
    return lambda place: print(place.git("config", "--add", name, value), end="")


def global_setting(name: str, value: str) -> Condition:
    """Return the condition that the user has configured git so, in a file that GIT_CONFIG_GLOBAL names."""

    def apply(place: Place) -> None:
        file = place.home / "settings"
        place.git("config", "--file", str(file), "--add", name, value)
        place.env["GIT_CONFIG_GLOBAL"] = str(file)

    return apply


def variable(name: str, value: str | None) -> Condition:
    """Return the condition that the command is started with a variable, or without it."""
    return lambda place: place.env.update({name: value})


def failing_program(attributes: str, name: str, required: bool = False) -> Condition:
    """Return the condition that attributes of the user name a program, which fails."""

    def apply(place: Place) -> None:
        place.write("info/attributes", attributes)
        place.git("config", name, str(place.program("words", "exit 1")))
        if required:
            place.git("config", "filter.words.required", "true")

    return apply


def attributes(text: str) -> Condition:
    """Return the condition that the user has these attributes for the repository."""
    return lambda place: place.write("info/attributes", text)


def hooks(place: Place) -> None:
    for name in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "fsmonitor-watchman"):
        place.program(f"hooks/{name}")


def hooks_elsewhere(place: Place) -> None:
    for name in ("post-index-change", "reference-transaction"):
        place.program(f"others/{name}")
    place.git("config", "core.hooksPath", str(place.git_dir / "others"))
    place.proof.unlink(missing_ok=True)


def file_system_monitor(place: Place) -> None:
    place.git("config", "core.fsmonitor", str(place.program("monitor", r"printf '1\0/\0'")))
    place.proof.unlink(missing_ok=True)


def grafts(place: Place) -> None:
    place.write("info/grafts", place.git("rev-parse", "HEAD"))


def replace_refs(place: Place) -> None:
    place.git("replace", "HEAD", place.git("commit-tree", "-m", "other", "HEAD~1^{tree}").strip())


def replaced_parents(place: Place) -> None:
    place.git("replace", "--graft", "HEAD")


def commit_graph(place: Place) -> None:
    place.git("commit-graph", "write", "--reachable", "--changed-paths")


def damaged_commit_graph(place: Place) -> None:
    place.write("objects/info/commit-graph", "CGPH no graph at all\n" * 100)


def packed(place: Place) -> None:
    place.git("gc", "-q")
    place.git("config", "gc.auto", "0")


def split_index(place: Place) -> None:
    place.git("update-index", "--split-index")


def assumed_unchanged(place: Place) -> None:
    place.git("update-index", "--assume-unchanged", *place.git("ls-files", "*.py").split())


def skipped_files(place: Place) -> None:
    place.git("update-index", "--skip-worktree", *place.git("ls-files", "*.py").split())


def notes(place: Place) -> None:
    place.git("notes", "add", "-m", "a note", "HEAD")


def detached(place: Place) -> None:
    place.git("checkout", "-q", "--detach")


def linked_work_tree(place: Place) -> None:
    place.git("checkout", "-q", "--detach")
    linked = place.repository.parent / "linked"
    place.git("worktree", "add", "-q", str(linked), "main")
    place.cwd = place.repository = linked


def conditional_include(place: Place) -> None:
    place.write("included", "[blame]\n\tignoreRevsFile = /nowhere\n[diff]\n\torderFile = /nowhere\n")
    place.git("config", f"includeIf.gitdir:{place.git_dir}.path", "included")


def missing_include(place: Place) -> None:
    place.git("config", "include.path", "/nowhere/settings")


def of_another_user(place: Place) -> None:
    """Give the repository to another user, which only root can, and allow it as a runner of CI does."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        for path in (place.repository, *place.repository.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)
        variables = {"COUNT": "1", "KEY_0": "safe.directory", "VALUE_0": "*"}
        place.env |= {f"GIT_CONFIG_{name}": value for name, value in variables.items()}


def separate_git_directory(place: Place) -> None:
    place.git("init", "-q", "--separate-git-dir", str(elsewhere := place.repository.parent / "elsewhere.git"))
    place.git_dir = elsewhere


def another_index(place: Place) -> None:
    """Name another index, as `git commit -a` does for its hooks."""
    index = place.git("rev-parse", "--path-format=absolute", "--git-path", "index").strip()
    place.env["GIT_INDEX_FILE"] = str(shutil.copyfile(index, place.home / "index"))


def all_excluded(place: Place) -> None:
    place.write("info/exclude", "*\n")


def locked_index(place: Place) -> None:
    place.write("index.lock", "")


def sparse_checkout(place: Place) -> None:
    place.git("sparse-checkout", "set", "--no-cone", "/*")


def umask(mask: int) -> Condition:
    """Return the condition that new files have only these permissions."""
    return lambda place: setattr(place, "umask", mask)


def option(*words: str) -> Condition:
    """Return the condition that pytest gets a further option."""
    return lambda place: place.options.extend(words)


def ambiguous_names(place: Place) -> None:
    for name in ("HEAD", "main", place.git("rev-parse", "HEAD").strip()):
        place.git("update-ref", f"refs/tags/{name}", "HEAD~1")


def file_as_cache(place: Place) -> None:
    """Put a file where pytest makes its cache directory; the pattern `.pytest_cache/` is no pattern for it."""
    (place.repository / ".pytest_cache").write_text("no directory\n")


def dangling_cache(place: Place) -> None:
    (place.repository / ".pytest_cache").symlink_to("/nowhere/cache")


CONDITIONS: dict[str, Condition] = {
    **{f"{name} = {value}": setting(name, value) for name, value in pairs(SETTINGS)},
    **{f"global {name} = {value}": global_setting(name, value) for name, value in pairs(SETTINGS)},
    **{f"{name}={value}": variable(name, value) for name, value in pairs(VARIABLES)},
    **{name: failing_program(*words) for name, words in TEXT_OF_A_USER.items()},
    **{f"required {name}": failing_program(*TEXT_OF_A_USER[name], required=True) for name in ("clean filter",)},
    "attributes: text": attributes("* text=auto\n"),
    "attributes: line ends": attributes("*.py text eol=crlf\n"),
    "attributes: binary": attributes("* binary\n"),
    "attributes: encoding": attributes("*.py working-tree-encoding=UTF-16\n"),
    "attributes: ident": attributes("*.py ident\n"),
    "hooks": hooks,
    "hooks elsewhere": hooks_elsewhere,
    "file system monitor": file_system_monitor,
    "grafts": grafts,
    "replace refs": replace_refs,
    "replaced parents": replaced_parents,
    "commit graph": commit_graph,
    "damaged commit graph": damaged_commit_graph,
    "packed": packed,
    "split index": split_index,
    "assumed unchanged": assumed_unchanged,
    "skipped files": skipped_files,
    "notes": notes,
    "detached": detached,
    "linked work tree": linked_work_tree,
    "conditional include": conditional_include,
    "missing include": missing_include,
    "ambiguous names": ambiguous_names,
    "of another user": of_another_user,
    "separate git directory": separate_git_directory,
    "another index": another_index,
    "all excluded": all_excluded,
    "locked index": locked_index,
    "sparse checkout": sparse_checkout,
    "umask 077": umask(0o077),
    "umask 0": umask(0),
    "no cache": option("-p", "no:cacheprovider"),
    "cache cleared": option("--cache-clear"),
    "file as cache": file_as_cache,
    "dangling cache": dangling_cache,
    "TMPDIR is missing": variable("TMPDIR", "/nowhere"),
    "HOME is missing": variable("HOME", "/nowhere"),
    "quiet": option("-q", "-q"),
    "TZ": variable("TZ", "Pacific/Kiritimati"),
    "ASCII": variable("LC_ALL", "C"),
    "no terminal": variable("TERM", None),
    "narrow": variable("COLUMNS", "20"),
    "colours": variable("FORCE_COLOR", "1"),
    "CI": variable("CI", "true"),
}
