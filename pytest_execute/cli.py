# PYTHON_ARGCOMPLETE_OK
"""Command `pytest-execute`: runs a command of the table in `commands/table.py`.

Exit status: 0 passed, 1 not passed, 2 cannot judge, also after an internal error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, by default those of the process, and return the exit status.

    It imports the rest of this package by itself, so that an interruption or a failure meanwhile is told in one line.
    """
    options = None
    try:
        from pytest_execute.commands import table
        from pytest_execute.tools import process, standard_streams

        process.accept_signals()
        standard_streams.protect()
        options = table.parse(sys.argv[1:] if arguments is None else arguments)
        return table.run(options)
    except KeyboardInterrupt:
        return _cannot_judge("interrupted: nothing was judged")
    except Exception as error:  # noqa: BLE001 - the net below all: status 1 would be a verdict
        from pytest_execute.tools import internal_error

        return _cannot_judge(internal_error.describe(error, getattr(options, "debug_file", None)))


def _cannot_judge(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 2
