"""Description of exceptions: traceback, missing symbol, callable that refused its arguments."""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
import os
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child.messages import FailureFacts
    from pytest_execute.engine.child.module_origin import real_path
else:
    from _execute_module_origin import real_path

MAX_ENTRIES, MAX_LINES, MAX_LENGTH = 3, 8, 200
"""Entries of a traceback that are reported, lines of the exception's message, and characters of a line."""

WRAPPERS = ("CollectError", "ConftestImportFailure", "PluginImportFailure")
"""Exceptions of pytest that are raised from another one, which counts."""


def describe(error: BaseException, phase: str, tree: str) -> FailureFacts:
    """Return the facts of an exception that was raised in a phase of a test."""
    error = unwrap(error)
    missing, called = missing_symbol(error), refusing_callables(error) if phase != "call" else []
    text = relative_message(error, tree).splitlines() or [""]
    return {
        "phase": phase,
        "types": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__],
        "message": f"{type(error).__name__}: {text[0]}"[:300],
        "frames": [path for path, _ in entries_in_tree(error, tree)],
        "lines": last_lines(error, tree),
        "missing": missing,
        "import_path": import_path(tree) if missing or called else [],
        "raiser": raising_file(error, tree) if isinstance(error, ImportError) else None,
        "called": called,
        "fixture": getattr(error, "argname", None) if type(error).__name__ == "FixtureLookupError" else None,
    }


def unwrap(error: BaseException) -> BaseException:
    """Return the exception that pytest has wrapped (8.4 to 9)."""
    is_plugin_missing = type(error).__name__ == "UsageError" and isinstance(error.__cause__, ImportError)
    is_wrapper = is_plugin_missing or type(error).__name__ in WRAPPERS
    return unwrap(error.__cause__) if is_wrapper and error.__cause__ is not None else error


# -- traceback


def traceback_entries(error: BaseException) -> Iterator[TracebackType]:
    """Yield the entries of the traceback, outermost first."""
    entry = error.__traceback__
    while entry is not None:
        yield entry
        entry = entry.tb_next


def entries_in_tree(error: BaseException, tree: str) -> list[tuple[str, TracebackType]]:
    """Return the traceback entries in files of the tree, each after its path in the tree."""
    entries = []
    for entry in traceback_entries(error):
        name = entry.tb_frame.f_code.co_filename
        path = real_path(name)
        if path.startswith(tree + os.sep) and not name.startswith("<"):
            entries.append((path[len(tree) + 1 :].replace(os.sep, "/"), entry))
    return entries


def relative_message(error: BaseException, tree: str) -> str:
    """Return the exception's message without the directory of the tree, so that it is the same in each worker."""
    return str(error).replace(tree + os.sep, "").strip()


def last_lines(error: BaseException, tree: str) -> list[str]:
    """Return the last lines of the traceback: places in the tree with their source, then the exception."""
    places = []
    for path, entry in entries_in_tree(error, tree)[-MAX_ENTRIES:]:
        code = entry.tb_frame.f_code
        places.append(f"{path}:{entry.tb_lineno}: in {code.co_name}")
        line = linecache.getline(code.co_filename, entry.tb_lineno).strip()
        places += [f"    {line}"] if line else []
    message = f"{type(error).__name__}: {relative_message(error, tree)}".splitlines()
    return [line[:MAX_LENGTH] for line in [*places, *message[:MAX_LINES]]]


def current_instruction(entry: TracebackType | None) -> dis.Instruction | None:
    """Return the instruction at which an entry of a traceback stopped."""
    instructions = dis.get_instructions(entry.tb_frame.f_code) if entry is not None else ()
    return next((each for each in instructions if entry is not None and each.offset == entry.tb_lasti), None)


def raising_file(error: BaseException, tree: str) -> str | None:
    """Return the file of the tree whose `raise` statement raised the error; None if a failed import led to it."""
    entries = entries_in_tree(error, tree)
    if not entries or entries[-1][1].tb_next is not None:
        return None
    if any(isinstance(cause, ImportError) for cause in causes(error)):
        return None
    path, entry = entries[-1]
    instruction = current_instruction(entry)
    return path if instruction and instruction.opname == "RAISE_VARARGS" else None  # CPython 3.10 to 3.14


