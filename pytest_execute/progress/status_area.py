"""A few lines that stay below what is written to a terminal, and never among it.

The cursor always stands where the writer left it, and the lines below it. So to take them away is to clear from the cursor on:
whatever else came to the screen in between, nothing but these lines is ever cleared. Where a line may have text right of the
cursor, as after a carriage return, there are no lines below until it has ended.
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
OTHER_ORDERS = re.compile(r"[\x00-\x1f\x7f]")


class StatusArea:
    """A text file that writes to `file`; `columns` says how many columns a text takes."""

    def __init__(self, file: TextIO, columns: Callable[[str], int]) -> None:
        self.file, self.columns = file, columns
        self.lines: Sequence[str] = ()
        self.shown = False
        self.line = ""  # what stands left of the cursor, as it was written
        self.room = 0
        self.lock = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, text: str) -> int:
        """Write as if there were no lines below."""
        with self.lock:
            if self.shown:
                letters = COLOUR.sub("", text)
                self.room -= self.columns(letters)
                if self.room < 0 or OTHER_ORDERS.search(letters):
                    self._clear()
            self.line = (self.line + text).rpartition("\n")[2]
            return self.file.write(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self.lock:
            if self.lines and not self.shown:
                self._draw()
            self.file.flush()

    def show(self, lines: Sequence[str]) -> None:
        """From now on these lines, each no wider than the terminal; none ends it."""
        with self.lock:
            self.lines = lines
            if lines:
                self._draw()
            elif self.shown:
                self._clear()
            self.file.flush()

    def size(self) -> tuple[int, int]:
        """Columns and lines of the terminal."""
        try:
            size = os.get_terminal_size(self.file.fileno())
        except (OSError, ValueError):
            return 80, 24
        return size.columns or 80, size.lines or 24

    def _clear(self) -> None:
        self.file.write(CLEAR_BELOW)
        self.shown = False

    def _draw(self) -> None:
        """Where the cursor stands in an unknown column, or past the last one, nothing is drawn until it moves on."""
        width, _ = self.size()
        before = COLOUR.sub("", self.line)
        column = self.columns(before)
        if OTHER_ORDERS.search(before) or (column and column % width == 0):
            return
        lines = "".join(f"\n{line}{CLEAR_RIGHT}" for line in self.lines)
        right = f"\x1b[{column % width}C" if column else ""
        self.file.write(f"{lines}{CLEAR_BELOW}\x1b[{len(self.lines)}A\r{right}")
        self.shown, self.room = True, width - column % width - 1
