"""Where a test's app keeps its data: a SQLite file, or with `--store postgresql` a database of its own.

Tests name a file either way; on PostgreSQL the name stands for a database.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.support import postgres

SERVER = "TEST_POSTGRES_SERVER"
"""Address of the server, set for all test processes by `--store postgresql`."""


def on_postgres() -> bool:
    return bool(os.environ.get(SERVER))


def store_url(file: Path) -> str:
    """The address of the database that is called after this file."""
    if not on_postgres():
        return f"sqlite:///{file}"
    name = "t" + hashlib.sha256(str(file).encode()).hexdigest()[:24]
    return postgres.create(os.environ[SERVER], name)


def sqlite_file(url: str) -> Path | None:
    """The file of a database that is one."""
    address = sa.make_url(url)
    return Path(address.database) if address.drivername == "sqlite" and address.database else None


class Store:
    """The app's database, seen from outside. Queries have "?" for each value.

    `url`: where it is, when it is not the database called after `file`.
    """

    def __init__(self, file: Path, url: str = "") -> None:
        self.file = file
        self._engine = sa.create_engine(url or store_url(file), poolclass=sa.NullPool)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        numbers = iter(range(len(values)))
        text = re.sub(r"\?", lambda _mark: f":v{next(numbers)}", query)
        with self._engine.begin() as connection:
            answer = connection.execute(sa.text(text), {f"v{n}": value for n, value in enumerate(values)})
            return [tuple(row) for row in answer] if answer.returns_rows else []

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def tables(self) -> list[str]:
        return [name for name in sa.inspect(self._engine).get_table_names() if name != "alembic_version"]

    def everything(self) -> bytes:
        """All that is stored: the bytes of the files, or every row of every table."""
        if on_postgres():
            return repr([self.rows(f'SELECT * FROM "{name}"') for name in self.tables()]).encode()
        files = [self.file, self.file.with_name(self.file.name + "-wal")]
        return b"".join(file.read_bytes() for file in files if file.exists())

    def forget_everything(self) -> None:
        """Empty every table, so that a test starts as after a first install."""
        with contextlib.closing(self._engine.connect()) as connection, connection.begin():
            for name in self.tables():
                connection.execute(sa.text(f'DELETE FROM "{name}"'))
