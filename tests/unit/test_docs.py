"""The documents say what is there: every setting, command, room and method."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import yaml

from config import VERSION

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
SETTING = re.compile(r"""["']([A-Z][A-Z0-9]*_[A-Z0-9_]+|PORT|HOST|PROXIES|LICENSOR|RELOAD|COMPONENTS)["']""")


def settings_of(*names: str) -> set[str]:
    """Names in capitals that these files ask the environment for."""
    found: set[str] = set()
    for name in names:
        for line in (ROOT / name).read_text().splitlines():
            if re.search(r"env\b|environ|_required|_list|_flag|_number|_address|port_setting", line):
                found |= set(SETTING.findall(line))
    return found


def test_every_setting_stands_in_the_readme() -> None:
    settings = settings_of("config.py", "gunicorn.conf.py")
    assert {"B24_CLIENT_ID", "TOKEN_KEYS", "DATABASE_URL", "WEB_THREADS"} <= settings
    missing = {name for name in settings if f"`{name}`" not in README}
    assert not missing


def test_every_setting_of_the_readme_is_read_somewhere() -> None:
    table = README.split("## Settings")[1].split("## ")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    read = settings_of("config.py", "gunicorn.conf.py", "scripts/demo.py")
    assert named == named & read


def test_every_command_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in [*DOCUMENTS, ROOT / "benchmarks" / "README.md"]:
        used = set(re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z-]+)", document.read_text()))
        assert used <= targets, document.name


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_files_named_in_the_architecture_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for path in re.findall(
        r"`((?:web|boards|b24|store|sandbox|scripts|bin|templates|static)/[\w./]*)`", text
    ):
        assert (ROOT / path).exists(), path


def test_requirements_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0].isalnum()]
        assert lines
        assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+", line) for line in lines), name


def test_functions_stay_short() -> None:
    """No function past 40 lines, decorators and docstring included; ruff caps how much they branch."""
    packages = ("b24", "boards", "store", "web", "sandbox", "scripts")
    files = [file for package in packages for file in (ROOT / package).rglob("*.py")]
    functions = [
        (f"{file.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for file in [*files, ROOT / "app.py", ROOT / "config.py"]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]
    assert len(functions) > 1000
    assert {name: lines for name, lines in functions if lines > 43} == {}


def test_tests_named_as_proof_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text())
    assert len(named) > 30
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert not missing


def test_figures_named_in_the_manual_are_counted() -> None:
    named = set(re.findall(r"`(stagecraft_\w+)`", (ROOT / "docs" / "operate.md").read_text()))
    counted = set()
    for module in ("core/counters.py", "core/metrics.py"):
        counted |= set(re.findall(r'"(stagecraft_\w+)"', (ROOT / "web" / module).read_text()))
    assert named == counted and len(named) >= 7


def test_settings_of_the_manual_exist() -> None:
    named = set(
        re.findall(
            r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+|PROXIES)(?:=[^`]*)?`", (ROOT / "docs" / "operate.md").read_text()
        )
    )
    assert {"TOKEN_KEYS", "METRICS_TOKEN", "PROXIES"} <= named
    assert {name for name in named if f"`{name}`" not in README} == set()


def test_what_people_see_in_the_manual_is_what_they_are_told() -> None:
    text = (ROOT / "docs" / "operate.md").read_text().split("## When something is wrong")[1]
    errors = (ROOT / "web" / "core" / "errors.py").read_text()
    quoted = re.findall(r'^\| "([^"]+)"', text, re.MULTILINE)
    assert len(quoted) >= 4
    assert [one for one in quoted if one not in errors] == []


def test_the_newest_release_of_the_changelog_is_the_version_that_runs() -> None:
    """Each release has a heading of its own, the newest first."""
    releases = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert releases[0] == VERSION
    numbers = [tuple(map(int, release.split("."))) for release in releases]
    assert numbers == sorted(set(numbers), reverse=True)


def test_the_hooks_before_a_commit_are_targets_of_the_makefile() -> None:
    """So a hook cannot check something else than `make check` does, and fetches nothing."""
    found = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    hooks = [hook for repository in found for hook in repository["hooks"]]
    assert [repository["repo"] for repository in found] == ["local"]
    recipe = (ROOT / "Makefile").read_text().split("\ncheck:")[1].split("\n\n")[0]
    targets = [hook["entry"].split()[-1] for hook in hooks]
    assert targets and [target for target in targets if target not in recipe.split()] == []
    assert all(hook["entry"].startswith("make ") and hook["language"] == "system" for hook in hooks)
