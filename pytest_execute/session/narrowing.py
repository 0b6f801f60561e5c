"""Options by which a run leaves tests out: the user's own, and those in the settings of the project."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pytest

FLAGS = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "lf": "--lf",
    "stepwise": "--stepwise",
}
"""Options of pytest that leave tests out, by the names of their values."""
LISTS = ("deselect", "ignore", "ignore_glob")
DESELECTING = ("keyword", "markexpr", "deselect", "lf", "stepwise")
"""Those of them that leave out tests which were collected."""


class Option(NamedTuple):
    """Option with its value."""

    name: str
    value: str | bool

    def __str__(self) -> str:
        flag = FLAGS[self.name]
        if self.value is True:
            return f"`{flag}`"
        return f"`{flag}{'=' if flag.startswith('--') else ' '}{shlex.quote(str(self.value))}`"


class Narrowing:
    """Options of this run that leave tests out. `own` are those that are not in the settings of the project."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options = list(_options(config.option))
        words = [str(word) for word in config.getini("addopts")]
        settings = set(_options(_read(words)))
        self.own = [option for option in self.options if option not in settings]
        self.start = config.invocation_params.dir
        is_setting = config.args_source is pytest.Config.ArgsSource.TESTPATHS or {*config.args} <= {*words}
        self.arguments = [] if is_setting else config.args

    def deselected_by(self) -> str:
        """Return a message for tests that were collected and then left out."""
        options = " or ".join(str(option) for option in self.options if option.name in DESELECTING)
        return f"{options or 'a plugin or a conftest'} left it out"

    def is_own(self) -> bool:
        """Return whether the user narrows the run, beyond the settings of the project."""
        return any(option.name in DESELECTING for option in self.own)

    def left_out_by(self, path: str) -> str:
        """Return why a file was not collected, or "" where no option of the user is known to leave it out.

        `path` is relative to the root directory.
        """
        full = self.config.rootpath / path
        if not self._is_named(full):
            return self._not_named()
        for option in self.own:
            value = str(option.value)
            is_ignored = option.name == "ignore" and full.is_relative_to(self._absolute(value))
            if is_ignored or (option.name == "ignore_glob" and _matches(full, self._absolute(value))):
                return f"{option} left it out"
        unsure = [option for option in self.own if option.name in ("lf", "stepwise")]
        return f"{unsure[0]} left it out" if unsure else ""

    def partly_named(self) -> Iterator[tuple[str, str]]:
        """Yield the files of which the command line names a part, relative to the root directory, and a message."""
        for argument in self.arguments:
            file, is_part, _ = argument.partition("::")
            if is_part:
                path = os.path.relpath(self._absolute(file), self.config.rootpath)
                yield PurePosixPath(path).as_posix(), f"{self._not_named()}, or a part of it"

    def _is_named(self, file: Path) -> bool:
        places = [self._absolute(argument.partition("::")[0]) for argument in self.arguments]
        return not places or any(file.is_relative_to(place) for place in places)

    def _not_named(self) -> str:
        if self.config.args_source is pytest.Config.ArgsSource.ARGS:
            return f"`{shlex.join(self.arguments)}` on the command line left it out"
        place = os.path.relpath(self.start, self.config.rootpath)
        return f"pytest was started in {place}, which left it out"

    def _absolute(self, path: str) -> Path:
        return Path(os.path.normpath(self.start / path))


def _matches(file: Path, pattern: Path) -> bool:
    """Return whether pytest's `--ignore-glob` matches a file, or a directory that it is in."""
    return any(fnmatch(str(path), str(pattern)) for path in (file, *file.parents))


def _options(values: argparse.Namespace) -> Iterator[Option]:
    for name in FLAGS:
        value: Any = getattr(values, name, None)
        for each in value if isinstance(value, list) else [value]:
            if each:
                yield Option(name, each)


def _read(words: list[str]) -> argparse.Namespace:
    """Return the values of these options in a list of words; all other options are left out."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for name, flag in FLAGS.items():
        action = "append" if name in LISTS else "store" if name in ("keyword", "markexpr") else "store_true"
        parser.add_argument(flag, dest=name, action=action)
    return parser.parse_known_args(words)[0]
