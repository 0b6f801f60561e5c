"""What a test raised, as facts; and where its modules came from. Loaded by its path in the processes that run tests."""

from __future__ import annotations

import dis
import os
import sys
from typing import Any

Record = dict[str, Any]


def origin(error: Any) -> BaseException:
    """The exception behind pytest's own wrapping of it."""
    inner = getattr(error, "cause", None) if type(error).__name__ == "ConftestImportFailure" else None
    if type(error).__name__ == "CollectError":
        inner = error.__cause__
    return origin(inner) if isinstance(inner, BaseException) else error


def frames(error: BaseException, tree: str) -> list[str]:
    """The files of the tree that the traceback of `error` passes, outermost first."""
    entry, found = error.__traceback__, []
    while entry is not None:
        name = entry.tb_frame.f_code.co_filename
        path = os.path.realpath(name)
        if path.startswith(tree + os.sep) and not name.startswith("<"):
            found.append(path[len(tree) + 1 :].replace(os.sep, "/"))
        entry = entry.tb_next
    return found


def imported_name(error: Any) -> str | None:
    """The name that `from module import name` did not find."""
    if getattr(error, "name_from", None):
        return str(error.name_from)
    entry = last = error.__traceback__
    while entry is not None:
        if "importlib" not in entry.tb_frame.f_code.co_filename:
            last = entry
        entry = entry.tb_next
    if last is None:
        return None
    code = dis.get_instructions(last.tb_frame.f_code)
    names: list[str] = [i.argval for i in code if i.offset == last.tb_lasti and i.opname == "IMPORT_FROM"]
    return names[0] if names else None


def missing(error: BaseException) -> list[str | None] | None:
    """[module, name] of the symbol whose absence raised `error`, name None for a whole module; None for any other error."""
    if isinstance(error, ImportError):
        return (
            [error.name, None if isinstance(error, ModuleNotFoundError) else imported_name(error)]
            if error.name
            else None
        )
    if isinstance(error, AttributeError) and getattr(error, "name", None):
        owner = error.obj
        if type(owner) is type(sys):
            return [owner.__name__, error.name]
        kind = owner if isinstance(owner, type) else type(owner)
        return [kind.__module__, f"{kind.__qualname__}.{error.name}"]
    if isinstance(error, NameError) and getattr(error, "name", None) and error.__traceback__ is not None:
        entry = error.__traceback__
        while entry.tb_next is not None:
            entry = entry.tb_next
        return [str(entry.tb_frame.f_globals.get("__name__")), error.name]
    return None


def facts(error: BaseException, phase: str, tree: str) -> Record:
    error = origin(error)
    text = str(error).replace(tree + os.sep, "").strip().splitlines() or [""]
    return {
        "phase": phase,
        "types": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__],
        "message": f"{type(error).__name__}: {text[0]}"[:300],
        "frames": frames(error, tree),
        "missing": missing(error),
        "fixture": getattr(error, "argname", None) if type(error).__name__ == "FixtureLookupError" else None,
    }


LOOKED_AT: set[tuple[str, str]] = set()


def is_loaded(user: str, tree: str, tops: frozenset[str]) -> bool:
    """Is a module of the project there already, from wherever?"""
    files = [os.path.realpath(str(getattr(module, "__file__", None) or "")) for module in list(sys.modules.values())]
    return foreign(user, tree, tops) is not None or any(file.startswith(tree + os.sep) for file in files)


def foreign(user: str, tree: str, tops: frozenset[str]) -> tuple[str, str] | None:
    """A module of the user's checkout, or with one of the project's names, from outside the tree: (name, file), or None."""
    installed = (tree + os.sep, os.path.realpath(sys.prefix) + os.sep)
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or (name, path) in LOOKED_AT:
            continue
        said, path = path, os.path.realpath(path)
        inside = path.startswith(user + os.sep) and not path.startswith(installed) and "site-packages" not in path
        named = name.partition(".")[0] in tops and not path.startswith(tree + os.sep)
        if (inside or named) and module is not sys.modules["__main__"] and name != "__mp_main__":
            return name, path
        LOOKED_AT.add((name, said))
    return None
