"""Write notices.json: the packages Stagecraft is made with, their licenses and the texts of these.

Read from what is installed: the distributions that requirements.txt pins, and the `dependencies` of
package.json in node_modules/. `/license` shows the file. `make setup` and `bin/post_compile` make it.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "notices.json"
TEXTS = re.compile(r"(?i).*(licen[cs]e|copying|notice|authors).*")
CODE = {".py", ".pyc", ".js", ".ts", ".map"}
SHORT = 80
"""Some packages put the whole text where the name of the license belongs."""

Notice = dict[str, str]
"""`name`, `version`, `license` (its name, "" where the package gives none), `text` (of all its files)."""


def pinned(requirements: str) -> list[str]:
    """The names of the distributions in a requirements file of pins."""
    return re.findall(r"^([\w.-]+)==", requirements, re.MULTILINE)


def of_distribution(name: str) -> Notice:
    """The notice of an installed distribution; SystemExit where it is not installed."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise SystemExit(f"{name} stands in requirements.txt and is not installed: make setup") from None
    files = [Path(str(file.locate())) for file in found.files or () if is_text(file.name)]
    return {
        "name": found.name,
        "version": found.version,
        "license": license_name(found),
        "text": joined(files),
    }


def license_name(found: metadata.Distribution) -> str:
    """Its SPDX expression, else what the older fields say."""
    fields = found.metadata
    given = fields.get("License-Expression") or fields.get("License") or ""
    if given and len(given) <= SHORT and "\n" not in given:
        return given
    classes = (line.split(" :: ") for line in fields.get_all("Classifier") or ())
    return ", ".join(parts[-1] for parts in classes if parts[0] == "License" and len(parts) > 1)


def of_npm_package(name: str, modules: Path) -> Notice:
    """The notice of a package in node_modules/; SystemExit where it is not there."""
    folder = modules / name
    if not (folder / "package.json").exists():
        raise SystemExit(f"{name} stands in package.json and is not in node_modules/: make setup")
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and is_text(file.name)]
    return {
        "name": name,
        "version": str(about["version"]),
        "license": str(about.get("license", "")),
        "text": joined(files),
    }


def is_text(name: str) -> bool:
    """Whether a file holds a license or a notice, by its name."""
    return bool(TEXTS.fullmatch(name)) and Path(name).suffix not in CODE


def joined(files: list[Path]) -> str:
    """The texts of these files, each once."""
    texts = [file.read_text(encoding="utf-8", errors="replace").strip() for file in files if file.is_file()]
    return "\n\n".join(dict.fromkeys(texts))


def collect(root: Path = ROOT) -> list[Notice]:
    """All notices, sorted by name."""
    names = pinned((root / "requirements.txt").read_text(encoding="utf-8"))
    packages = json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"]
    notices = [of_distribution(name) for name in names]
    notices += [of_npm_package(name, root / "node_modules") for name in packages]
    return sorted(notices, key=lambda notice: notice["name"].lower())


def main() -> None:
    notices = collect()
    TARGET.write_text(json.dumps(notices, indent=1), encoding="utf-8")
    without = [notice["name"] for notice in notices if not notice["text"]]
    if without:
        print(f"No text of a license comes with: {', '.join(without)}", file=sys.stderr)


if __name__ == "__main__":
    main()
