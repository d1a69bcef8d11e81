"""What was read from a portal and may be used again for a while, and what people chose.

Losing a memo costs a request to the portal; a preference is kept until it is changed or the app is removed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec
import sqlalchemy as sa

from store import models as m
from store.database import Database, table

T = TypeVar("T")
EVERYBODY = 0
"""The `user_id` of what all people of a portal share."""


class Owner(Protocol):
    """Whose memos and preferences are meant: a person of a portal, and the store that holds them."""

    @property
    def db(self) -> Database: ...

    @property
    def member_id(self) -> str: ...

    @property
    def user_id(self) -> int: ...


@dataclass(frozen=True)
class PortalUser:
    """A person of a portal, and the store that holds what is remembered of them."""

    db: Database
    member_id: str
    user_id: int


class _StoredValue(Generic[T]):
    """A key and the type of its values: what memos and preferences have in common.

    The `part` that their functions take tells several of one key apart, such as boards.
    """

    def __init__(self, key: str, kind: type[T], *, shared: bool) -> None:
        self.key = key
        self.shared = shared
        self._decoder = msgspec.json.Decoder(kind)

    def _row(self, owner: Owner, part: object) -> dict[str, Any]:
        """The columns that say which row it is."""
        user_id = EVERYBODY if self.shared else owner.user_id
        key = self.key if part == "" else f"{self.key}:{part}"
        return {"member_id": owner.member_id, "user_id": user_id, "key": key}

    def _decoded(self, text: str | None) -> T | None:
        try:
            return None if text is None else self._decoder.decode(text)
        except msgspec.DecodeError:
            return None


class Memo(_StoredValue[T]):
    """One kind of memo. `lifetime` in seconds; `shared`: all people of a portal have it together.

    `kind` is a type that msgspec writes as JSON: dataclasses, enums, moments, numbers, texts and containers
    of these. A stored text that is no such value counts as forgotten: while the nodes are updated one by one,
    each release finds memos of the other. So a type may get more fields that have a default; when a field
    gets another meaning, the memo needs another key.
    """

    def __init__(self, key: str, kind: type[T], *, lifetime: float, shared: bool = False) -> None:
        super().__init__(key, kind, shared=shared)
        self._lifetime = lifetime

    def get(self, owner: Owner, part: object = "") -> T | None:
        """What is remembered; None when that is nothing, or its time is over."""
        which = self._row(owner, part) | {"now": time.time()}
        with owner.db.single_select() as connection:
            return self._decoded(connection.execute(owner.db.prepared(_select_memo), which).scalar())

    def put(self, owner: Owner, value: T, part: object = "") -> None:
        """Remember `value` from now on, instead of what was there."""
        row = self._row(owner, part) | {"data": _text(value), "expires_at": time.time() + self._lifetime}
        with owner.db.writing() as connection:
            connection.execute(owner.db.prepared(_upsert_memo), row)

    def add(self, owner: Owner, entries: T, part: object = "") -> None:
        """Add entries to a memo that is a map, without reading it; nothing happens where there is none.

        Of two calls at once both entries stay. An entry that is there already is replaced; it must hold no
        null, which SQLite takes for an order to delete.
        """
        which = {f"this_{name}": value for name, value in self._row(owner, part).items()}
        with owner.db.writing() as connection:
            connection.execute(owner.db.prepared(_merge_memo), which | {"entries": _text(entries)})

    def forget(self, owner: Owner, part: object = "") -> None:
        """Remember it no longer."""
        with owner.db.writing() as connection:
            connection.execute(owner.db.prepared(_delete_memo), self._row(owner, part))


class Preference(_StoredValue[T]):
    """Something a person chose, or (`shared`) somebody for all people of a portal.

    One whose `default` is a text is stored as that text, any other as JSON. What is stored and no such value
    counts as not chosen.
    """

    def __init__(self, key: str, default: T, *, shared: bool = False) -> None:
        super().__init__(key, type(default), shared=shared)
        self._default = default

    def get(self, owner: Owner, part: object = "") -> T:
        """What was chosen, or the default."""
        with owner.db.single_select() as connection:
            text = connection.execute(owner.db.prepared(_select_preference), self._row(owner, part)).scalar()
        found = text if isinstance(self._default, str) else self._decoded(text)
        return self._default if found is None else found

    def put(self, owner: Owner, value: T, part: object = "") -> None:
        """The choice from now on."""
        row = self._row(owner, part) | {"value": value if isinstance(value, str) else _text(value)}
        with owner.db.writing() as connection:
            connection.execute(owner.db.prepared(_upsert_preference), row)


LAST_BOARD = Preference("last_board", "home")
"""Where a person was last: "home", the key of a board, or a place of the CRM."""
THEME = Preference("theme", "auto")


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _this(row: Any, prefix: str = "") -> tuple[sa.ColumnElement[bool], ...]:
    """The row that `_StoredValue._row` names. (An UPDATE keeps the names of the columns to itself.)"""
    return tuple(row[name] == sa.bindparam(prefix + name) for name in ("member_id", "user_id", "key"))


def _select_memo(_db: Database) -> sa.Executable:
    memo = table(m.StoredMemo).c
    return sa.select(memo.data).where(*_this(memo), memo.expires_at > sa.bindparam("now"))


def _upsert_memo(db: Database) -> sa.Executable:
    return db.upsert_of(m.StoredMemo, ("member_id", "user_id", "key"), ("data", "expires_at"))


def _merge_memo(db: Database) -> sa.Executable:
    memo = table(m.StoredMemo)
    entries = sa.bindparam("entries", type_=memo.c.data.type)
    return sa.update(memo).where(*_this(memo.c, "this_")).values(data=db.merged_json(memo.c.data, entries))


def _delete_memo(_db: Database) -> sa.Executable:
    return sa.delete(table(m.StoredMemo)).where(*_this(table(m.StoredMemo).c))


def _select_preference(_db: Database) -> sa.Executable:
    return sa.select(table(m.StoredPreference).c.value).where(*_this(table(m.StoredPreference).c))


def _upsert_preference(db: Database) -> sa.Executable:
    return db.upsert_of(m.StoredPreference, ("member_id", "user_id", "key"), ("value",))
