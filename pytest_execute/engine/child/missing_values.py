"""Values that stand for what a statement could not make, such as an imported function that does not exist yet."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pytest_execute.engine.child.exceptions import traceback_entries
else:
    from _execute_exceptions import traceback_entries

OPERATORS = (
    *("abs", "add", "and", "bool", "bytes", "ceil", "complex", "contains", "delitem", "divmod", "enter", "eq"),
    *("exit", "float", "floor", "floordiv", "format", "fspath", "ge", "getitem", "gt", "iadd", "iand", "ifloordiv"),
    *("ilshift", "imatmul", "imod", "imul", "index", "instancecheck", "int", "invert", "ior", "ipow", "irshift"),
    *("isub", "iter", "itruediv", "ixor", "le", "len", "length_hint", "lshift", "lt", "matmul", "mod", "mro_entries"),
    *("mul", "ne", "neg", "next", "or", "pos", "pow", "radd", "rand", "rdivmod", "reversed", "rfloordiv", "rlshift"),
    *("rmatmul", "rmod", "rmul", "ror", "round", "rpow", "rrshift", "rshift", "rsub", "rtruediv", "rxor", "setitem"),
    *("str", "sub", "subclasscheck", "truediv", "trunc", "xor", "aenter", "aexit", "aiter", "anext", "await", "call"),
)
"""Special methods that a value may be used by; it can be passed on, compared by identity and shown without them."""


class MissingUses:
    """Missing values that were used: `first` is the first one since it was set to None."""

    first: MissingValue | None = None


class MissingValue:
    """Value that raises the error for which it could not be made wherever it is used.

    `uses` notes it, so that a test which catches it has failed nonetheless. Tests may ask for `__name__`: pytest
    makes names of parameters from it.
    """

    def __init__(self, name: str, error: BaseException, uses: MissingUses) -> None:
        self.__dict__.update(__name__=name, _error=error, _traceback=error.__traceback__, _uses=uses)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # pytest, inspect and others look at all values of a module
        raise_error(self)

    def __setattr__(self, name: str, value: object) -> None:
        raise_error(self)

    def __repr__(self) -> str:
        return f"<missing {self.__name__}>"

    __hash__ = object.__hash__


def original_error(value: MissingValue) -> BaseException:
    """Return the error of a value, with the traceback that it had at first."""
    error: BaseException = value.__dict__["_error"]
    return error.with_traceback(value.__dict__["_traceback"])


def has_error(value: MissingValue, error: BaseException) -> bool:
    """Return whether this very error is that of a value."""
    return value.__dict__["_error"] is error


def raise_error(value: MissingValue, *_: object, **__: object) -> NoReturn:
    """Raise the error of a value, and note that it was used."""
    uses = value.__dict__["_uses"]
    if uses.first is None:
        uses.first = value
    raise original_error(value)


for operator in OPERATORS:
    setattr(MissingValue, f"__{operator}__", raise_error)


def values_in(error: BaseException) -> Iterator[MissingValue]:
    """Yield the missing values among the variables of a traceback, innermost first: one may have been refused."""
    for entry in reversed([*traceback_entries(error)]):
        yield from (value for value in entry.tb_frame.f_locals.values() if type(value) is MissingValue)


def parameters_missing(item: Any) -> Iterator[MissingValue]:
    """Yield the missing values among the parameters of an item."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return (value for value in parameters.values() if type(value) is MissingValue)


def values_named(function: FunctionType) -> Iterator[MissingValue]:
    """Yield the missing values that a function names, itself or by a function that it names.

    A test may ask only if something exists, which is no use of a value.
    """
    functions, known = [function], {function}
    while functions:
        each = functions.pop()
        for name in names_loaded(each.__code__):
            value = each.__globals__.get(name)
            if type(value) is MissingValue:
                yield value
            if isinstance(value, FunctionType) and value not in known:
                known.add(value)
                functions.append(value)


def names_loaded(code: CodeType) -> Iterator[str]:
    """Yield the names of globals that code loads, that of its inner functions included."""
    yield from (each.argval for each in dis.get_instructions(code) if each.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_loaded(constant)
