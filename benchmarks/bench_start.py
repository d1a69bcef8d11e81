"""How long it takes to start: the app alone until its first answer, and `make demo` when all is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import requests
from report import Section, median_of

from tests.support.servers import ROOT, app_environment, free_port, http

FIRST_ANSWER = """
from wsgiref.util import setup_testing_defaults
from app import create_app
environ, said = {"PATH_INFO": "/healthz"}, []
setup_testing_defaults(environ)
for _ in create_app()(environ, lambda status, headers: said.append(status)):
    pass
assert said == ["200 OK"], said
"""


def first_answer(folder: Path) -> float:
    """Seconds of a fresh interpreter until the app has answered once."""
    env = os.environ | app_environment(free_port(), "http://localhost:1", folder / "start.sqlite")
    if not (folder / "start.sqlite").exists():
        subprocess.run(
            [sys.executable, "-m", "alembic", "-q", "upgrade", "head"], cwd=ROOT, env=env, check=True
        )
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", FIRST_ANSWER], cwd=ROOT, env=env, check=True)
    return time.perf_counter() - began


def answers(url: str) -> Callable[[], bool]:
    session = http()

    def ask() -> bool:
        with contextlib.suppress(requests.RequestException):
            return session.get(url, timeout=5).status_code < 500
        return False

    return ask


def copy_of_the_project(folder: Path) -> Path:
    """Links to everything but what the demo keeps, so that nobody's demo is touched."""
    copy = folder / "demo"
    copy.mkdir()
    for entry in ROOT.iterdir():
        if entry.name not in ("instance", "scripts"):
            (copy / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "scripts", copy / "scripts")
    return copy


def demo(project: Path) -> float:
    """Seconds from `make demo` until portal and app answer; stopped by Ctrl-C as a person would."""
    ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    began = time.perf_counter()
    process = subprocess.Popen(
        ["make", "demo"],
        cwd=project,
        env=os.environ | ports,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        waiting = [
            answers(f"http://127.0.0.1:{ports['PORT']}/healthz"),
            answers(f"http://localhost:{ports['SANDBOX_PORT']}/_sandbox/state"),
        ]
        while waiting:
            assert process.poll() is None, "make demo ended"
            assert time.perf_counter() - began < 120, "make demo did not come up"
            waiting = [ask for ask in waiting if not ask()]
            time.sleep(0.02)
        return time.perf_counter() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def measure(quick: bool) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        alone = [first_answer(Path(folder)) for _ in range(2 if quick else 15)]
        project = copy_of_the_project(Path(folder))
        demo(project)  # the first one makes keys, the database and the seed
        whole = [demo(project) for _ in range(1 if quick else 5)]
    return Section(
        "Start",
        "A fresh interpreter that imports the app and answers one request, as a server would ask it; "
        "`make demo` with everything installed, until both servers answer.",
        [
            median_of("import and first answer", alone, "s", goal=1.2),
            median_of("`make demo`, second time", whole, "s", goal=5.0),
        ],
        obstacle="importing is nearly all of it: more than a quarter of it SQLAlchemy, as much the app's own "
        "modules with their data classes and tables, the rest Flask, requests and what these need of the "
        "standard library. Nothing of it can wait until after the first answer.",
        profiles=(
            "Import: the package that counts refusals takes along stores for asyncio that nobody uses here; "
            "it is imported when the first refusal is counted.",
            "Import: alembic was imported at every start; it is when somebody asks how far the store is "
            "migrated.",
        ),
    )
