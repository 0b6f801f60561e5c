"""One run of the honest demo for all tests here."""

from __future__ import annotations

import pytest

from tests import hello


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the README's first command prints, line by line."""
    place = tmp_path_factory.mktemp("demo")
    done = hello.run(["pytest-execute", "demo", str(place / "ferry")], place)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()
