"""The rooms and arrows that `docs/architecture.md` names are those of the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("b24", "boards", "store", "web")


def modules() -> dict[str, Path]:
    """The modules of the product by their dotted names."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def room(module: str) -> str:
    """The room of a module: a layer, or a layer and a feature."""
    layer, *rest = module.split(".")
    if layer == "b24":
        return "b24.methods" if rest[:1] == ["methods"] else "b24"
    return ".".join([layer, *rest[:1]]) if layer in ("boards", "web") else layer


def imported(file: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else node.module for name in whole)


def arrows() -> dict[str, set[str]]:
    """From each room to the rooms that its modules import."""
    known = modules()
    found: dict[str, set[str]] = {room(module): set() for module in known if known[module].stat().st_size > 1}
    for module, file in known.items():
        targets = {room(name) for name in imported(file, known) if name.split(".")[0] in PACKAGES}
        found.setdefault(room(module), set()).update(targets - {room(module)})
    return {
        name: targets for name, targets in found.items() if name not in PACKAGES or name in ("b24", "store")
    }


def documented() -> dict[str, set[str]]:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| `([\w.]+)` \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE)
    return {name: set(re.findall(r"`([\w.]+)`", targets)) for name, targets in rows}


def test_the_arrows_of_the_document_are_those_of_the_imports() -> None:
    assert len(arrows()) > 10
    assert documented() == arrows()
