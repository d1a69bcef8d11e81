"""Finds words in a template that a person sees and no catalog translates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

MARKS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext", "npgettext", "lazy_pgettext"}
"""Functions that look a text up."""
AS_IT_STANDS = {"default", "safe", "e", "upper", "lower", "capitalize", "title"}
"""Filters that put out what they are given; our own make sentences of codes."""
HOLE = "\ufffc"
"""Stands for what a template fills in."""
SHOWN = re.compile(r"title|aria-label|aria-description|placeholder|alt|label|data-(text|why|title|msg-.*)")
"""Attributes people see or hear."""
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
NAMES = {"Stagecraft", "Aa"}
"""The same in every language: the product, and two letters that show how text looks on a color."""
KEYS = re.compile(r"Alt|Enter|Esc|Tab|\w")
"""As they are engraved on keyboards everywhere."""
COMPONENTS = re.compile(r"MIT License")


def direct(node: nodes.Node) -> Iterator[str]:
    """Strings an expression may put out as they stand, without gettext."""
    if isinstance(node, nodes.Const):
        yield from [node.value] if isinstance(node.value, str) else []
    elif isinstance(node, nodes.CondExpr):
        yield from direct(node.expr1)
        yield from direct(node.expr2) if node.expr2 else ()
    elif isinstance(node, nodes.BinExpr | nodes.Concat):
        for child in node.iter_child_nodes():
            yield from direct(child)
    elif isinstance(node, nodes.Filter) and node.node and node.name in AS_IT_STANDS:
        for child in [node.node, *node.args]:
            yield from direct(child)
    elif isinstance(node, nodes.Call) and getattr(node.node, "name", "") not in MARKS:
        for child in node.args:  # a macro shows its arguments; names of icons and the like have no blanks
            yield from (text for text in direct(child) if " " in text.strip())


def flatten(template: str) -> str:
    """The HTML of a template: tags of Jinja left out, expressions replaced by what they show unmarked."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    html, expression = [], None
    for _line, token, text in environment.lex(template):
        if token == "variable_begin":
            expression = []
        elif token == "variable_end":
            output = environment.parse("{{" + "".join(expression or ()) + "}}").body[0]
            html.append(HOLE + " ".join(direct(output.nodes[0])))  # type: ignore[attr-defined]
            expression = None
        elif expression is not None:
            expression.append(text)
        elif token == "data":
            html.append(text)
    return "".join(html)


class Reader(HTMLParser):
    """Collects what a person may see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found += [value or "" for name, value in attrs if SHOWN.fullmatch(name)]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.found += [value for name, value in ATTRIBUTE.findall(data) if SHOWN.fullmatch(name)]
        rest = ATTRIBUTE.sub("", data)  # a macro may consist of attributes only
        if self.inside != "kbd" or not KEYS.fullmatch(rest.strip()):
            self.found.append(rest)


def visible(template: str) -> list[str]:
    """Words of a template that no catalog translates."""
    reader = Reader()
    reader.feed(flatten(template))
    reader.close()
    kept = [COMPONENTS.sub("", text) for text in reader.found]
    return [text.strip() for text in kept if set(re.findall(r"[^\W\d_]+", text)) - NAMES]
