"""In which order the modules of a run begin: the longest first, so that none is left alone at the end.

How long a module takes is known from the last run, which pytest's cache keeps; before the first run it is
guessed from what its tests ask for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest

CACHE = "stagecraft/seconds"
GUESSES = {"browser": 3.0, "app_server": 1.0, "sandbox_server": 0.3}
"""Seconds a test takes that asks for this fixture; the first that fits counts."""
SERVED, OWN_SERVERS = "tests/functional/", 0.3
"""A folder, and the seconds of a test there that asks for none of them: it has an app of its own."""
SHORTEST = 0.01
LONG_PER_TIMEOUT = 0.1
"""A test with a timeout of its own is a long one: this part of it."""


class LongestFirst:
    """A plugin that sorts the modules of a run and notes how long they take."""

    def __init__(self, config: pytest.Config) -> None:
        self._cache: pytest.Cache | None = getattr(config, "cache", None)
        told: dict[str, Any] = getattr(config, "workerinput", {})
        self._is_worker = CACHE in told
        self._known: dict[str, float] = told.get(CACHE) or (self._cache.get(CACHE, {}) if self._cache else {})
        self._seconds: dict[str, float] = defaultdict(float)
        self._tests: dict[str, set[str]] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a process of the run what is known, for all must sort alike."""
        node.workerinput[CACHE] = self._known

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        expected = self.expected(items)
        items.sort(key=lambda item: -expected[module_of(item.nodeid)])

    def expected(self, items: Iterable[pytest.Item]) -> dict[str, float]:
        """Seconds that these tests will take, by module."""
        found: dict[str, float] = defaultdict(float)
        for item in items:
            module = module_of(item.nodeid)
            found[module] += self._known.get(module) or guess(item)
        return found

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        module = module_of(report.nodeid)
        self._seconds[module] += report.duration
        self._tests.setdefault(module, set()).add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Keep the seconds per test, so that a run of a part of a module does not belittle it."""
        if self._cache and not self._is_worker:
            per_test = {name: self._seconds[name] / len(tests) for name, tests in self._tests.items()}
            self._cache.set(CACHE, self._known | per_test)


def module_of(nodeid: str) -> str:
    """The file of a test, from the test's id."""
    return nodeid.partition("::")[0]


def guess(item: pytest.Item) -> float:
    """Seconds that a test may take, from what it asks for."""
    fixtures = getattr(item, "fixturenames", ())
    usual = next((seconds for name, seconds in GUESSES.items() if name in fixtures), 0.0)
    if not usual:
        usual = OWN_SERVERS if item.nodeid.startswith(SERVED) else SHORTEST
    own = item.get_closest_marker("timeout")
    return max(usual, own.args[0] * LONG_PER_TIMEOUT) if own else usual
