"""The recipes of docs/develop.md name what is there, and count the files as they list them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "develop.md").read_text(encoding="utf-8")
PRODUCT = ("b24", "boards", "store", "web", "templates", "static", "locale", "migrations", "config.py")
SOURCES = (*PRODUCT, "sandbox", "tests", "scripts", "Makefile", "app.py", "gunicorn.conf.py", "docs/bitrix24")
AT_MOST = 6
FEW = ["page", "field", "bulk action", "long work", "chart", "event handler", "language"]
"""What must not touch more files than that."""
KINDS = {".py", ".html", ".js", ".css", ".md", ""}
EXAMPLES = {"DeleteCopy", "StageCompletion", "delete_copy", "fr", "COPY_DELETE"}
"""Names that whoever follows a recipe makes."""

PATH = re.compile(r"`([\w.<>-]+(?:/[\w.<>-]*)+)`")
NAME = re.compile(r"`@?([A-Za-z_]\w*(?:\.\w+)*)(?:\(.*?\))?`")
STEP = re.compile(r"^\d+\. `((?:" + "|".join(PRODUCT) + r")[/`][^`]*)", re.MULTILINE)


def recipes() -> dict[str, str]:
    """The text of each recipe by its heading; those that count files."""
    parts = re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {heading: text for heading, text in found.items() if text.lstrip().startswith("Files: ")}


def counts(text: str) -> list[int]:
    """The numbers in the line "Files: 5, or 6 where …"."""
    line = text.lstrip().splitlines()[0].removeprefix("Files: ").partition(". ")[0]
    return [int(number) for number in re.findall(r"(?:^|or |; )(\d+)\b", line)]


@cache
def words() -> frozenset[str]:
    """Every word of the sources, the names in addresses and messages too."""
    found: set[str] = set()
    for top in SOURCES:
        files = [ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*")
        for file in files:
            if file.suffix in KINDS and file.is_file() and file != Path(__file__):
                found.update(re.findall(r"\w+", file.read_text(encoding="utf-8")))
    return frozenset(found)


def is_there(path: str) -> bool:
    """Whether a path leads somewhere; with `<feature>` in it, for one of the features at least."""
    if any(path.startswith(made) for made in ("instance/", "static/vendor/", "static/min/")):
        return True
    if "<" in path:
        return any(ROOT.glob(re.sub(r"<\w+>", "*", path)))
    return any((top / path).exists() for top in (ROOT, ROOT / "docs"))


def test_there_is_a_recipe_for_each_row_of_the_table() -> None:
    rows = re.findall(r"^\| \[(.+?)\]\(#(.+?)\) \| ([^|]+) \|", TEXT, re.MULTILINE)
    assert len(rows) >= 11
    anchors = {heading.lower().replace(" ", "-"): text for heading, text in recipes().items()}
    assert {anchor for _what, anchor, _files in rows} == set(anchors)
    for _what, anchor, files in rows:
        assert max(map(int, re.findall(r"\d+", files))) == max(counts(anchors[anchor])), anchor


@pytest.mark.parametrize("what", FEW)
def test_what_is_added_often_touches_few_files(what: str) -> None:
    [heading] = [heading for heading in recipes() if what in heading.lower()]
    listed = STEP.findall(recipes()[heading])
    assert len(listed) == max(counts(recipes()[heading])) <= AT_MOST, listed


def test_paths_exist() -> None:
    named = PATH.findall(TEXT)
    assert len(named) > 60
    assert [path for path in named if not is_there(path)] == []


@pytest.mark.parametrize("heading", recipes())
def test_names_exist(heading: str) -> None:
    named = {name for name in NAME.findall(recipes()[heading]) if name not in EXAMPLES}
    missing = [name for name in named if not words().issuperset(name.split("."))]
    assert [name for name in missing if not list(ROOT.glob(f"tests/**/{name}"))] == []


def test_what_is_not_there_is_noticed() -> None:
    assert not is_there("boards/core/no_such_module.py") and not is_there("web/<feature>/nothing.html")
    assert "no_such_name_anywhere".upper() not in words()
    assert counts("Files: 5, or 6 where cards show the field. Here 1.") == [5, 6]
