"""What a test raised, as facts; and where its modules came from. Loaded by its path in the processes that run tests."""

from __future__ import annotations

import ast
import contextlib
import dis
import functools
import inspect
import linecache
import os
import sys
import weakref
from typing import Any

Record = dict[str, Any]

PLACES, LINES, LONGEST = 3, 8, 200
"""How many places of a traceback are told, how many lines of what was raised, and how much of a line."""


def origin(error: Any) -> BaseException:
    """The exception behind pytest's own wrapping of it."""
    inner = getattr(error, "cause", None) if type(error).__name__ == "ConftestImportFailure" else None
    if type(error).__name__ == "CollectError":
        inner = error.__cause__
    return origin(inner) if isinstance(inner, BaseException) else error


def frames(error: BaseException, tree: str) -> list[str]:
    """The files of the tree that the traceback of `error` passes, outermost first."""
    return [path for path, _ in passed(error, tree)]


def passed(error: BaseException, tree: str) -> list[tuple[str, Any]]:
    """The entries of the traceback of `error` that stand in the tree, each with its path there."""
    entry, found = error.__traceback__, []
    while entry is not None:
        name = entry.tb_frame.f_code.co_filename
        path = real(name)
        if path.startswith(tree + os.sep) and not name.startswith("<"):
            found.append((path[len(tree) + 1 :].replace(os.sep, "/"), entry))
        entry = entry.tb_next
    return found


def without(tree: str, error: BaseException) -> str:
    """What the error says, the same whichever directory holds the tree."""
    return str(error).replace(tree + os.sep, "").strip()


def last_lines(error: BaseException, tree: str) -> list[str]:
    """The last lines of the traceback: where it was in the tree, with what stands there, and what was raised."""
    found = []
    for path, entry in passed(error, tree)[-PLACES:]:
        code = entry.tb_frame.f_code
        found.append(f"{path}:{entry.tb_lineno}: in {code.co_name}")
        line = linecache.getline(code.co_filename, entry.tb_lineno).strip()
        found += [f"    {line}"] if line else []
    said = f"{type(error).__name__}: {without(tree, error)}".splitlines()
    return [line[:LONGEST] for line in [*found, *said[:LINES]]]


def imported_name(error: Any) -> str | None:
    """The name that `from module import name` did not find."""
    if getattr(error, "name_from", None):
        return str(error.name_from)
    entry = last = error.__traceback__
    while entry is not None:
        if "importlib" not in entry.tb_frame.f_code.co_filename:
            last = entry
        entry = entry.tb_next
    doing = instruction(last)
    return str(doing.argval) if doing and doing.opname == "IMPORT_FROM" else None


def instruction(entry: Any) -> dis.Instruction | None:
    """What an entry of a traceback was doing."""
    code = dis.get_instructions(entry.tb_frame.f_code) if entry is not None else ()
    return next((each for each in code if each.offset == entry.tb_lasti), None)


def raiser(error: BaseException, tree: str) -> str | None:
    """The file of the tree whose own `raise` it was, and no answer to an import that had failed before; None otherwise."""
    entries = passed(error, tree)
    if not entries or entries[-1][1].tb_next is not None or any(isinstance(one, ImportError) for one in behind(error)):
        return None
    doing = instruction(entries[-1][1])
    return entries[-1][0] if doing and doing.opname == "RAISE_VARARGS" else None


def behind(error: BaseException) -> list[BaseException]:
    """The errors that led to this one; Python lets them stand in a circle."""
    found = [error]
    while (one := found[-1].__cause__ or found[-1].__context__) and not any(one is known for known in found):
        found.append(one)
    return found[1:]


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


