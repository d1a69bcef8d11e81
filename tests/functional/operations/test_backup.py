"""Backup and restore, with the commands as `docs/operate.md` has them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.functional.actions import shown_columns
from tests.support import postgres
from tests.support.installing import install
from tests.support.person import Person
from tests.support.servers import ROOT, Sandbox, Server, app_environment, free_port, start_app, start_sandbox
from tests.support.stores import on_postgres

pytestmark = pytest.mark.skipif(on_postgres(), reason="both kinds of stores are tried in one run")


def documented(word: str) -> str:
    """The shell commands of the document's block that has this word."""
    text = (ROOT / "docs" / "operate.md").read_text().split("## Backup and restore")[1].split("\n## ")[0]
    [block] = [one for one in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if word in one]
    return str(block)


def run(commands: str, folder: Path, database: Path | str) -> None:
    """In a folder of its own; `make` is the project's. `database`: a file, or an address of PostgreSQL."""
    path = os.pathsep.join([str(postgres.binaries() or ""), os.environ["PATH"]])
    env = {
        "PATH": path if isinstance(database, str) else os.environ["PATH"],
        "HOME": os.environ.get("HOME", ""),
        "DATABASE_URL": database if isinstance(database, str) else f"sqlite:///{database}",
        "DATABASE_FILE": str(database),
    }
    commands = commands.replace("make ", f"make -s -C {ROOT} ")
    for name in ("stagecraft-backup.db", "stagecraft.dump"):
        commands = commands.replace(name, str(folder / name))
    done = subprocess.run(["sh", "-ec", commands], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def rename(person: Person, portal: Sandbox, title: str) -> None:
    board = f"/boards/g{portal.main_group_id}"
    stage = shown_columns(person.get(board).text)[1].stage_id
    answer = person.post(f"{board}/stages/{stage}/rename", title=title)
    assert answer.status_code == 200, answer.text


def test_what_was_there_at_the_backup_is_there_again(tmp_path: Path) -> None:
    """Copied while people work; sessions and journal of that moment survive the loss of the file."""
    port, portal_port = free_port(), free_port()
    server = start_sandbox(portal_port, port, tmp_path)
    keys = app_environment(port, server.url, tmp_path / "x")["TOKEN_KEYS"]
    database = tmp_path / f"app-{port}.sqlite"
    portal = Sandbox(server.url)
    portal.reset("small")
    app = start_app(port, server.url, tmp_path, TOKEN_KEYS=keys)
    running: Server = app
    try:
        install(portal, app)
        owner = Person(portal, app.url, "owner").open()
        rename(owner, portal, "Before the backup")
        over = threading.Event()

        def work() -> None:
            busy = Person(portal, app.url, "moderator").open()
            while not over.is_set():
                rename(busy, portal, "Meanwhile")

        worker = threading.Thread(target=work)
        worker.start()
        run(documented("make backup"), tmp_path, database)
        over.set()
        worker.join()
        rename(owner, portal, "After the backup")
        running.stop()
        database.write_bytes(b"lost")
        run(documented("cp "), tmp_path, database)
        running = start_app(port, server.url, tmp_path, TOKEN_KEYS=keys)
        journal = owner.get("/journal.csv").text  # all of it, however much was done meanwhile
        assert "Before the backup" in journal and "After the backup" not in journal
        rename(owner, portal, "Works again")
    finally:
        running.stop()
        server.stop()


def test_on_postgresql_as_well(tmp_path: Path, postgres_server: str) -> None:
    """Dumped while the app runs, brought back into an empty database; the dump opens nothing by itself."""
    port, portal_port = free_port(), free_port()
    portal_server = start_sandbox(portal_port, port, tmp_path)
    keys = app_environment(port, portal_server.url, tmp_path / "x")["TOKEN_KEYS"]
    first, second = (postgres.create(postgres_server, f"backup{n}{port}") for n in (1, 2))
    dump, restore = documented("pg_dump").splitlines()
    portal = Sandbox(portal_server.url)
    portal.reset("small")
    running = start_app(port, portal_server.url, tmp_path, TOKEN_KEYS=keys, DATABASE_URL=first)
    try:
        install(portal, running)
        owner = Person(portal, running.url, "owner").open()
        rename(owner, portal, "Before the backup")
        run(dump, tmp_path, first.replace("+psycopg", ""))
        rename(owner, portal, "After the backup")
        running.stop()
        run(restore, tmp_path, second.replace("+psycopg", ""))
        running = start_app(port, portal_server.url, tmp_path, TOKEN_KEYS=keys, DATABASE_URL=second)
        journal = owner.get("/journal.csv").text
        assert "Before the backup" in journal and "After the backup" not in journal
        rename(owner, portal, "Works again")
        assert owner.token.encode() not in (tmp_path / "stagecraft.dump").read_bytes()
    finally:
        running.stop()
        portal_server.stop()


def test_a_backup_never_replaces_a_file(tmp_path: Path) -> None:
    database, other = tmp_path / "a.sqlite", tmp_path / "b.db"
    subprocess.run(["touch", str(database)], check=True)
    other.write_text("something of mine")
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{database}", "BACKUP": str(other)}
    make = ["make", "-s", "-C", str(ROOT), "backup"]
    refused = subprocess.run(make, env=env, capture_output=True, text=True, timeout=60)
    assert refused.returncode and "there already" in refused.stderr
    assert other.read_text() == "something of mine"
    database.unlink()
    missing = subprocess.run(make, env=env | {"BACKUP": str(tmp_path / "c")}, capture_output=True, text=True)
    assert missing.returncode and "There is no database" in missing.stderr


def test_another_store_is_told_what_to_use(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://x/y", "BACKUP": str(tmp_path / "c")}
    told = subprocess.run(["make", "-s", "-C", str(ROOT), "backup"], env=env, capture_output=True, text=True)
    assert told.returncode and "pg_dump" in told.stderr
    assert shutil.which("make")
