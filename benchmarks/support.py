"""What the benchmarks share: an installed app, what processes use."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.installing import installed_app as installed_app


def cpu_seconds(pid: int) -> float:
    """CPU time of a server so far: its process and the direct children, from /proc."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, rest = stat.read_text().partition(" (")
            fields = rest.rpartition(") ")[2].split()
            if pid in (int(number), int(fields[1])):
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def workers_megabytes(pid: int) -> list[float]:
    """Resident memory of each direct child of a server: its web processes."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if fields["PPid"].strip() == str(pid):
                found.append(int(fields.get("VmRSS", "0 kB").split()[0]) / 1024)
    return found
