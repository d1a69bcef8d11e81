"""The connection to the store, and the one way to a transaction.

SQLite and PostgreSQL behave alike for the callers: a writing transaction either has the write lock from its
first statement (SQLite: BEGIN IMMEDIATE in WAL mode) or relies on row locks of single conditional UPDATEs.
No transaction is ever open while something is asked over HTTP.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from store.vault import Vault

BUSY_TIMEOUT_MS = 10_000


class Database:
    """The store of one process: its engine, and the vault that encrypts secrets.

    `url` is an address of SQLAlchemy; `keys` are Fernet keys, without which no secret can be read or written.
    """

    def __init__(self, url: str, keys: Sequence[str] = ()) -> None:
        self.vault = Vault(keys)
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(begin="IMMEDIATE")
        self._without_transaction = self.engine.execution_options(**_no_transaction(self.engine))
        self._open: ContextVar[sa.Connection | None] = ContextVar("open transaction", default=None)
        self._prepared: dict[Prepare, Any] = {}

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that may write: committed at the end, rolled back by an exception.

        A transaction opened inside of another one of the same thread is part of the outer one.
        """
        outer = self._open.get()
        if outer is not None:
            yield outer
            return
        with self._writing.begin() as connection:
            mark = self._open.set(connection)
            try:
                yield connection
            finally:
                self._open.reset(mark)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction as `writing` opens it, for objects of the models."""
        with self.writing() as connection, _session(connection) as session:
            yield session
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, for objects of the models; it never waits for a writer."""
        with self.engine.begin() as connection, _session(connection) as session:
            yield session

    @contextmanager
    def single_select(self) -> Iterator[sa.Connection]:
        """A connection for one SELECT, which needs no transaction around it."""
        with self._without_transaction.connect() as connection:
            yield connection

    def prepared(self, prepare: Prepare) -> Any:
        """The statement that `prepare` builds for this database.

        It is built once and kept: building a statement takes longer than running it.
        """
        if prepare not in self._prepared:
            self._prepared[prepare] = prepare(self)
        return self._prepared[prepare]

    def upsert_of(self, model: type[Any], keys: Sequence[str], changed: Sequence[str]) -> sa.Executable:
        """One statement that inserts a row, or updates the columns `changed` of the row with the same `keys`.

        The rows are given when it is executed. Two at once do not fail.
        """
        insert = self.insert_into(model)
        values = {name: insert.excluded[name] for name in changed}
        return insert.on_conflict_do_update(index_elements=list(keys), set_=values)  # type: ignore[no-any-return]

    def insert_if_absent(self, into: Any, **values: Any) -> Any:
        """INSERT that leaves an existing row alone; `returning` answers a row only if one was inserted.

        Without `values` the row is given when the statement is executed.
        """
        insert = self._insert(into)
        return (insert.values(**values) if values else insert).on_conflict_do_nothing()

    def insert_into(self, model: type[Any]) -> Any:
        """INSERT whose rows are given when it is executed, for an `on_conflict` of the caller's own."""
        return self._insert(table(model))

    def merged_json(self, old: Any, new: Any) -> Any:
        """SQL: the JSON object `old` with the entries of the JSON object `new` added or replaced."""
        if self.engine.dialect.name == "sqlite":
            return sa.func.json_patch(old, new)
        from sqlalchemy.dialects.postgresql import JSONB

        return sa.cast(sa.cast(old, JSONB).op("||")(sa.cast(new, JSONB)), sa.JSON)

    def _insert(self, into: Any) -> Any:
        if self.engine.dialect.name == "sqlite":
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            return sqlite_insert(into)
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        return postgres_insert(into)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def table(model: type[Any]) -> sa.Table:
    """The table of a model, for statements that read and write rows without objects."""
    found: sa.Table = model.__table__
    return found


Prepare = Callable[[Database], Any]
"""Builds a statement for a database."""


def _session(connection: sa.Connection) -> Session:
    """A session in the transaction of `connection`, which it does not end."""
    return Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only")


def _no_transaction(engine: sa.Engine) -> dict[str, str]:
    """Options of a connection without transactions. (pysqlite's AUTOCOMMIT would undo `_prepare_sqlite`.)"""
    return {"begin": ""} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}


def _engine(url: str) -> sa.Engine:
    """The engine. Its errors are written to the log, so they do not tell the values of statements."""
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(
            address, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True
        )
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"check_same_thread": False}, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Let `_begin_sqlite` open transactions, and readers go on while somebody writes (WAL)."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Open a transaction by the driver: as a statement of the engine it would take four times as long."""
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    if not mode:
        return
    statement = f"BEGIN {mode}"
    try:
        connection.connection.driver_connection.execute(statement).close()  # type: ignore[union-attr]
    except sqlite3.Error as error:
        raise sa.exc.DBAPIError.instance(statement, None, error, sqlite3.Error) from error
