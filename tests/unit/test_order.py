"""In which order the modules of a full run begin."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from tests.conftest import LONGEST, pytest_collection_modifyitems
from tests.support.servers import ROOT


@dataclass
class Item:
    nodeid: str


def test_the_longest_modules_begin_first_and_the_rest_stays_as_it_is() -> None:
    short, long = "tests/unit/test_config.py::test_one", f"tests/{LONGEST[1]}::test_two[a::b]"
    longest = f"tests/{LONGEST[0]}::test_three"
    items = [Item(one) for one in (short, long, f"{short}_more", longest, f"{long}_more")]
    pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    assert [one.nodeid for one in items] == [longest, long, f"{long}_more", short, f"{short}_more"]


def test_they_are_there_and_nothing_puts_them_into_another_order() -> None:
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert "--no-loadscope-reorder" in settings["addopts"]
