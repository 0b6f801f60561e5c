"""Cache of compiled modules under their content, so that a file which many trees share is compiled once.

Times and sizes of files play no part: the key is made of the source that was read and of its path in the tree. The
absolute path is put into the code when it is loaded.
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


class BytecodeCache:
    """Compiled modules in `directory`, for the files of `tree`."""

    def __init__(self, directory: str, tree: str) -> None:
        self.directory, self.prefix = directory, tree + os.sep

    def code(self, source: bytes, path: str, variant: str, compile_source: Callable[[], CodeType]) -> CodeType:
        """Return the code of `source`, the file at `path`; `variant` names the way of compiling it."""
        key = os.fsencode(f"{variant} {path[len(self.prefix) :]} ") + source
        name = hashlib.blake2b(key, digest_size=20).hexdigest()
        file = os.path.join(self.directory, name)  # noqa: PTH118 - in each import
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            with open(file, "rb") as cached:  # noqa: PTH123 - in each import
                code: CodeType = marshal.loads(cached.read())
            # CPython 3.3 to 3.14: sets co_filename here and in all nested code, as importlib does for a moved .pyc.
            _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]  # private, so not in typeshed
            return code
        code = compile_source()
        self._write(file, marshal.dumps(code))
        return code

    @staticmethod
    def _write(file: str, data: bytes) -> None:
        part = f"{file}.{os.getpid()}"
        with contextlib.suppress(OSError):
            Path(part).write_bytes(data)
            os.replace(part, file)  # noqa: PTH105 - both are str

    def install(self) -> None:
        """Answer for the compiler: for plain modules, and for those whose assertions pytest rewrites."""
        import _pytest.assertion.rewrite

        rewrite: Any = _pytest.assertion.rewrite
        plain_get_code: Any = SourceFileLoader.get_code
        rewrite_test: Any = rewrite._rewrite_test

        def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
            path = loader.get_filename(fullname)
            if not path.startswith(self.prefix):
                plain: CodeType | None = plain_get_code(loader, fullname)
                return plain
            source = loader.get_data(path)
            return self.code(source, path, "plain", lambda: loader.source_to_code(source, path))

        def cached_rewrite_test(file: Path, config: Any) -> tuple[Any, CodeType]:
            if not str(file).startswith(self.prefix):
                rewritten: tuple[Any, CodeType] = rewrite_test(file, config)
                return rewritten
            variant = f"rewritten {config.getini('enable_assertion_pass_hook')}"
            return b"", self.code(file.read_bytes(), str(file), variant, lambda: rewrite_test(file, config)[1])

        loaders: Any = SourceFileLoader
        loaders.get_code = get_code
        # pytest 8.4 to 9: the hook's exec_module calls _read_pyc, then _rewrite_test -> (key for a .pyc, code). With
        # dont_write_bytecode it writes no .pyc, so nobody reads the key.
        if sys.dont_write_bytecode:
            rewrite._rewrite_test = cached_rewrite_test
            rewrite._read_pyc = lambda *_, **__: None
