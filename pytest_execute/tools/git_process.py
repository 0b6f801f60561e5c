"""Start git, in one place, so that what a user has configured decides no answer.

| environment | git directory and settings | for |
| --- | --- | --- |
| `own_environment` | ours (`tools.git_directory`), without settings, hooks and grafts | to read and compare objects |
| `users_environment` | the user's, without his hooks | what only they say: names, the index, how files are stored |

`SETTINGS` come first in both: git reads what `-c` gives after all files and variables.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools import environment, process

SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.splitIndex": "false",  # else git writes a part of each index to the user's git directory
    "core.untrackedCache": "false",
    "core.ignoreStat": "false",
    "core.trustctime": "true",
    "core.checkStat": "default",
    "core.commitGraph": "false",  # a copy of the history, which may be out of date or damaged
    "core.safecrlf": "false",
    "index.sparse": "false",
    "add.ignoreErrors": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
"""Settings of each git process. What is compared is read without any others."""
FIXED = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LANGUAGE": "C",  # messages in English; LC_ALL would also hold for the user's filters
}
"""Variables of each git process."""
NO_SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
}
NO_ATTRIBUTES = (("core.attributesFile", os.devnull),)
"""Git has a default for this file, so it is read also without settings."""
CONNECTING = ("GIT_SSH", "GIT_SSL_", "GIT_HTTP_", "GIT_PROXY_COMMAND", "GIT_ASKPASS")
"""Beginnings of the variables by which git connects, to fetch what a partial clone lacks (git 2.39 to 2.51)."""


def own_environment(settings: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Return the environment in which git reads no settings but these and those of a command."""
    all_settings = [*NO_ATTRIBUTES, *settings]
    variables: dict[str, str] = {}
    for number, (name, value) in enumerate(all_settings):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**_inherited(CONNECTING), **NO_SETTINGS, **variables, "GIT_CONFIG_COUNT": str(len(all_settings)), **FIXED}


def users_environment() -> dict[str, str]:
    """Return the environment in which git reads the user's settings."""
    return {**_inherited((*CONNECTING, *environment.SETTINGS)), **FIXED}


def _inherited(beginnings: tuple[str, ...]) -> dict[str, str]:
    """Return the variables of this process; of those of git only the ones with such a beginning."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(beginnings)
    }


class GitProcess(Struct, frozen=True):
    """Way to start git: in a directory, with an environment."""

    directory: Path
    env: Mapping[str, str]

    def with_variables(self, **variables: str) -> GitProcess:
        return GitProcess(self.directory, {**self.env, **variables})

    def complete(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run `git ARGUMENTS` to its end. Raises ExecuteError where there is no git."""
        try:
            return process.run(_command(arguments), cwd=self.directory, env=self.env, stdin=stdin)
        except FileNotFoundError:
            raise ExecuteError(Problem("no-git", "there is no `git` on the path: install it")) from None
        except OSError as error:
            raise ExecuteError(Problem("no-git", f"`git` cannot be started: {error.strerror}")) from None

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return the output of `git ARGUMENTS`. Raises ExecuteError with git's message where it fails."""
        done = self.complete(*arguments, stdin=stdin)
        if done.returncode:
            command = " ".join(arguments[:3])
            raise ExecuteError(Problem("git", f"`git {command}` failed: {cause(done)}", str(self.directory)))
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `git ARGUMENTS`, to write to and to read from."""
        return process.start(_command(arguments), cwd=self.directory, env=self.env, keep_output=True)


def _command(arguments: tuple[str, ...]) -> list[str]:
    settings = (word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}"))
    return ["git", *settings, *arguments]


def cause(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return why git failed: its first error, which is in the last line as a rule, and that line."""
    lines = os.fsdecode(done.stderr).strip().split("\n")
    lines = [line for line in lines if line and not line.startswith("hint:")] or ["no message"]
    first = next((line for line in lines if line.startswith("error:")), lines[-1])
    return "; ".join(dict.fromkeys((first, lines[-1])))
