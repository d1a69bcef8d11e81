"""What the benchmarks share: servers on free ports, an installed app, what processes use."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.person import Person
from tests.support.servers import Sandbox, Server, free_port, start_app, start_sandbox


@contextlib.contextmanager
def installed_app(seed: str, threads: int = 16, **env: str) -> Iterator[tuple[Sandbox, Server]]:
    """The stand-in portal with `seed`, answering `threads` at once, and the app installed in it."""
    with tempfile.TemporaryDirectory() as folder:
        portal_port, app_port = free_port(), free_port()
        portal = start_sandbox(portal_port, app_port, Path(folder), threads=threads)
        app = start_app(app_port, portal.url, Path(folder), **env)
        try:
            sandbox = Sandbox(portal.url, pid=portal.process.pid)
            sandbox.reset(seed)
            launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
            Person(sandbox, app.url, "admin").session.post(launch["url"], data=launch["form"], timeout=60)
            sandbox.post("install", user=1)
            yield sandbox, app
        finally:
            app.stop()
            portal.stop()


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
