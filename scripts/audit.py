"""`make audit`: do the pinned packages have known vulnerabilities? Asks the public index through pip-audit.

Findings fail. Where the index cannot be asked, in whole or in part, the line says SKIPPED: an audit that
did not happen is never called clean.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120


def judge(dependencies: list[dict[str, Any]]) -> tuple[int, str]:
    """Exit status and what to say of pip-audit's list of packages."""
    bad = [
        f"  {one['name']} {one['version']}: {hole['id']}, fixed in {hole['fix_versions']}"
        for one in dependencies
        for hole in one.get("vulns", [])
    ]
    skipped = sum("skip_reason" in one for one in dependencies)
    if bad:
        return 1, "\n".join(["audit: vulnerable packages", *bad])
    if skipped or not dependencies:
        return 0, f"audit: SKIPPED for {skipped} of {len(dependencies)} packages (index not reached)"
    return 0, f"audit: {len(dependencies)} packages, no known vulnerability"


def ask() -> list[dict[str, Any]]:
    """What pip-audit reports; nothing when it came to no end."""
    command = [sys.executable, "-m", "pip_audit", "-r", "requirements.txt", "--disable-pip", "--no-deps"]
    try:
        done = subprocess.run(
            [*command, "--progress-spinner", "off", "-f", "json"],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return found


def main() -> None:
    status, text = judge(ask())
    print(text)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
