"""Lines below the output never change it: whatever is written, the screen ends as if they had not been there."""

from __future__ import annotations

import io

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_execute.progress.format import wide
from pytest_execute.progress.status_area import StatusArea

WIDTH, HEIGHT = 20, 12
TEXTS = st.one_of(
    st.text(alphabet="ab \r\n\tä漢", max_size=30), st.sampled_from(["\x1b[31m", "\x1b[0m", "." * WIDTH, "\n", "[gw0] "])
)
BLOCKS = st.lists(st.text(alphabet="xyz", min_size=1, max_size=WIDTH - 1), max_size=4)
DONE = st.one_of(st.tuples(st.just("write"), TEXTS), st.tuples(st.just("show"), BLOCKS), st.just(("flush", "")))


class Screen(io.StringIO):
    """A terminal with all that has scrolled off it."""

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


class Fixed(StatusArea):
    def size(self) -> tuple[int, int]:
        return WIDTH, HEIGHT


@settings(deadline=None)
@given(st.lists(DONE, max_size=40))
def test_the_screen_ends_as_without_the_lines(done: list[tuple[str, object]]) -> None:
    plain, screen = Screen(), Screen()
    below = Fixed(screen, wide)
    for what, value in done:
        getattr(below, what)(*([] if what == "flush" else [value]))
        if what == "write":
            plain.write(str(value))
    below.show([])
    assert screen.lines() == plain.lines()
    assert (screen.screen.cursor.x, screen.screen.cursor.attrs) == (plain.screen.cursor.x, plain.screen.cursor.attrs)


def test_the_lines_stand_below_what_is_written() -> None:
    screen = Screen()
    below = Fixed(screen, wide)
    below.write("one\ntwo")
    below.show(["a", "b"])
    assert screen.lines() == "one\ntwo\na\nb"
    below.write(" three")
    assert screen.lines() == "one\ntwo three\na\nb"
    below.write("\n")
    assert screen.lines() == "one\ntwo three"
    below.flush()
    assert screen.lines() == "one\ntwo three\n\na\nb"
