"""Every rule, section and file that code, templates and documents name is there (docs/bitrix24/README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAW = ROOT / "docs" / "bitrix24"
FOLDERS = (
    "b24",
    "benchmarks",
    "bin",
    "boards",
    "docs",
    "migrations",
    "sandbox",
    "scripts",
    "static",
    "store",
    "templates",
    "tests",
    "web",
)
MADE = ("static/vendor/", "static/min/", "instance/", "__pycache__/")
"""What the set-up or a run makes: not read, and not looked for where it is named."""

STILL_DANGLING: set[str] = set()
"""Citations that lead nowhere yet. The set only shrinks: a citation that is mended goes from here too."""

LEAD = r"(?:\s+(?:#:?\s*|//\s*|\*\s+)?)"  # white space, over the end of a line of comment too
NUMBER = r"\d+(?:\.\d+)*"
FURTHER = (
    rf"(?:(?:,|/|–|-|;)?{LEAD}?(?:and{LEAD})?§\s?{NUMBER}|(?:,{LEAD}|/|–|-){NUMBER}(?=[\s,;.)\]/–:-]|$))"
)
SECTIONS = re.compile(
    rf"(?:(?P<file>\b(?:behaviour|wire|newer)\.md){LEAD})?§\s?(?P<numbers>{NUMBER}{FURTHER}*)", re.IGNORECASE
)
SURPRISES = re.compile(
    rf"\bsurprises?{LEAD}(?P<numbers>\d+(?:(?:,?{LEAD}and{LEAD}|,{LEAD}|–|-)\d+)*)", re.IGNORECASE
)
FILES = re.compile(r"(?<![\w./:*}-])(?P<path>[\w.-][\w./-]*\w)(?![\w(/*-])")
KINDS = (".py", ".md", ".html", ".js", ".mjs", ".css", ".ini", ".toml", ".po")
COMMENTS = {
    ".py": re.compile(r'""".*?"""|(?m:(?:^|  )#[^\n]*)', re.DOTALL),
    ".html": re.compile(r"\{#.*?#\}", re.DOTALL),
    ".js": re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".md": re.compile(r"[^\n]+"),
    "": re.compile(r"#[^\n]*"),
}
"""What people write for people, by the kind of file."""
MODULES = re.compile(r"`((?:b24|boards|sandbox|store|tests|web)(?:\.\w+)+)(?:\(\))?`")
OUTSIDE = re.compile(
    r"\.\./shared|\(issues?\b|\bissue \d|contract/methods|\(design\b|plans of the project|(?<![\w.-])/work/"
)


@dataclass(frozen=True)
class Citation:
    """`place` is the file and line that names `target`."""

    place: str
    target: str


@cache
def files() -> tuple[Path, ...]:
    """All files of the project."""
    found = [file for file in ROOT.iterdir() if file.is_file()]
    for folder in FOLDERS:
        found += [file for file in (ROOT / folder).rglob("*") if file.is_file()]
    return tuple(sorted(found))


@cache
def sources() -> tuple[Path, ...]:
    """The texts among them that people write, but this one."""
    texts = {".py", ".md", ".html", ".js", ".css", ".toml", ".ini", ".cfg", ""}
    return tuple(
        file
        for file in files()
        if file.suffix in texts
        and file != Path(__file__)
        and not file.name.startswith(".")
        and not any(made in file.as_posix() for made in MADE)
    )


@cache
def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def place(file: Path, position: int) -> str:
    return f"{file.relative_to(ROOT)}:{text_of(file).count(chr(10), 0, position) + 1}"


@cache
def sections(name: str) -> frozenset[str]:
    """The numbers of a file's headings, and of the items where a section has a list and no headings below."""
    found: set[str] = set()
    items: set[str] = set()
    current = ""
    for line in (LAW / name).read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#{2,3} (\d+(?:\.\d+)?)\b", line):
            current = heading[1]
            found.add(current)
        elif item := re.match(r"(\d+)\. ", line):
            items.add(f"{current}.{item[1]}")
    parents = {number.partition(".")[0] for number in found if "." in number}
    return frozenset(
        found | {item for item in items if item.count(".") == 1 and item.split(".")[0] not in parents}
    )


def numbers_of(text: str) -> list[str]:
    """The numbers of a row, with those between the two ends of a range."""
    numbers: list[str] = []
    for first, last in re.findall(rf"({NUMBER})(?:\s?[–-]\s?§?\s?({NUMBER}))?", text):
        numbers.append(first)
        if last:
            head, _, low = first.rpartition(".")
            high = last.rpartition(".")[2]
            numbers += [f"{head}.{n}".lstrip(".") for n in range(int(low) + 1, int(high))] + [last]
    return numbers


