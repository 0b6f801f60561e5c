"""Code of the standard library and of this package as it was before any test: what tests patched can be undone.

A test that replaces `json.dumps`, `Path.read_text` or `subprocess.run` and does not undo it would change what runs
after it in the same process, and that is the judge.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from pytest_execute.tools.own_libraries import OWN

PACKAGES = frozenset([*sys.stdlib_module_names, *OWN, "pytest_execute"]) - {"warnings"}
"""Packages that the judge uses; pytest changes `warnings` itself, and changes it back."""
KEPT_IN_MODULES = (FunctionType, BuiltinFunctionType, type, ModuleType, str)
KEPT_IN_CLASSES = (FunctionType, classmethod, staticmethod, property)
CAN_CHANGE, CANNOT_CHANGE = 1 << 9, 1 << 8
"""Flags of a class, `Py_TPFLAGS_HEAPTYPE` and `Py_TPFLAGS_IMMUTABLETYPE` (CPython 3.10 to 3.14, Include/object.h)."""


class OriginalCode:
    """Functions, classes and modules as they are now; data of modules, such as counters, is not kept."""

    def __init__(self) -> None:
        own = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES}
        modules = {name: module for name, module in own.items() if isinstance(module, ModuleType)}
        # of its own libraries this package has all that it needs; tests may import the project's instead
        self._modules = {name: module for name, module in modules.items() if name.partition(".")[0] not in OWN}
        self._names = [(module, dict(vars(module))) for module in modules.values()]
        found = (value for _, names in self._names for value in names.values() if isinstance(value, type))
        classes = {id(each): each for each in found if _is_ours(each)}
        self._members = [(each, dict(vars(each))) for each in classes.values()]

    def restore(self) -> None:
        """Put back what was replaced or removed, and remove what was added to classes."""
        blocked = [name for name, module in sys.modules.items() if module is None]  # a test says that it is not there
        for name in blocked:
            del sys.modules[name]
        sys.modules.update(self._modules)
        for module, names in self._names:
            _put_back(module, names, KEPT_IN_MODULES)
        for owner, names in self._members:
            _put_back(owner, names, KEPT_IN_CLASSES)
            for name in _added(owner, names):
                delattr(owner, name)


def _put_back(owner: Any, names: dict[str, Any], kinds: tuple[type, ...]) -> None:
    now = vars(owner)
    for name, value in names.items():
        if now.get(name, names) is not value and isinstance(value, kinds):
            with contextlib.suppress(AttributeError, TypeError):
                setattr(owner, name, value)


def _is_ours(owner: type) -> bool:
    """Return whether a class is of these packages and can be changed."""
    can_change = owner.__flags__ & CAN_CHANGE and not owner.__flags__ & CANNOT_CHANGE
    return bool(can_change) and str(owner.__module__).partition(".")[0] in PACKAGES


def _added(owner: type, names: dict[str, Any]) -> Iterator[str]:
    for name, value in list(vars(owner).items()):
        if name not in names and isinstance(value, FunctionType):
            yield name
