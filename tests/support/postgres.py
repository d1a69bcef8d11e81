"""A PostgreSQL server of the tests' own: in a folder of its own, on a free port, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg

from tests.support.ports import free_port

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
OWNER = "postgres"
"""PostgreSQL refuses to be run by root; Debian's packages make this user."""
START_SECONDS = 90
FAST = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200",
    "listen_addresses": "127.0.0.1", "log_min_messages": "fatal",
}  # fmt: skip


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres` of the newest version here; None when there is none."""
    found = [Path(one).parent for one in (shutil.which("initdb"),) if one]
    for place in PLACES:
        found += Path("/").glob(place.lstrip("/"))
    found = [one for one in found if (one / "postgres").exists()]
    return max(
        found,
        key=lambda one: [int(part) for part in one.parent.name.split(".") if part.isdigit()],
        default=None,
    )


def why_not() -> str:
    """Why no server can be started, "" when one can."""
    if binaries() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and not _owner():
        return f"root cannot run PostgreSQL and there is no user {OWNER}"
    return ""


@contextmanager
def running() -> Iterator[str]:
    """A fresh server; its address as SQLAlchemy wants it, ending in the name of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="stagecraft-postgres-"))
    port = free_port()
    try:
        if _owner():
            shutil.chown(folder, OWNER, OWNER)
        _as_owner(
            "initdb",
            "-D",
            f"{folder}/data",
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        settings = [part for name, value in FAST.items() for part in ("-c", f"{name}={value}")]
        server = _popen("postgres", "-D", f"{folder}/data", "-p", str(port), "-k", str(folder), *settings)
        try:
            _wait(port, server)
            yield f"postgresql+psycopg://{OWNER}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # do not wait for clients
            server.wait(20)
            if server.stderr:
                server.stderr.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create(server: str, name: str) -> str:
    """The address of the database `name` on a server, made if it is not there yet."""
    place, _, _ = server.rpartition("/")
    there = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
    address = server.replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection, suppress(*there):
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{place}/{name}"


def _owner() -> bool:
    """Whether the server has to run as another user than we are."""
    with suppress(KeyError):
        return os.geteuid() == 0 and bool(pwd.getpwnam(OWNER))
    return False


def _popen(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    folder = binaries()
    assert folder
    account = {"user": OWNER, "group": OWNER, "extra_groups": []} if _owner() else {}
    return subprocess.Popen(
        [str(folder / program), *arguments],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        **account,  # type: ignore[call-overload]
    )


def _as_owner(program: str, *arguments: str) -> None:
    process = _popen(program, *arguments)
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 0, complaint.decode()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{OWNER}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")
