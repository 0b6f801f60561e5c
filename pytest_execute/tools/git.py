"""The only user of git. It reads the user's repository and writes nothing to it.

New objects and indexes go to a directory of ours: the object store of the user is only an alternate of it. Attributes, filters on
the way out, replace refs and `GIT_*` variables of the caller have no say in what a tree holds.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools import process


class Entry(NamedTuple):
    """A file of a tree: its mode ("100644", "100755", "120000" a link, "160000" a submodule) and the id of its content."""

    mode: str
    oid: str


DIRECTORY = "40000"
HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

BLAMED = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$")

Tree = dict[str, Entry]
"""The files of a tree by their path from its root."""


class Git:
    """One repository, seen through a work tree, with a private place for whatever has to be written."""

    def __init__(self, git_dir: Path, work_tree: Path, scratch: Path | None = None) -> None:
        self.git_dir = git_dir
        self.work_tree = work_tree
        self.env = clean_environment()
        self.env["GIT_DIR"] = str(git_dir)
        self.env["GIT_WORK_TREE"] = str(work_tree)
        self.scratch = scratch
        if scratch is not None:
            objects = scratch / "objects"
            objects.mkdir(parents=True, exist_ok=True)
            theirs = work_tree / self.ask("rev-parse", "--git-path", "objects")
            self.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(theirs.resolve())
            self.env["GIT_OBJECT_DIRECTORY"] = str(objects)

    @classmethod
    def find(cls, directory: Path) -> Git:
        """The repository that `directory` stands in; ExecuteError where there is none or it has no work tree."""
        question = ["git", "rev-parse", "--path-format=absolute", "--absolute-git-dir", "--show-toplevel"]
        try:
            answer = process.run(question, cwd=directory, env=clean_environment())
        except OSError:
            raise ExecuteError(Problem("no-git", "there is no `git` on the path: install it")) from None
        lines = answer.stdout.decode(errors="surrogateescape").splitlines()
        if answer.returncode or len(lines) != 2:
            said = answer.stderr.decode(errors="replace").strip().splitlines() or [""]
            why = "" if "not a git repository" in said[0] else f" ({said[0]})"
            remedy = "run `git init` and commit, or start in a checkout"
            message = f"not in a git work tree{why}, so nothing can be proven: {remedy}"
            raise ExecuteError(Problem("no-git", message, str(directory)))
        return cls(Path(lines[0]), Path(lines[1]))

    def within(self, scratch: Path) -> Git:
        """The same repository, with `scratch` as the place for new objects and private indexes."""
        return Git(self.git_dir, self.work_tree, scratch)

    # -- asking

    def run(self, *arguments: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
        """What `git ARGUMENTS` prints; ExecuteError with git's own last line where it fails."""
        env = self.env if index is None else {**self.env, "GIT_INDEX_FILE": str(index)}
        answer = process.run(["git", *arguments], cwd=self.work_tree, env=env, stdin=stdin)
        if answer.returncode:
            lines = answer.stderr.decode(errors="replace").strip().splitlines()
            said = [line for line in lines if not line.startswith("hint:")] or ["no message"]
            what = " ".join(word for word in arguments[:4] if not word.startswith("core."))
            raise ExecuteError(Problem("git", f"`git {what}` failed: {said[-1]}", str(self.work_tree)))
        return answer.stdout

    def ask(self, *arguments: str, index: Path | None = None) -> str:
        """What `git ARGUMENTS` prints, as one stripped text."""
        return self.run(*arguments, index=index).decode(errors="surrogateescape").strip()

    def try_ask(self, *arguments: str) -> str | None:
        """As `ask`, and None where git fails."""
        try:
            return self.ask(*arguments)
        except ExecuteError:
            return None

    def commit(self, revision: str) -> str | None:
        """The id of the commit that `revision` names, or None."""
        return self.try_ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def is_shallow(self) -> bool:
        return self.ask("rev-parse", "--is-shallow-repository") == "true"

    def history(self, base: str | None, head: str) -> dict[str, tuple[str, ...]]:
        """`{commit: its parents}` of all that `head` has and `base` has not, parents first."""
        revisions = [head] if base is None else [head, f"^{base}"]
        lines = self.ask("rev-list", "--topo-order", "--reverse", "--parents", *revisions).splitlines()
        return {commit: tuple(parents) for commit, *parents in map(str.split, lines)}

    def tree(self, treeish: str) -> Tree:
        """The files of the tree that `treeish` names."""
        entries: Tree = {}
        for record in self.run("ls-tree", "-r", "-z", "--full-tree", treeish).split(b"\0")[:-1]:
            meta, _, path = record.partition(b"\t")
            mode, _, oid = meta.decode().split()
            entries[os.fsdecode(path)] = Entry(mode, oid)
        return entries

    def trees(self, ids: Iterable[str]) -> dict[str, Tree]:
        """The files of each tree that is named by its full id, or by that of its commit; what they share is read once."""
        tops = {name: f"{name}^{{tree}}" for name in ids}
        read: dict[str, list[tuple[str, Entry]]] = {}
        todo = list(tops.values())
        while todo:
            read |= {
                oid: list(_entries(content, len(next(iter(tops))) // 2)) for oid, content in self.blobs(todo).items()
            }
            inner = (entry for oid in todo for _, entry in read[oid] if entry.mode == DIRECTORY)
            todo = list({entry.oid for entry in inner} - read.keys())
        return {name: dict(_files(read, top, "")) for name, top in tops.items()}

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of each blob, exactly as it is stored."""
        wanted = list(dict.fromkeys(oids))
        out = self.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in wanted).encode()) if wanted else b""
        found: dict[str, bytes] = {}
        at = 0
        for oid in wanted:
            end = out.index(b"\n", at)
            header = out[at:end].split()
            if len(header) != 3:
                raise self.lacks(oid)
            start, size = end + 1, int(header[2])
            found[oid] = out[start : start + size]
            at = start + size + 1
        return found

    def contents(self) -> Contents:
        """For who reads blobs again and again: to be closed."""
        return Contents(self)

    def lacks(self, oid: str) -> ExecuteError:
        return ExecuteError(
            Problem("git", f"the repository lacks the object {oid}: run `git fetch`", str(self.work_tree))
        )

    def empty_tree(self) -> str:
        """The id of the tree without files."""
        return self.ask("hash-object", "-t", "tree", os.devnull)

    # -- composing, in our own place

    def snapshot(self, head: str) -> str:
        """The id of the tree that a commit of the whole work tree, untracked files included, would have.

        A virtual environment at the top that nobody told git to ignore is left out: it is no work of the user's.
        """
        index = self._private_index("snapshot")
        self.run("read-tree", head, index=index)
        found = {path.parent.name for path in self.work_tree.glob("*/pyvenv.cfg")}
        ignored = set((self.try_ask("check-ignore", "--", *found) or "").splitlines()) if found else set()
        environments = [f":(top,exclude,literal){name}" for name in sorted(found - ignored)]
        self.run("-c", "core.fsmonitor=false", "add", "--all", "--", ":/", *environments, index=index)
        return self.ask("write-tree", index=index)

    def staged(self, index_file: Path) -> str:
        """The id of the tree that the index in `index_file` would commit; the file itself is only read."""
        index = self._private_index("staged")
        index.write_bytes(index_file.read_bytes())
        return self.ask("write-tree", index=index)

    def keep(self, files: Iterable[Path]) -> list[str]:
        """Put the contents of files into our own place, byte for byte, and give their ids."""
        paths = "".join(f"{path}\n" for path in files)
        if not paths:
            return []
        out = self.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=os.fsencode(paths))
        return out.decode().split()

    def changed_files(self, old: str, new: str) -> list[str]:
        """The paths of which `old` and `new` hold different content, sorted; a root commit's parent counts as empty."""
        if old.endswith("^") and self.commit(old) is None:
            old = self.empty_tree()
        out = self.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
        return sorted(os.fsdecode(path) for path in out.split(b"\0") if path)

    def changed_lines(self, old: str, new: str) -> dict[str, set[int]]:
        """`{path: line numbers}` of what `new` has and `old` has not; a path that only lost lines has an empty set."""
        diff = self.run(
            "-c", "core.quotePath=false", "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv",
            "--no-renames", "--text", "--src-prefix=a/", "--dst-prefix=b/", old, new,
        )  # fmt: skip
        return parse_changed_lines(diff)

    def blame(self, commit: str, path: str) -> dict[int, str]:
        """`{line: the commit that brought it}`; who only indents a line anew, or moves it, does not bring it."""
        out = self.run("blame", "--porcelain", "-w", "-M", "-C", commit, "--", path)
        found: dict[int, str] = {}
        for line in out.split(b"\n"):
            if head := BLAMED.match(line):
                found[int(head[2])] = head[1].decode()
        return found

    def commit_of(self, tree: str, parent: str) -> str:
        """The id of a commit in our own place that has `tree` and comes after `parent`."""
        name = ("-c", "user.name=pytest-execute", "-c", "user.email=pytest-execute@localhost")
        return self.ask(*name, "commit-tree", "--no-gpg-sign", "-p", parent, "-m", "snapshot", tree)

    def _private_index(self, name: str) -> Path:
        assert self.scratch is not None, "Git.within(scratch) comes before anything is written"
        index = self.scratch / f"{name}.index"
        index.unlink(missing_ok=True)
        return index


class Contents:
    """As `Git.blobs`, from one git process that stays until `close`. Not for several threads at once."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self.process: subprocess.Popen[bytes] | None = None

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of each blob, exactly as it is stored."""
        return {oid: self._blob(oid) for oid in dict.fromkeys(oids)}

    def _blob(self, oid: str) -> bytes:
        if self.process is None:
            command = ["git", "cat-file", "--batch"]
            self.process = process.start(command, cwd=self.git.work_tree, env=self.git.env, listening=True)
        into, out = self.process.stdin, self.process.stdout
        assert into is not None
        assert out is not None
        into.write(f"{oid}\n".encode())
        into.flush()
        header = out.readline().split()
        if len(header) != 3:
            raise self.git.lacks(oid)
        return out.read(int(header[2]) + 1)[:-1]

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()


def _entries(content: bytes, width: int) -> Iterator[tuple[str, Entry]]:
    """What stands in a tree object, whose ids have `width` bytes."""
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        at = end + 1 + width
        yield os.fsdecode(name), Entry(mode.decode(), content[end + 1 : at].hex())


def _files(read: Mapping[str, list[tuple[str, Entry]]], oid: str, above: str) -> Iterator[tuple[str, Entry]]:
    for name, entry in read[oid]:
        if entry.mode == DIRECTORY:
            yield from _files(read, entry.oid, f"{above}{name}/")
        else:
            yield above + name, entry


def parse_changed_lines(diff: bytes) -> dict[str, set[int]]:
    """`{path: line numbers}` that a diff without context adds. Counts are obeyed, so no content can pose as a header."""
    changed: dict[str, set[int]] = {}
    path: str | None = None
    inside = 0
    for line in diff.split(b"\n"):
        if inside and line[:1] in (b"+", b"-"):
            inside -= 1
        elif line.startswith(b"+++ "):
            name = os.fsdecode(line[4:].rstrip(b"\t"))
            path = name[2:] if name.startswith("b/") else None
        elif line.startswith(b"@@ ") and (hunk := HUNK.match(line)):
            removed, start, added = (int(number or 1) for number in hunk.groups())
            inside = removed + added
            if path is not None:
                changed.setdefault(path, set()).update(range(start, start + added))
    return changed


def clean_environment() -> dict[str, str]:
    """The caller's environment without its `GIT_*` variables, and with nothing that could change what git answers."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env.update(GIT_NO_REPLACE_OBJECTS="1", GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    return env
