"""Read a git repository by running git, and write nothing to it.

New objects and indexes go to a directory of this package (see `tools.git_write`): there the user's object store is only
an alternate. Each git process runs without the caller's `GIT_*` variables and without replace refs.
`demo.history` runs git as well, to make the repository of the demo.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools import process


class Entry(NamedTuple):
    """File of a tree: the id of its content and its mode: "100644", "100755", "120000" a link, "160000" a submodule."""

    mode: str
    oid: str


DIRECTORY_MODE, LINK_MODE, SUBMODULE_MODE = "40000", "120000", "160000"

Tree = dict[str, Entry]
"""Files of a tree by their path from its root."""


class Git:
    """Repository with its work tree. `scratch` is the directory for new objects and private indexes.

    `outputs` are files that this program writes; where git does not know them, they are no part of the user's work.
    """

    def __init__(
        self, git_dir: Path, work_tree: Path, scratch: Path | None = None, outputs: Iterable[Path] = ()
    ) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self.outputs = tuple(outputs)
        self.env = git_environment()
        self.env["GIT_DIR"] = str(git_dir)
        self.env["GIT_WORK_TREE"] = str(work_tree)
        self.scratch = scratch
        if scratch is not None:
            objects = scratch / "objects"
            objects.mkdir(parents=True, exist_ok=True)
            user_objects = work_tree / self.run_text("rev-parse", "--git-path", "objects")
            self.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _quote(str(user_objects.resolve()))
            self.env["GIT_OBJECT_DIRECTORY"] = str(objects)

    @classmethod
    def find(cls, directory: Path) -> Git:
        """Return the repository around `directory`. Raises ExecuteError where none with a work tree is found."""
        work_tree, git_dir = (_locate(directory, option) for option in ("--show-toplevel", "--absolute-git-dir"))
        return cls(git_dir, work_tree)

    def with_scratch(self, scratch: Path, outputs: Iterable[Path] = ()) -> Git:
        """Return the same repository with `scratch` as the directory for new objects and private indexes."""
        return Git(self.git_dir, self.work_tree, scratch, outputs)

    # -- running git

    def run(self, *arguments: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
        """Return the output of `git ARGUMENTS`. Raises ExecuteError with git's message where it fails."""
        env = self.env if index is None else {**self.env, "GIT_INDEX_FILE": str(index)}
        done = process.run(["git", *arguments], cwd=self.work_tree, env=env, stdin=stdin)
        if done.returncode:
            command = " ".join(word for word in arguments[:4] if not word.startswith("core."))
            raise ExecuteError(Problem("git", f"`git {command}` failed: {_cause(done.stderr)}", str(self.work_tree)))
        return done.stdout

    def run_text(self, *arguments: str, index: Path | None = None) -> str:
        """Return the output of `git ARGUMENTS` as a stripped text."""
        return os.fsdecode(self.run(*arguments, index=index)).strip()

    def try_run_text(self, *arguments: str) -> str | None:
        """Return the output of `git ARGUMENTS` as a stripped text, or None where git fails."""
        try:
            return self.run_text(*arguments)
        except ExecuteError:
            return None

    # -- commits

    def find_commit(self, revision: str) -> str | None:
        """Return the id of the commit that `revision` names, or None."""
        return self.try_run_text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def is_shallow(self) -> bool:
        return self.run_text("rev-parse", "--is-shallow-repository") == "true"

    def parents(self, base: str | None, heads: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return `{commit: its parents}` of the commits that `heads` have and `base` has not, parents first."""
        revisions = _revisions(base, heads)
        lines = self.run_text("rev-list", "--topo-order", "--reverse", "--parents", *revisions).splitlines()
        return {commit: tuple(parents) for commit, *parents in map(str.split, lines)}

    def commits_on_paths(
        self, base: str | None, heads: Sequence[str], paths: Iterable[str], *options: str
    ) -> list[str]:
        """Return the commits between `base` and `heads` that changed one of these files or directories."""
        log = ("--literal-pathspecs", "log", "--format=%H", "--full-history", "--no-renames", "--no-show-signature")
        return self.run_text(*log, *options, *_revisions(base, heads), "--", *paths).splitlines()

    def merge_bases(self, one: str, other: str) -> list[str]:
        """Return the best common ancestors of two commits."""
        return (self.try_run_text("merge-base", "--all", one, other) or "").splitlines()

    def independent(self, commits: Iterable[str]) -> tuple[str, ...]:
        """Return those of some commits that are no ancestors of another one, in their order."""
        some = list(dict.fromkeys(commits))
        if len(some) < 2:
            return tuple(some)
        kept = self.run_text("merge-base", "--independent", *some).splitlines()
        return tuple(commit for commit in some if commit in kept)

    # -- trees and blobs

    def empty_tree(self) -> str:
        """Return the id of the tree without files."""
        return self.run_text("hash-object", "-t", "tree", os.devnull)

    def tree(self, treeish: str) -> Tree:
        """Return the files of the tree that `treeish` names."""
        entries: Tree = {}
        for record in self.run("ls-tree", "-r", "-z", "--full-tree", treeish).split(b"\0")[:-1]:
            meta, _, path = record.partition(b"\t")
            mode, _, oid = meta.decode().split()
            entries[os.fsdecode(path)] = Entry(mode, oid)
        return entries

    def trees(self, ids: Iterable[str]) -> dict[str, Tree]:
        """Return the files of several trees, each named by its full id or its commit's. Shared parts are read once."""
        top_trees = {name: f"{name}^{{tree}}" for name in ids}
        directories: dict[str, list[tuple[str, Entry]]] = {}
        unread = list(top_trees.values())
        while unread:
            id_bytes = len(next(iter(top_trees))) // 2
            directories |= {oid: list(_parse_tree(content, id_bytes)) for oid, content in self.blobs(unread).items()}
            entries = (entry for oid in unread for _, entry in directories[oid])
            unread = list({entry.oid for entry in entries if entry.mode == DIRECTORY_MODE} - directories.keys())
        return {name: dict(_flatten(directories, top_tree, "")) for name, top_tree in top_trees.items()}

    def contents(self, treeish: str, paths: Collection[str]) -> dict[str, bytes]:
        """Return the contents of those of `paths` that the tree has as files: a link has none of its own."""
        entries = {path: entry for path, entry in self.tree(treeish).items() if path in paths}
        files = {path: entry for path, entry in entries.items() if entry.mode not in (LINK_MODE, SUBMODULE_MODE)}
        blobs = self.blobs(entry.oid for entry in files.values())
        return {path: blobs[entry.oid] for path, entry in files.items()}

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the content of each object, exactly as it is stored. `BlobReader` does the same again and again."""
        wanted = list(dict.fromkeys(oids))
        if not wanted:
            return {}
        output = self.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode())
        contents: dict[str, bytes] = {}
        position = 0
        for oid in wanted:
            end_of_header = output.index(b"\n", position)
            header = output[position:end_of_header].split()
            if len(header) != 3:
                raise self.missing_object(oid)
            start, size = end_of_header + 1, int(header[2])
            contents[oid] = output[start : start + size]
            position = start + size + 1
        return contents

    def missing_object(self, oid: str) -> ExecuteError:
        message = f"the repository lacks the object {oid}: run `git fetch`"
        return ExecuteError(Problem("git", message, str(self.work_tree)))


class BlobReader:
    """`Git.blobs` from one git process that runs until `close`. Not for several threads at once."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.process: subprocess.Popen[bytes] | None = None

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the content of each object, exactly as it is stored."""
        return {oid: self.content(oid) for oid in dict.fromkeys(oids)}

    def content(self, oid: str) -> bytes:
        """Return the content of one object."""
        if self.process is None:
            command = ["git", "cat-file", "--batch"]
            self.process = process.start(command, cwd=self.git.work_tree, env=self.git.env, keep_output=True)
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{oid}\n".encode())
        stdin.flush()
        header = stdout.readline().split()
        if len(header) != 3:
            raise self.git.missing_object(oid)
        return stdout.read(int(header[2]) + 1)[:-1]

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()


def _locate(directory: Path, option: str) -> Path:
    """Return the path that `git rev-parse OPTION` prints; of its line ends only the last is not a part of it."""
    try:
        done = process.run(["git", "rev-parse", option], cwd=directory, env=git_environment())
    except OSError:
        raise ExecuteError(Problem("no-git", "there is no `git` on the path: install it")) from None
    if done.returncode:
        cause = _cause(done.stderr)
        detail = "" if "not a git repository" in cause else f" ({cause})"
        remedy = "run `git init` and commit, or start in a checkout"
        message = f"not in a git work tree{detail}, so nothing can be proven: {remedy}"
        raise ExecuteError(Problem("no-git", message, str(directory)))
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def _cause(messages: bytes) -> str:
    """Return the line of git's messages that says why it failed: the first error, or else the last line."""
    lines = [line for line in os.fsdecode(messages).strip().split("\n") if line and not line.startswith("hint:")]
    return next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "no message")


