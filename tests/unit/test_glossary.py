"""Names of the product use the words of `docs/glossary.md`, one word for one thing."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
PACKAGES = ("b24", "boards", "store", "web")

STILL_TO_RENAME: set[str] = set()
"""Names with a word that is not to be used. The set only shrinks: a name that is changed leaves it."""

STILL_SHARED: set[str] = set()
"""Classes of the same name that are different things. Shrinks like the set above."""


@dataclass(frozen=True)
class Name:
    """A name that a module defines. `owner` is the module's or the class's name, "" for a module itself.

    `kind`: "module" (packages too), "class", "function" (of a module), "method" or "variable"; parameters and
    attributes are variables.
    """

    text: str
    kind: str
    owner: str
    package: str


@cache
def words_of(name: str) -> list[str]:
    """The words of a name in lower case: `crm_SortValues2` gives crm, sort, values; `i18n` stays whole."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+(?:\d+[a-z]+)*", name)]


def singulars(word: str) -> set[str]:
    """The word and what it may be the plural of."""
    found = {word}
    if word.endswith("s") and not word.endswith("ss"):
        found |= {word[:-1], word[:-2]} if word.endswith("es") else {word[:-1]}
    if word.endswith("ies"):
        found.add(word[:-3] + "y")
    return found


def section(title: str) -> str:
    """The text of a second-level section of the glossary."""
    return GLOSSARY.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(title: str) -> list[str]:
    """What stands in backticks in the first column of a section's table."""
    rows = re.findall(r"^\| (`.+?) \|", section(title), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


@cache
def explained() -> frozenset[str]:
    """Words of the first two tables."""
    names = first_cells("Bitrix24's word and ours") + first_cells("Our own words")
    return frozenset(word for name in names for word in words_of(name))


@cache
def plain() -> frozenset[str]:
    return frozenset(section("Plain words").split("\n\n")[1].replace(",", " ").split())


@cache
def forbidden() -> tuple[str, ...]:
    return tuple(first_cells("Words not to use"))


@cache
def modules() -> tuple[Path, ...]:
    return tuple(file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))


@cache
def names() -> frozenset[Name]:
    """Every name that the product defines."""
    return frozenset(name for file in modules() for name in names_in(file))


def names_in(file: Path) -> Iterator[Name]:
    """The names of a module: its own, those of its folders, and all that it defines."""
    package, *parts = file.relative_to(ROOT).with_suffix("").parts
    yield from (Name(part, "module", "", package) for part in parts if part != "__init__")
    nodes: list[tuple[ast.AST, str, str]] = [(tree_of(file), file.stem, "function")]
    while nodes:
        node, owner, kind = nodes.pop()
        for child in ast.iter_child_nodes(node):
            if found := name_of(child, kind):
                yield Name(found[0], found[1], owner, package)
            inner = child.name if isinstance(child, ast.ClassDef) else owner
            nodes.append((child, inner, "method"))


def name_of(node: ast.AST, kind_of_function: str) -> tuple[str, str] | None:
    """The name that a node defines, and what kind of name that is."""
    match node:
        case ast.ClassDef():
            return node.name, "class"
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return node.name, kind_of_function
        case ast.arg():
            return node.arg, "variable"
        case ast.Name(ctx=ast.Store()):
            return node.id, "variable"
        case ast.Attribute(ctx=ast.Store()):
            return node.attr, "variable"
    return None


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def public_classes(file: Path) -> list[str]:
    tree = tree_of(file)
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]


def breaks(rule: str, name: Name) -> bool:
    """Whether a name is what a row of "Words not to use" forbids; the marks are explained there."""
    if rule.startswith("="):
        return name.text == rule[1:]
    if rule.endswith("()"):
        return (name.text, name.kind, name.package) == (rule[:-2], "function", "web")
    if "." in rule:
        return f"{name.owner}.{name.text}" == rule
    return any(rule in singulars(word) for word in words_of(name.text))


@cache
def violations() -> frozenset[str]:
    """Names that break a rule; a rule for a name at one place stands for itself."""
    broken = ((rule, name) for rule in forbidden() for name in names() if breaks(rule, name))
    return frozenset(rule if re.search(r"[.(]", rule) else name.text for rule, name in broken)


def test_the_words_of_modules_and_classes_are_explained() -> None:
    known = explained() | plain()
    unknown = {
        (word, name.text)
        for name in names()
        if name.kind in ("module", "class")
        for word in words_of(name.text)
        if not singulars(word) & known
    }
    allowed = {(word, name) for word, name in unknown if name in STILL_TO_RENAME}
    assert sorted(unknown - allowed) == []


def test_words_not_to_use_are_not_used() -> None:
    assert sorted(violations() - STILL_TO_RENAME) == []


def test_what_is_still_to_rename_is_still_there() -> None:
    assert sorted(STILL_TO_RENAME - violations()) == []


def test_each_class_has_a_name_of_its_own() -> None:
    classes = Counter(name for file in modules() for name in public_classes(file))
    assert {name for name, number in classes.items() if number > 1} == STILL_SHARED


def test_no_word_is_both_explained_and_plain_or_recommended_and_forbidden() -> None:
    assert explained() & plain() == frozenset()
    bare = {rule for rule in forbidden() if re.fullmatch(r"[a-z]+", rule)}
    assert bare and bare & (explained() | plain()) == set()
    assert len(explained()) > 100


def test_names_are_found_in_the_product() -> None:
    kinds = Counter(name.kind for name in names())
    assert set(kinds) == {"module", "class", "function", "method", "variable"}
    assert kinds["class"] > 150


def test_what_breaks_a_rule() -> None:
    cls = Name("DoneUnheard", "class", "attempts", "web")
    assert breaks("unheard", cls) and breaks("=DoneUnheard", cls) and breaks("attempts.DoneUnheard", cls)
    assert not breaks("unhear", cls) and not breaks("=Unheard", cls) and not breaks("jobs.DoneUnheard", cls)
    assert breaks("deed", Name("deeds", "variable", "moves", "boards"))
    view = Name("look", "function", "news", "web")
    assert breaks("look()", view) and not breaks("look()", Name("look", "method", "News", "web"))