def called(error: BaseException) -> list[list[str]]:
    """[module, name] of what refused a call, which it does by a TypeError before any frame of its own: the line calls it, and the error names it."""
    entry = error.__traceback__
    while entry is not None and entry.tb_next is not None:
        entry = entry.tb_next
    if entry is None or type(error) is not TypeError:
        return []
    try:
        source = ast.parse("".join(linecache.getlines(entry.tb_frame.f_code.co_filename)))
    except (SyntaxError, ValueError):
        return []
    line, frame = entry.tb_lineno, entry.tb_frame
    calls = (
        node.func
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or 0)
    )
    names = {**frame.f_globals, **frame.f_locals}
    found = (value_of(function, names) for function in calls)
    said = str(error)
    return [
        [str(one.__module__), str(getattr(one, "__qualname__", ""))]
        for one in found
        if getattr(one, "__module__", None) and any(said.startswith(f"{name}() ") for name in names_in_errors(one))
    ]


def names_in_errors(function: Any) -> list[str]:
    """What Python calls it where it does not take its arguments; for a class, that is what makes its instances."""
    makers = (
        [inspect.getattr_static(function, name) for name in ("__init__", "__new__")]
        if isinstance(function, type)
        else []
    )
    makers = [getattr(maker, "__func__", maker) for maker in makers]
    return [str(one.__qualname__) for one in (function, *makers) if hasattr(one, "__qualname__")]


def value_of(node: ast.expr, names: dict[str, Any]) -> Any:
    """What a name, or a name with attributes, stands for; nothing is run to tell, and what needs that is None."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = value_of(node.value, names)
    for place in (owner, type(owner)):
        found = inspect.getattr_static(place, node.attr, None)
        if found is not None:
            return getattr(found, "__func__", found)
    return None


def facts(error: BaseException, phase: str, tree: str) -> Record:
    error = origin(error)
    text = without(tree, error).splitlines() or [""]
    return {
        "phase": phase,
        "types": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__],
        "message": f"{type(error).__name__}: {text[0]}"[:300],
        "frames": frames(error, tree),
        "lines": last_lines(error, tree),
        "missing": missing(error),
        "raiser": raiser(error, tree) if isinstance(error, ImportError) else None,
        "called": called(error) if phase != "call" else [],
        "fixture": getattr(error, "argname", None) if type(error).__name__ == "FixtureLookupError" else None,
    }


LOOKED_AT: dict[str, weakref.ref[Any]] = {}
"""The modules of which is known where they came from, by their names; they may go as if we did not know them."""
KNOWN: list[int] = []
"""The modules that there were when all were known, by their ids."""


def look_at(name: str, module: Any) -> None:
    with contextlib.suppress(TypeError):
        LOOKED_AT[name] = weakref.ref(module)


def real(file: str) -> str:
    """Where links lead; that of a directory is not asked again for each module in it."""
    above, name = os.path.split(file)
    return os.path.realpath(file) if os.path.islink(file) else os.path.join(directory(above), name)  # noqa: PTH114, PTH118


directory = functools.cache(os.path.realpath)


def is_loaded(user: str, tree: str, tops: frozenset[str]) -> bool:
    """Is a module of the project there already, from wherever?"""
    files = [real(str(file)) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))]
    return foreign(user, tree, tops) is not None or any(file.startswith(tree + os.sep) for file in files)


def foreign(user: str, tree: str, tops: frozenset[str]) -> tuple[str, str] | None:
    """A module of the user's checkout, or with one of the project's names, from outside the tree: (name, file), or None."""
    now = [*map(id, sys.modules.values())]
    if now == KNOWN:
        return None
    installed = (tree + os.sep, os.path.realpath(sys.prefix) + os.sep)
    for name, module in list(sys.modules.items()):
        if (seen := LOOKED_AT.get(name)) is not None and seen() is module:
            continue
        path = getattr(module, "__file__", None)
        if isinstance(path, str):
            path = real(path)
            inside = path.startswith(user + os.sep) and not path.startswith(installed) and "site-packages" not in path
            named = name.partition(".")[0] in tops and not path.startswith(tree + os.sep)
            if (inside or named) and module is not sys.modules["__main__"] and name != "__mp_main__":
                return name, path
        look_at(name, module)
    KNOWN[:] = now
    return None
