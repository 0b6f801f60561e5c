"""Read a git repository by running git, and write nothing to it.

What is compared is read in a git directory of this package, where new objects and indexes go as well: there the user's
object store is only an alternate. See `tools.git_process` for what git is told, and `tools.git_write` for the rest.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.checkout_top import checkout_top
from pytest_execute.tools.git_directory import make_git_directory
from pytest_execute.tools.git_process import GitProcess, users_environment


class Entry(NamedTuple):
    """File of a tree: the id of its content and its mode: "100644", "100755", "120000" a link, "160000" a submodule."""

    mode: str
    oid: str


DIRECTORY_MODE, LINK_MODE, SUBMODULE_MODE = "40000", "120000", "160000"
REFUSED = ("detected dubious ownership", "unsafe repository")
"""Parts of git's message about a repository of another user (2.35.3 and later, 2.35.2)."""

Tree = dict[str, Entry]
"""Files of a tree by their path from its root."""


class Git:
    """Repository with its work tree. `scratch` is the directory for new objects and private indexes.

    `user` starts git in the user's repository; `own` in one of ours, which has the same objects and lies in `scratch`.
    Without `scratch` both are the user's: only commits, trees and contents may be read then.
    `outputs` are files that this program writes; where git does not know them, they are no part of the user's work.
    """

    def __init__(
        self, git_dir: Path, work_tree: Path, scratch: Path | None = None, outputs: Iterable[Path] = ()
    ) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self.outputs = tuple(outputs)
        self.scratch = scratch
        places = {"GIT_DIR": str(git_dir), "GIT_WORK_TREE": str(work_tree)}
        self.user = self.own = GitProcess(work_tree, users_environment() | places)
        if scratch is not None:
            self.own = make_git_directory(scratch / "git", self.user)
            self.user = self.user.with_variables(GIT_OBJECT_DIRECTORY=str(scratch / "git/objects"))

    @classmethod
    def find(cls, directory: Path) -> Git:
        """Return the repository around `directory`. Raises ExecuteError where none with a work tree is found."""
        user = GitProcess(directory, users_environment())
        # one by one, as a path may have line ends
        git_dir, top = (_ask_for_path(user, question) for question in ("--absolute-git-dir", "--show-toplevel"))
        return cls(git_dir, top)

    def with_scratch(self, scratch: Path, outputs: Iterable[Path] = ()) -> Git:
        """Return the same repository with `scratch` as the directory for new objects and private indexes."""
        return Git(self.git_dir, self.work_tree, scratch, outputs)

    # -- running git

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return the output of `git ARGUMENTS` about objects. Raises ExecuteError with git's message if it fails."""
        return self.own.run(*arguments, stdin=stdin)

    def run_text(self, *arguments: str) -> str:
        """Return the output of `git ARGUMENTS` about objects as a stripped text."""
        return os.fsdecode(self.run(*arguments)).strip()

    # -- commits

    def find_commit(self, revision: str) -> str | None:
        """Return the id of the commit that `revision` names, or None."""
        command = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return self.user.complete(*command).stdout.decode().strip() or None

    def tree_id(self, commit: str) -> str:
        """Return the id of the tree of a commit."""
        return self.run_text("rev-parse", f"{commit}^{{tree}}")

    def subject(self, commit: str) -> str:
        """Return the first paragraph of a commit's message as one line, whatever git would show of it."""
        header, _, message = self.blobs([commit])[commit].partition(b"\n\n")
        encodings = [line.split()[1].decode() for line in header.split(b"\n") if line.startswith(b"encoding ")]
        try:
            text = message.decode(*encodings)
        except (LookupError, UnicodeDecodeError):
            text = message.decode(errors="replace")
        return " ".join(text.strip().partition("\n\n")[0].split("\n"))

    def is_shallow(self) -> bool:
        return self.run_text("rev-parse", "--is-shallow-repository") == "true"

    def parents(self, base: str | None, heads: Sequence[str], *options: str) -> dict[str, tuple[str, ...]]:
        """Return `{commit: its parents}` of the commits that `heads` have and `base` has not, parents first."""
        revisions = (*options, *_revisions(base, heads))
        lines = self.run_text("rev-list", "--topo-order", "--reverse", "--parents", *revisions).splitlines()
        return {commit: tuple(parents) for commit, *parents in map(str.split, lines)}

    def commits_on_paths(self, base: str | None, heads: Sequence[str], paths: Iterable[str]) -> list[str]:
        """Return the commits between `base` and `heads` that changed one of these files or directories."""
        return self.run_text("rev-list", "--full-history", *_revisions(base, heads), "--", *paths).splitlines()

    def merge_bases(self, one: str, other: str) -> list[str]:
        """Return the best common ancestors of two commits, which are named by their ids."""
        return self.own.complete("merge-base", "--all", one, other).stdout.decode().split()

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
        """Return the contents of those of `paths` that the tree has as files."""
        return self.file_contents(self.tree(treeish), paths)

    def file_contents(self, tree: Tree, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of those of `paths` that a tree has as files, sorted: links and submodules have none."""
        entries = {path: tree[path] for path in sorted(paths) if path in tree}
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
            self.process = self.git.own.start("cat-file", "--batch")
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


def _ask_for_path(user: GitProcess, question: str) -> Path:
    """Return a path of the repository. Raises ExecuteError where git finds none with a work tree."""
    done = user.complete("rev-parse", "--path-format=absolute", question)
    if done.returncode:
        raise ExecuteError(_not_found(user.directory, done))
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


_NO_REPOSITORY = {
    False: "not in a git work tree, so nothing can be proven: run `git init` and commit, or start in a checkout",
    True: "no `.git` is here or above, and GIT_DIR is not read: start in a checkout",
}
"""Messages where there is no repository, by whether a variable names one."""


def _not_found(directory: Path, done: subprocess.CompletedProcess[bytes]) -> Problem:
    """Return why git finds no work tree around `directory`. A repository is never to be made where one is."""
    top, errors = checkout_top(directory.resolve()), done.stderr.decode(errors="replace").strip()
    if any(refused in errors for refused in REFUSED):
        remedy = f"run `git config --global --add safe.directory {shlex.quote(str(top or directory))}`"
        message = f"the repository belongs to another user, and git refuses it: {remedy}"
    elif top is None and "not a git repository" in errors:
        return Problem("no-git", _NO_REPOSITORY["GIT_DIR" in os.environ], str(directory))
    else:
        first_line = next(iter(errors.splitlines()), "no message")
        message = f"git cannot read the repository here ({first_line}): correct what it names"
    return Problem("git", message, str(directory))
