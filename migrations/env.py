"""Runs the migrations on the database the app uses. Of all settings only DATABASE_URL is needed."""

from __future__ import annotations

from alembic import context

from config import database_url
from store.database import Database
from store.models import Base


def offline() -> None:
    """Print the SQL instead of running it (`alembic upgrade head --sql`)."""
    context.configure(url=database_url(), target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def online() -> None:
    database = Database(database_url())
    # SQLite: the write lock from the start, so that people's work waits for it instead of locking it out.
    with database.writing() as connection:
        sqlite = connection.dialect.name == "sqlite"
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite)
        with context.begin_transaction():
            context.run_migrations()
    database.close()


if context.is_offline_mode():
    offline()
else:
    online()
