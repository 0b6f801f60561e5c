"""Status lines that stay below the other output of a terminal.

1. The cursor is always where the writer left it, and the status lines are below it.
2. To remove them, the screen is cleared from the cursor on. Nothing but these lines is ever cleared, whatever another
   program writes meanwhile.
3. After a carriage return, a line may have text right of the cursor. Then no status lines are shown until it has ended.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any, TextIO

CLEAR_BELOW = "\x1b[J"
CLEAR_RIGHT = "\x1b[K"
COLOUR = re.compile(r"\x1b\[[\d;]*m")
OTHER_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class StatusArea:
    """Text file that writes to `file` and keeps `lines` below; `columns` returns the number of columns of a text."""

    def __init__(self, file: TextIO, columns: Callable[[str], int]) -> None:
        self.file, self.columns = file, columns
        self.lines: Sequence[str] = ()
        self.is_shown = False
        self.current_line = ""  # the text left of the cursor
        self.columns_left = 0
        self.lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, text: str) -> int:
        """Write text as if there were no status lines."""
        with self.lock:
            if self.is_shown:
                visible = COLOUR.sub("", text)
                self.columns_left -= self.columns(visible)
                if self.columns_left < 0 or OTHER_CONTROLS.search(visible):
                    self._clear()
            self.current_line = (self.current_line + text).rpartition("\n")[2]
            return self.file.write(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self.lock:
            if self.lines and not self.is_shown:
                self._draw()
            self.file.flush()

    def show(self, lines: Sequence[str]) -> None:
        """Show these lines from now on, each no wider than the terminal; an empty list removes them."""
        with self.lock:
            self.lines = lines
            if lines:
                self._draw()
            elif self.is_shown:
                self._clear()
            self.file.flush()

    def size(self) -> tuple[int, int]:
        """Return the columns and lines of the terminal."""
        try:
            size = os.get_terminal_size(self.file.fileno())
        except (OSError, ValueError):
            return 80, 24
        return size.columns or 80, size.lines or 24

    def _clear(self) -> None:
        self.file.write(CLEAR_BELOW)
        self.is_shown = False

    def _draw(self) -> None:
        """Draw the lines, unless the column of the cursor is unknown or past the last one."""
        width, _ = self.size()
        before = COLOUR.sub("", self.current_line)
        column = self.columns(before)
        if OTHER_CONTROLS.search(before) or (column and column % width == 0):
            return
        lines = "".join(f"\n{line}{CLEAR_RIGHT}" for line in self.lines)
        right = f"\x1b[{column % width}C" if column else ""
        self.file.write(f"{lines}{CLEAR_BELOW}\x1b[{len(self.lines)}A\r{right}")
        self.is_shown, self.columns_left = True, width - column % width - 1