def default_law(file: Path) -> str:
    """The file that a bare § belongs to."""
    return "wire.md" if file == LAW / "wire.md" else "behaviour.md"


def cited_sections(file: Path) -> Iterator[Citation]:
    for match in SECTIONS.finditer(text_of(file)):
        law = (match["file"] or default_law(file)).lower()
        for number in numbers_of(match["numbers"]):
            yield Citation(place(file, match.start()), f"{law} §{number}")


def cited_surprises(file: Path) -> Iterator[Citation]:
    for match in SURPRISES.finditer(text_of(file)):
        for number in numbers_of(match["numbers"]):
            yield Citation(place(file, match.start()), number)


@cache
def names_of_files() -> frozenset[str]:
    return frozenset(file.name for file in files())


def prose(file: Path) -> Iterator[re.Match[str]]:
    """Comments and docstrings of a file, or all lines of a document."""
    yield from COMMENTS.get(file.suffix, COMMENTS[""]).finditer(text_of(file))


def is_there(path: str, file: Path) -> bool:
    """Whether a path leads somewhere from the top, from the file that names it, or is a file's name."""
    if any(path.startswith(made) for made in MADE):
        return True
    if "/" not in path:
        return path in names_of_files()
    return any((top / path).exists() for top in (ROOT, file.parent, ROOT / "docs", ROOT / "sandbox"))


def cited_files(file: Path) -> Iterator[tuple[str, int]]:
    """Paths of files and where they are named."""
    for piece in prose(file):
        if "`DOC: " in piece[0]:  # pages of the official documentation
            continue
        for match in FILES.finditer(piece[0]):
            if match["path"].endswith(KINDS) and match["path"] not in KINDS:
                yield match["path"], piece.start() + match.start()


def test_sections_that_are_cited_exist() -> None:
    cited = [citation for file in sources() for citation in cited_sections(file)]
    assert len(cited) > 400
    missing = [
        citation
        for citation in cited
        if citation.target.split(" §")[1] not in sections(citation.target.split(" §")[0])
    ]
    assert missing == []


def test_surprises_that_are_cited_exist() -> None:
    there = set(re.findall(r"^(\d+)\. ", (LAW / "surprises.md").read_text(encoding="utf-8"), re.MULTILINE))
    cited = [citation for file in sources() for citation in cited_surprises(file)]
    assert len(there) >= 30
    assert len(cited) > 70
    assert [citation for citation in cited if citation.target not in there] == []


def test_files_that_are_named_exist() -> None:
    cited = [(file, path, position) for file in sources() for path, position in cited_files(file)]
    assert len(cited) > 100
    missing = [
        Citation(place(file, position), path) for file, path, position in cited if not is_there(path, file)
    ]
    assert [citation for citation in missing if citation.target not in STILL_DANGLING] == []


def leads_to_code(dotted: str) -> bool:
    """Whether a dotted name is a module or package, or a word of the module it begins with."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:end])
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        if file.exists():
            return end == len(parts) or bool(re.search(rf"\b{parts[end]}\b", text_of(file)))
    return False


def test_modules_that_are_named_exist() -> None:
    cited = [
        Citation(place(file, piece.start()), match[1])
        for file in sources()
        for piece in prose(file)
        for match in MODULES.finditer(piece[0])
    ]
    assert len(cited) > 5
    assert [citation for citation in cited if not leads_to_code(citation.target)] == []


def test_nothing_points_out_of_the_project() -> None:
    outside = [
        Citation(place(file, match.start()), match[0])
        for file in sources()
        for match in OUTSIDE.finditer(text_of(file))
    ]
    assert [citation for citation in outside if citation.target not in STILL_DANGLING] == []


def test_what_still_dangles_is_still_there() -> None:
    texts = [text_of(file) for file in sources()]
    assert {target for target in STILL_DANGLING if not any(target in text for text in texts)} == set()


def test_rows_of_numbers_are_read() -> None:
    def read(text: str) -> list[tuple[str | None, list[str]]]:
        return [(match["file"], numbers_of(match["numbers"])) for match in SECTIONS.finditer(text)]

    assert read("see behaviour.md §4.2, §4.6 and §5.1.") == [("behaviour.md", ["4.2", "4.6", "5.1"])]
    assert read("wire.md §1, behaviour.md §10") == [("wire.md", ["1"]), ("behaviour.md", ["10"])]
    assert read("behaviour.md\n    # §3.3–3.5)") == [("behaviour.md", ["3.3", "3.4", "3.5"])]
    assert read("(§4.2–4.5).") == [(None, ["4.2", "4.3", "4.4", "4.5"])]
    assert read("§6.4-§6.6") == [(None, ["6.4", "6.5", "6.6"])]
    assert numbers_of("7–9, 23") == ["7", "8", "9", "23"]
