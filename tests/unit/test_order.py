"""In which order the modules of a full run begin."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.order import CACHE, LongestFirst, guess
from tests.support.servers import ROOT


@dataclass
class Item:
    nodeid: str
    fixturenames: tuple[str, ...] = ()
    marker: pytest.Mark | None = None

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.marker if self.marker and self.marker.name == name else None


@dataclass
class Report:
    nodeid: str
    duration: float


@dataclass
class Cache:
    kept: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any) -> Any:
        return self.kept.get(name, default)

    def set(self, name: str, value: Any) -> None:
        self.kept[name] = value


@dataclass
class Config:
    cache: Cache


@dataclass
class Worker:
    workerinput: dict[str, Any] = field(default_factory=dict)


def sorted_by(config: Any, *names: str) -> list[str]:
    items = [Item(name) for name in names]
    LongestFirst(config).pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    return [item.nodeid for item in items]


def test_the_longest_modules_begin_first_and_the_rest_stays_as_it_is() -> None:
    config = Config(Cache({CACHE: {"slow.py": 5.0, "slower.py": 3.0}}))
    names = ["quick.py::a", "slow.py::a", "quick.py::b", "slower.py::a[x::y]", "slower.py::b"]
    wanted = ["slower.py::a[x::y]", "slower.py::b", "slow.py::a", "quick.py::a", "quick.py::b"]
    assert sorted_by(config, *names) == wanted


def test_what_a_run_took_is_known_to_the_next_one_and_to_its_processes() -> None:
    config = Config(Cache({CACHE: {"other.py": 1.0, "a.py": 9.0}}))
    run = LongestFirst(config)  # type: ignore[arg-type]
    for report in (Report("a.py::x", 0.5), Report("a.py::x", 2.0), Report("a.py::y", 0.5)):
        run.pytest_runtest_logreport(report)  # type: ignore[arg-type]
    run.pytest_sessionfinish()
    assert config.cache.kept[CACHE] == {"other.py": 1.0, "a.py": 1.5}
    process = Worker()
    LongestFirst(config).pytest_configure_node(process)  # type: ignore[arg-type]
    assert sorted_by(process, "other.py::x", "a.py::x") == ["a.py::x", "other.py::x"]


def test_before_the_first_run_it_is_guessed_from_what_a_test_asks_for() -> None:
    long = pytest.mark.timeout(900).mark
    guessed = [
        guess(item)  # type: ignore[arg-type]
        for item in (
            Item("tests/unit/test_a.py::a"),
            Item("tests/functional/test_a.py::a"),
            Item("tests/functional/test_a.py::a", ("sandbox_server", "app_server")),
            Item("tests/browser/test_a.py::a", ("sandbox_server", "app_server", "browser")),
            Item("tests/functional/test_a.py::a", marker=long),
        )
    ]
    assert guessed == sorted(guessed) and len(set(guessed)) == len(guessed)


def test_nothing_puts_them_into_another_order() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert "--no-loadscope-reorder" in settings["addopts"]
