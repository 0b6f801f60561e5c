"""Keeps compiled modules by their content, so that what many trees share is compiled once. Loaded by its path in the processes that
run tests.

Neither times nor sizes of files have a say: the key is what was read. The name of the file is put into the code as it is loaded.
"""

from __future__ import annotations

import _imp
import contextlib
import hashlib
import marshal
import os
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any


class Store:
    """The compiled modules in the directory `place`, for the files below `tree`."""

    def __init__(self, place: str, tree: str) -> None:
        self.place, self.below = place, tree + os.sep

    def code(self, source: bytes, path: str, how: str, compiled: Callable[[], CodeType]) -> CodeType:
        """The code of `source`, which stands at `path`; `how` tells one way of compiling from another."""
        name = hashlib.blake2b(f"{how} {path[len(self.below) :]} ".encode() + source, digest_size=20).hexdigest()
        file = os.path.join(self.place, name)  # noqa: PTH118 - on the way of every import
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError), open(file, "rb") as kept:  # noqa: PTH123
            code: CodeType = marshal.loads(kept.read())
            _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
            return code
        code = compiled()
        self._keep(file, marshal.dumps(code))
        return code

    @staticmethod
    def _keep(file: str, data: bytes) -> None:
        part = f"{file}.{os.getpid()}"
        with contextlib.suppress(OSError):
            Path(part).write_bytes(data)
            os.replace(part, file)  # noqa: PTH105

    def serve(self) -> None:
        """Stand before the compiler, for plain modules and for those whose assertions pytest rewrites."""
        import _pytest.assertion.rewrite

        rewrite: Any = _pytest.assertion.rewrite
        plain: Any = SourceFileLoader.get_code
        theirs: Any = rewrite._rewrite_test

        def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
            path = loader.get_filename(fullname)
            if not path.startswith(self.below):
                found: CodeType | None = plain(loader, fullname)
                return found
            source = loader.get_data(path)
            return self.code(source, path, "plain", lambda: loader.source_to_code(source, path))

        def rewritten(file: Path, config: Any) -> tuple[Any, CodeType]:
            if not str(file).startswith(self.below):
                done: tuple[Any, CodeType] = theirs(file, config)
                return done
            how = f"rewritten {config.getini('enable_assertion_pass_hook')}"
            return b"", self.code(file.read_bytes(), str(file), how, lambda: theirs(file, config)[1])

        loaders: Any = SourceFileLoader
        loaders.get_code = get_code
        if sys.dont_write_bytecode:  # else pytest would keep it beside the test, with the first part of our answer
            rewrite._rewrite_test = rewritten
            rewrite._read_pyc = lambda *_, **__: None
