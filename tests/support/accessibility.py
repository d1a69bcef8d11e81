"""What axe finds in a page, and whether a page needs more width than it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Frame, Page

from tests.support.servers import ROOT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SOURCE = ROOT / "node_modules/axe-core/axe.min.js"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


def schemes(where: Frame | Page) -> Iterator[Scheme]:
    """The same state of a page in light and in dark, without going the way to it twice.

    The colors come from `light-dark()` and none of them has a transition, so they are there at once.
    """
    page = where if isinstance(where, Page) else where.page
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert where.evaluate("scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", scheme)
        yield scheme


def wrong(where: Frame | Page, within: str = "") -> list[str]:
    """What axe finds and what is too wide, in light and in dark; `within` is the CSS selector of a part.

    The scheme changes colors and nothing else (tests/unit/web/test_schemes.py), so that in dark axe looks at
    the colors only.
    """
    found = []
    for scheme in schemes(where):
        told = axe(where, within, colors_only=scheme == "dark") + too_wide(where)
        found += [f"{scheme}: {sentence}" for sentence in told]
    return found


def axe(where: Frame | Page, within: str = "", *, colors_only: bool = False) -> list[str]:
    """Violations in the document, or in the part that the CSS selector names: the rule, where, and why."""
    if not where.evaluate("'axe' in window"):
        where.evaluate(SOURCE.read_text())
    found = where.evaluate(
        """([tags, within, colorsOnly]) => {
            const colors = axe.getRules(tags).filter(rule => rule.tags.includes('cat.color'));
            const runOnly = colorsOnly ? colors.map(rule => rule.ruleId) : tags;
            return axe.run(within || document, {runOnly, resultTypes: ['violations'], elementRef: false})
                .then(({violations}) => violations.flatMap(v => v.nodes.map(n => `${v.id}: `
                    + `${n.target.join(' ')} ${n.any.concat(n.all, n.none).map(c => c.message).join(' ')}`)));
        }""",
        [RULES, within, colors_only],
    )
    return [str(sentence) for sentence in found]


def too_wide(where: Frame | Page) -> list[str]:
    """What makes the document scroll sideways; empty when nothing does."""
    found = where.evaluate(
        """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= innerWidth) return [];
            const over = [...document.querySelectorAll('body *')].filter(one =>
                one.getBoundingClientRect().right > innerWidth + 1);
            return over.slice(0, 3).map(one => `${one.tagName}.${one.className} ends at `
                + `${Math.round(one.getBoundingClientRect().right)} of ${innerWidth}`);
        }"""
    )
    return [str(one) for one in found]
