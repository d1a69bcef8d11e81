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


def wrong(where: Frame | Page) -> list[str]:
    """What axe finds and what is too wide, in light and in dark."""
    return [f"{scheme}: {one}" for scheme in schemes(where) for one in axe(where) + too_wide(where)]


def axe(where: Frame | Page) -> list[str]:
    """Violations of the whole document: the rule and where it is broken."""
    if not where.evaluate("'axe' in window"):
        where.evaluate(SOURCE.read_text())
    found = where.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'], elementRef: false})"
        ".then(({violations}) => violations.flatMap(v => v.nodes.map(n =>"
        " `${v.id}: ${n.target.join(' ')} ${n.any.concat(n.all, n.none).map(c => c.message).join(' ')}`)))",
        RULES,
    )
    return [str(one) for one in found]


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
