"""Collects what is known about the tests of one file without a stub."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from pytest_execute.mutation.cache import Accesses, MutationCache
from pytest_execute.mutation.outcomes import TRANSIENT_STATES, ImportedFunctions, Probe, Tests
from pytest_execute.mutation.replies import MutationReplies
from pytest_execute.tools.cache import digest


class ProbedFile:
    """Test file with its tests, and their results without a stub as far as they are known.

    `imported` are the keys of the functions that run on import, None where that is not known.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.tests: list[str] = []
        self.imported: frozenset[str] | None = None
        self.probes: dict[str, Probe] = {}
        self._is_recalled = False

    @functools.cached_property
    def key(self) -> str:
        """Name of the file and digest of its tests: part of all questions to the cache."""
        return f"{self.name} {digest(*self.tests)}"

    def unprobed(self) -> list[str]:
        return [test for test in self.tests if test not in self.probes]

    def reaching(self, tests: Iterable[str], function: str) -> Tests:
        """Return those of `tests` that pass and enter a function, which is given by its key."""
        return tuple(
            test for test in tests if self.probes[test].state == "passed" and function in self.probes[test].reached
        )

    def recall(self, cache: MutationCache) -> None:
        """Take over what earlier runs have learnt, once."""
        if self._is_recalled:
            return
        self._is_recalled = True
        import_question = f"imported {self.key}"
        answers = cache.get([import_question], ImportedFunctions)
        if import_question in answers:
            self.imported = frozenset(answers[import_question].functions)
            questions = {test: self._probe_question(test) for test in self.tests}
            probes = cache.get(questions.values(), Probe)
            self.probes = {test: probes[question] for test, question in questions.items() if question in probes}

    def learn(self, replies: MutationReplies, requested: Iterable[str]) -> dict[str, tuple[object, Accesses]]:
        """Take over the results of the requested tests, and return the facts for the cache."""
        facts: dict[str, tuple[object, Accesses]] = {}
        probes = replies.probes(requested)
        self.probes |= {test: probe for test, (probe, _) in probes.items()}
        if replies.imported is not None:
            self.imported = frozenset(replies.imported)
            facts[f"imported {self.key}"] = (ImportedFunctions(replies.imported), replies.shared_accesses)
        lasting = {test: fact for test, fact in probes.items() if fact[0].state not in TRANSIENT_STATES}
        return facts | {self._probe_question(test): fact for test, fact in lasting.items()}

    def _probe_question(self, test: str) -> str:
        return f"probe {self.key} {test}"
