"""Packages that build settings name."""

import pytest

from pytest_execute.core.build_settings import declared_packages


@pytest.mark.parametrize(
    ("pyproject", "packages"),
    [
        (
            '[tool.setuptools]\npackage-dir = {"" = "lib"}\npackages = ["app", "app.deep"]',
            ["lib", "lib/app", "lib/app/deep"],
        ),
        ('[tool.setuptools.packages.find]\nwhere = ["./lib/", "."]', ["lib"]),
        ('[tool.setuptools]\npy-modules = ["one"]', ["one.py"]),
        ('[tool.hatch.build.targets.wheel]\npackages = ["backend/app"]', ["backend/app"]),
        ('[tool.hatch.build]\nonly-include = ["app"]', ["app"]),
        ('[tool.poetry]\npackages = [{include = "app", from = "lib"}, {include = "more"}]', ["lib/app", "more"]),
        ('[tool.flit.module]\nname = "app"', ["app", "app.py", "src/app", "src/app.py"]),
        ('[tool.pdm.build]\npackage-dir = "lib"', ["lib"]),
        ('[tool.uv.build-backend]\nmodule-root = "lib"', ["lib"]),
        ('[tool.maturin]\npython-source = "python"', ["python"]),
        ('[tool]\nsetuptools = 3\npoetry = {packages = "x"}\nhatch = {build = {packages = 3}}', []),
        ("not [ toml", []),
        ("", []),
    ],
)
def test_packages_in_pyproject(pyproject: str, packages: list[str]) -> None:
    assert list(declared_packages(pyproject)) == packages


@pytest.mark.parametrize(
    ("setup_cfg", "packages"),
    [
        ("[options]\npackage_dir =\n    = lib\npackages = find:\n[options.packages.find]\nwhere = lib\n", ["lib"]),
        (
            "[options]\npackages =\n    app\n    app.deep\npy_modules = one, two\n",
            ["app", "app/deep", "one.py", "two.py"],
        ),
        ("no section", []),
    ],
)
def test_packages_in_setup_cfg(setup_cfg: str, packages: list[str]) -> None:
    assert list(declared_packages("", setup_cfg)) == packages
