"""Status lines never change the other output: the screen ends as if they had not been there."""

from __future__ import annotations

import io

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_execute.progress.format import columns
from pytest_execute.progress.status_area import StatusArea

WIDTH, HEIGHT = 20, 12
TEXTS = st.one_of(
    st.text(alphabet="ab \r\n\tä漢", max_size=30), st.sampled_from(["\x1b[31m", "\x1b[0m", "." * WIDTH, "\n", "[gw0] "])
)
BLOCKS = st.lists(st.text(alphabet="xyz", min_size=1, max_size=WIDTH - 1), max_size=4)
ACTIONS = st.one_of(st.tuples(st.just("write"), TEXTS), st.tuples(st.just("show"), BLOCKS), st.just(("flush", "")))


class Screen(io.StringIO):
    """Terminal emulator with its scrolled-off lines."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = pyte.HistoryScreen(WIDTH, HEIGHT, history=10_000, ratio=0.5)
        self.screen.set_mode(pyte.modes.LNM)  # as a terminal's driver makes of a newline
        self.stream = pyte.Stream(self.screen)

    def write(self, text: str) -> int:
        self.stream.feed(text)
        return len(text)

    def lines(self) -> str:
        rows = [*self.screen.history.top, *(self.screen.buffer[at] for at in range(HEIGHT))]
        return "\n".join("".join(row[at].data for at in range(WIDTH)).rstrip() for row in rows).rstrip()


class FixedSizeArea(StatusArea):
    def size(self) -> tuple[int, int]:
        return WIDTH, HEIGHT


@settings(deadline=None)
@given(st.lists(ACTIONS, max_size=40))
def test_the_screen_ends_as_without_the_lines(actions: list[tuple[str, object]]) -> None:
    plain, screen = Screen(), Screen()
    area = FixedSizeArea(screen, columns)
    for action, value in actions:
        getattr(area, action)(*([] if action == "flush" else [value]))
        if action == "write":
            plain.write(str(value))
    area.show([])
    assert screen.lines() == plain.lines()
    assert (screen.screen.cursor.x, screen.screen.cursor.attrs) == (plain.screen.cursor.x, plain.screen.cursor.attrs)


def test_the_lines_are_below_the_other_output() -> None:
    screen = Screen()
    area = FixedSizeArea(screen, columns)
    area.write("one\ntwo")
    area.show(["a", "b"])
    assert screen.lines() == "one\ntwo\na\nb"
    area.write(" three")
    assert screen.lines() == "one\ntwo three\na\nb"
    area.write("\n")
    assert screen.lines() == "one\ntwo three"
    area.flush()
    assert screen.lines() == "one\ntwo three\n\na\nb"
