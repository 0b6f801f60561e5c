"""Files of the implementation in a tree and in the work tree."""

from __future__ import annotations

from pathlib import Path

from pytest_execute.core.layout import Layout
from pytest_execute.tools.git import LINK_MODE, SUBMODULE_MODE, Entry
from pytest_execute.workflow.layout import source_files


def test_a_link_counts_where_it_leads_to_a_file_and_a_submodule_never(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "code.py").write_text("")
    links = {
        "to-code": "../code.py",
        "loop": "loop.py",
        "ping": "pong.py",
        "pong": "ping.py",
        "gone": "x",
        "up": "..",
    }
    for name, target in links.items():
        (tmp_path / "src" / f"{name}.py").symlink_to(target)
    tree = {f"src/{name}.py": Entry(LINK_MODE, "1") for name in links} | {"src/new.py": Entry("100644", "2")}
    tree["src/sub.py"] = Entry(SUBMODULE_MODE, "3")
    assert [*source_files(tree, Layout(source=("src",)), tmp_path)] == ["src/to-code.py", "src/new.py"]
