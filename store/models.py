"""The tables. Times are seconds since 1970 (UTC) as floats; documents are JSON; secrets end in `_sealed`."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
MEMBER = sa.String(64)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {float: sa.Float(53), dict[str, Any]: sa.JSON}


class JsonText(sa.TypeDecorator[str]):
    """A JSON column whose values are texts here: whoever writes and reads them knows their type.

    The driver of PostgreSQL would parse what it reads, so the database is asked for the text.
    """

    impl = sa.JSON
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """The text goes to the database as it is."""

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> None:
        """The text comes as it is."""

    def column_expression(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        return sa.cast(column, sa.Text)


class Portal(Base):
    """A portal. `client_endpoint` ends in "/rest/"; the domain may change, `member_id` does not."""

    __tablename__ = "portal"
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    client_endpoint: Mapped[str] = mapped_column(sa.String(500))
    auth_server: Mapped[str] = mapped_column(sa.String(300))
    installed: Mapped[bool] = mapped_column(default=False)
    app_status: Mapped[str] = mapped_column(sa.String(8), default="")
    scope: Mapped[str] = mapped_column(sa.Text, default="")
    application_token_sealed: Mapped[str] = mapped_column(sa.Text, default="")
    installer_id: Mapped[int] = mapped_column(default=0)
    installed_at: Mapped[float] = mapped_column(default=0.0)
    changed_at: Mapped[float] = mapped_column(default=0.0)


class TokenPair(Base):
    """The OAuth pair of a person; `user_id` 0 is the installer's pair, for what the app does for itself.

    `generation` grows with every replacement. `lease_until` is in the future while somebody refreshes.
    """

    __tablename__ = "token_pair"
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    access_sealed: Mapped[str] = mapped_column(sa.Text)
    refresh_sealed: Mapped[str] = mapped_column(sa.Text)
    expires_at: Mapped[float]
    generation: Mapped[int] = mapped_column(default=1)
    lease_until: Mapped[float] = mapped_column(default=0.0)
    lease_owner: Mapped[str] = mapped_column(sa.String(64), default="")
    changed_at: Mapped[float]


class UserSession(Base):
    """One opening of the app by one person; of its bearer token only the hash is stored."""

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    member_id: Mapped[str] = mapped_column(MEMBER, index=True)
    user_id: Mapped[int]
    user_name: Mapped[str] = mapped_column(sa.String(300))
    is_admin: Mapped[bool]
    lang: Mapped[str] = mapped_column(sa.String(8))
    created_at: Mapped[float]
    expires_at: Mapped[float] = mapped_column(index=True)


class JournalEntry(Base):
    """A change that was made. `change` is its JSON text; `undone_by` is the entry that undid it."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        sa.Index("ix_journal_entry_portal", "member_id", "id"),
        sa.Index("ix_journal_entry_board", "member_id", "board_key", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(MEMBER)
    user_id: Mapped[int]
    user_name: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[float]
    kind: Mapped[str] = mapped_column(sa.String(64))
    board_key: Mapped[str] = mapped_column(sa.String(32))
    change: Mapped[str] = mapped_column(sa.Text)
    request_key: Mapped[str] = mapped_column(sa.String(64), default="")
    undone_by: Mapped[int | None] = mapped_column(default=None)


class StageAlias(Base):
    """A deleted stage that was restored under another id."""

    __tablename__ = "stage_alias"
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    old_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    new_id: Mapped[int]


class Action(Base):
    """A request of a person, which may arrive twice. `state` is "running", "done" or "unsure".

    `pending_change`: what to write to the journal if the portal has made the change and its answer was lost.
    """

    __tablename__ = "action"
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    request_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(16))
    entry_id: Mapped[int | None] = mapped_column(default=None)
    started_at: Mapped[float] = mapped_column(index=True)
    pending_change: Mapped[str | None] = mapped_column("perhaps", sa.Text, key="pending_change", default=None)


class StoredJob(Base):
    """Work in several steps, one request each. `data` is the job's own document.

    `lease_until` is in the future while a request takes a step.
    """

    __tablename__ = "job"
    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(MEMBER, index=True)
    user_id: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(32))
    board_key: Mapped[str] = mapped_column(sa.String(32))
    state: Mapped[str] = mapped_column(sa.String(16), default="open")
    data: Mapped[dict[str, Any]]
    lease_until: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[float]
    changed_at: Mapped[float]


class StoredPreference(Base):
    """Something a person chose, or where they were last. `user_id` 0: for all people of the portal."""

    __tablename__ = "preference"
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)


class StoredMemo(Base):
    """Something read from a portal that may be used again. `user_id` 0: for all people of the portal."""

    __tablename__ = "memo"
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    data: Mapped[str] = mapped_column(JsonText)
    expires_at: Mapped[float] = mapped_column(index=True)


class TaskChange(Base):
    """When a task changed: `at` as an event said, `own_at` by `own_user_id` through the app; 0: never."""

    __tablename__ = "task_news"
    __table_args__ = (sa.Index("ix_task_news_member_id", "member_id", "at"),)
    member_id: Mapped[str] = mapped_column(MEMBER, primary_key=True)
    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[float] = mapped_column(default=0.0)
    own_user_id: Mapped[int] = mapped_column(default=0)
    own_at: Mapped[float] = mapped_column(default=0.0)


class Bucket(Base):
    """How full a portal's bucket of requests is: the moment at which it will be empty."""

    __tablename__ = "bucket"
    endpoint: Mapped[str] = mapped_column(sa.String(500), primary_key=True)
    empty_at: Mapped[float]


class QueuedEvent(Base):
    """An event of a portal that waits for the worker. `proven`: it carried the portal's application token."""

    __tablename__ = "queued_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(MEMBER, index=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    payload_sealed: Mapped[str] = mapped_column(sa.Text)
    proven: Mapped[bool] = mapped_column(default=True)
    received_at: Mapped[float]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[float] = mapped_column(index=True)


class LoggedCall(Base):
    """One HTTP request to a portal or an authorization server, without tokens and personal data.

    `member_id` is the portal it was made for, "" where that was not known yet.
    """

    __tablename__ = "logged_call"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(index=True)
    endpoint: Mapped[str] = mapped_column(sa.String(300))
    method: Mapped[str] = mapped_column(sa.String(120))
    commands: Mapped[list[str]] = mapped_column(sa.JSON)
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(sa.String(120))
    milliseconds: Mapped[float]
    params: Mapped[Any] = mapped_column(sa.JSON)
    request_id: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    member_id: Mapped[str] = mapped_column(MEMBER, default="", server_default="")
