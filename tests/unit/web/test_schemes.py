"""Light and dark differ in colors and in nothing else, so that one look at all the rest is enough."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.servers import ROOT

STYLES = sorted([*(ROOT / "static" / "css").rglob("*.css"), *(ROOT / "sandbox" / "static").rglob("*.css")])
TEXTS = STYLES + sorted(
    file
    for folder in ("static/js", "templates", "sandbox/static", "sandbox/templates")
    for file in (ROOT / folder).rglob("*")
    if file.suffix in (".js", ".html")
)
RULE = re.compile(r"([^{}]*\[data-theme[^{}]*)\{([^{}]*)\}")
COLORS = re.compile(r"color-scheme|color|background|border-color|--[\w-]+")


def about(file: Path) -> str:
    return str(file.relative_to(ROOT))


def other_than_colors(css: str) -> list[str]:
    """Declarations of rules for one scheme that set something else than a color."""
    declared = [
        part.partition(":")[0].strip() for _where, body in RULE.findall(css) for part in body.split(";")
    ]
    return [name for name in declared if name and not COLORS.fullmatch(name)]


@pytest.mark.parametrize("file", STYLES, ids=about)
def test_a_rule_for_one_scheme_sets_colors_only(file: Path) -> None:
    assert other_than_colors(file.read_text()) == []


@pytest.mark.parametrize("file", TEXTS, ids=about)
def test_nothing_asks_which_scheme_there_is(file: Path) -> None:
    assert "prefers-color-scheme" not in file.read_text()


def test_what_is_more_than_a_color_is_found() -> None:
    css = '[data-theme="dark"] .a { color: #fff; display: none } .b { display: flex }'
    assert other_than_colors(css) == ["display"]
