"""What the benchmarks share: servers on free ports, an installed app, medians of repeated runs."""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.person import Person
from tests.support.servers import Sandbox, Server, free_port, start_app, start_sandbox


def seconds(work: Callable[[], object], times: int = 7) -> float:
    """The median wall-clock time of one run, after one run to warm up."""
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def resident_kilobytes(pid: int) -> int:
    """Memory of a process and its direct children, from /proc; 0 where there is none."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if str(pid) in (fields["Pid"].strip(), fields["PPid"].strip()):
                total += int(fields.get("VmRSS", "0 kB").split()[0])
    return total


@contextlib.contextmanager
def installed_app(seed: str) -> Iterator[tuple[Sandbox, Server]]:
    """The stand-in portal with `seed` and the app installed in it."""
    with tempfile.TemporaryDirectory() as folder:
        portal_port, app_port = free_port(), free_port()
        portal = start_sandbox(portal_port, app_port, Path(folder))
        app = start_app(app_port, portal.url, Path(folder))
        try:
            sandbox = Sandbox(portal.url)
            sandbox.reset(seed)
            launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
            Person(sandbox, app.url, "admin").session.post(launch["url"], data=launch["form"], timeout=60)
            sandbox.post("install", user=1)
            yield sandbox, app
        finally:
            app.stop()
            portal.stop()