def causes(error: BaseException) -> list[BaseException]:
    """Return the errors that led to this one. Python allows circles of them."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and not any(cause is known for known in chain):
        chain.append(cause)
    return chain[1:]


# -- missing symbols


def name_not_imported(error: Any) -> str | None:
    """Return the name that `from module import name` did not find."""
    if getattr(error, "name_from", None):  # CPython 3.12 and later
        return str(error.name_from)
    entries = traceback_entries(error)
    outside = [entry for entry in entries if "importlib" not in entry.tb_frame.f_code.co_filename]
    instruction = current_instruction(outside[-1] if outside else error.__traceback__)
    return str(instruction.argval) if instruction and instruction.opname == "IMPORT_FROM" else None


def missing_symbol(error: BaseException) -> list[str | None] | None:
    """Return [module, name] of the symbol whose absence raised `error`, name None for a whole module; else None."""
    if isinstance(error, ImportError):
        if not error.name:
            return None
        return [error.name, None if isinstance(error, ModuleNotFoundError) else name_not_imported(error)]
    if isinstance(error, AttributeError) and getattr(error, "name", None):  # has `name` and `obj` since CPython 3.10
        owner = error.obj
        if type(owner) is type(sys):
            return [owner.__name__, error.name]
        kind = owner if isinstance(owner, type) else type(owner)
        return [kind.__module__, f"{kind.__qualname__}.{error.name}"]
    if isinstance(error, NameError) and getattr(error, "name", None) and error.__traceback__ is not None:
        *_, last = traceback_entries(error)
        return [str(last.tb_frame.f_globals.get("__name__")), error.name]
    return None


def import_path(tree: str) -> list[str]:
    """Return the directories of the tree on the module path, relative to it; "" is its top."""
    paths = (os.path.realpath(entry) + os.sep for entry in sys.path if isinstance(entry, str))
    return [path[len(tree) + 1 : -1].replace(os.sep, "/") for path in paths if path.startswith(tree + os.sep)]


# -- refused calls


def refusing_callables(error: BaseException) -> list[list[str]]:
    """Return [module, name] of callables that may have refused their arguments.

    Such a TypeError is raised before the callable has a frame. So the last line of the traceback has the call,
    and the message begins with the name of the callable.
    """
    if type(error) is not TypeError or error.__traceback__ is None:
        return []
    *_, last = traceback_entries(error)
    try:
        source = ast.parse("".join(linecache.getlines(last.tb_frame.f_code.co_filename)))
    except (SyntaxError, ValueError):
        return []
    calls = (
        node.func
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and node.lineno <= last.tb_lineno <= (node.end_lineno or 0)
    )
    names = {**last.tb_frame.f_globals, **last.tb_frame.f_locals}
    message = str(error)
    return [
        [str(function.__module__), str(getattr(function, "__qualname__", ""))]
        for function in (static_value(call, names) for call in calls)
        if getattr(function, "__module__", None)
        and any(message.startswith(f"{name}() ") for name in names_in_errors(function))
    ]


def names_in_errors(function: Any) -> list[str]:
    """Return the names of a callable in CPython's TypeErrors: its own, and for a class those of its constructors."""
    constructors = (
        [inspect.getattr_static(function, name) for name in ("__init__", "__new__")]
        if isinstance(function, type)
        else []
    )
    constructors = [getattr(constructor, "__func__", constructor) for constructor in constructors]
    return [str(each.__qualname__) for each in (function, *constructors) if hasattr(each, "__qualname__")]


def static_value(node: ast.expr, names: dict[str, Any]) -> Any:
    """Return the value of a name, or of a name with attributes, without running code; None if that is not possible."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = static_value(node.value, names)
    for holder in (owner, type(owner)):
        value = inspect.getattr_static(holder, node.attr, None)
        if value is not None:
            return getattr(value, "__func__", value)
    return None