def _quote(path: str) -> str:
    """Return a path as git reads it in a list whose separator it may contain (`GIT_ALTERNATE_OBJECT_DIRECTORIES`)."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _revisions(base: str | None, heads: Sequence[str]) -> tuple[str, ...]:
    return (*heads, f"^{base}") if base is not None else tuple(heads)


def _parse_tree(content: bytes, id_bytes: int) -> Iterator[tuple[str, Entry]]:
    """Yield the names and entries of a tree object: `mode SP name NUL id`, one after the other."""
    position = 0
    while position < len(content):
        end_of_name = content.index(b"\0", position)
        mode, _, name = content[position:end_of_name].partition(b" ")
        position = end_of_name + 1 + id_bytes
        yield os.fsdecode(name), Entry(mode.decode(), content[end_of_name + 1 : position].hex())


def _flatten(directories: Mapping[str, list[tuple[str, Entry]]], oid: str, parent: str) -> Iterator[tuple[str, Entry]]:
    """Yield the files below a directory with their whole paths."""
    for name, entry in directories[oid]:
        if entry.mode == DIRECTORY_MODE:
            yield from _flatten(directories, entry.oid, f"{parent}{name}/")
        else:
            yield parent + name, entry


def git_environment() -> dict[str, str]:
    """Return the caller's environment without `GIT_*` variables, with those that make git answer alike everywhere."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env.update(GIT_NO_REPLACE_OBJECTS="1", GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    return env
