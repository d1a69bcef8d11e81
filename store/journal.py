"""The journal: what was changed, by whom, and whether it was undone. And the new ids of restored stages."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from store import models as m
from store.database import Database, table


@dataclass(frozen=True)
class Entry:
    """A change that was made. `change` is its JSON text, `at` in seconds since 1970.

    `undone_by` is the entry that undid it, None if it is not undone.
    """

    id: int
    user_id: int
    user_name: str
    at: float
    kind: str
    board_key: str
    change: str
    undone_by: int | None = None


@dataclass(frozen=True)
class Reader:
    """Whose reading it is. `boards` are the keys of the boards they can open, None for all of the portal.

    People always see what they did themselves; "me" boards are private even to administrators.
    """

    user_id: int
    boards: Collection[str] | None = ()


class _ChangeLabels(msgspec.Struct):
    """What is found by: two fields of a change; its others are not looked at here."""

    kind: str
    board_key: str


_LABELS = msgspec.json.Decoder(_ChangeLabels)
PRIVATE = "me"
"""The key of My Planner, which everybody has for themselves."""
LARGEST = 2**63 - 1
"""No id is larger; a database takes no number beyond it."""


def record(
    db: Database,
    member_id: str,
    user_id: int,
    user_name: str,
    change_json: str,
    request_key: str = "",
) -> int:
    """Write a change down; the id of the entry. `change_json` is an object with `kind` and `board_key`."""
    labels = _LABELS.decode(change_json)
    row = {
        "member_id": member_id,
        "user_id": user_id,
        "user_name": user_name[:300],
        "at": time.time(),
        "kind": labels.kind[:64],
        "board_key": labels.board_key[:32],
        "change": change_json,
        "request_key": request_key,
    }
    with db.writing() as connection:
        return int(connection.execute(db.prepared(_new_entry), row).scalar_one())


def _new_entry(_db: Database) -> sa.Executable:
    return sa.insert(table(m.JournalEntry)).returning(table(m.JournalEntry).c.id)


def entries(
    db: Database,
    member_id: str,
    *,
    board_key: str = "",
    user_id: int | None = None,
    kind: str = "",
    kinds: Collection[str] = (),
    since: float | None = None,
    until: float | None = None,
    limit: int = 50,
    before_id: int | None = None,
    reader: Reader | None = None,
) -> list[Entry]:
    """The newest entries first; `since` and `until` in seconds since 1970, `until` not included.

    With `kinds` only entries of one of these. With a `reader` only what they may see.
    """
    query = sa.select(m.JournalEntry).where(m.JournalEntry.member_id == member_id)
    wanted: list[tuple[object, sa.ColumnElement[bool]]] = [
        (board_key or None, m.JournalEntry.board_key == board_key),
        (user_id, m.JournalEntry.user_id == user_id),
        (kind or None, m.JournalEntry.kind == kind),
        (kinds or None, m.JournalEntry.kind.in_(list(kinds))),
        (since, m.JournalEntry.at >= (since or 0)),
        (until, m.JournalEntry.at < (until or 0)),
        (before_id, m.JournalEntry.id < min(before_id or 0, LARGEST)),
    ]
    for value, condition in wanted:
        if value is not None:
            query = query.where(condition)
    if reader is not None:
        query = query.where(_readable(reader))
    query = query.order_by(m.JournalEntry.id.desc()).limit(limit)
    with db.reading() as session:
        return [_entry(row) for row in session.scalars(query)]


def people(db: Database, member_id: str, reader: Reader | None = None) -> list[tuple[int, str]]:
    """Id and latest name of all people who have changed something that the `reader` may see."""
    latest = (
        sa.select(sa.func.max(m.JournalEntry.id))
        .where(m.JournalEntry.member_id == member_id, _readable(reader) if reader else sa.true())
        .group_by(m.JournalEntry.user_id)
    )
    query = (
        sa.select(m.JournalEntry.user_id, m.JournalEntry.user_name)
        .where(m.JournalEntry.id.in_(latest))
        .order_by(m.JournalEntry.user_name)
    )
    with db.reading() as session:
        return [(row[0], row[1]) for row in session.execute(query)]


def get(db: Database, member_id: str, entry_id: int) -> Entry | None:
    """The entry, or None if this portal has none with that id."""
    if entry_id > LARGEST:
        return None
    with db.reading() as session:
        row = session.get(m.JournalEntry, entry_id)
    return _entry(row) if row and row.member_id == member_id else None


def undone_by_these(db: Database, member_id: str, entry_ids: Collection[int]) -> dict[int, int]:
    """Which of these entries undid another entry: {entry: the entry it undid}."""
    query = sa.select(m.JournalEntry.undone_by, m.JournalEntry.id).where(
        m.JournalEntry.member_id == member_id, m.JournalEntry.undone_by.in_(list(entry_ids))
    )
    with db.reading() as session:
        return {row[0]: row[1] for row in session.execute(query) if row[0] is not None}


def mark_undone(db: Database, member_id: str, entry_id: int, by_entry_id: int) -> bool:
    """Note that the entry `by_entry_id` undid an entry; False when it was undone before."""
    statement = (
        sa.update(m.JournalEntry)
        .where(
            m.JournalEntry.member_id == member_id,
            m.JournalEntry.id == entry_id,
            m.JournalEntry.undone_by.is_(None),
        )
        .values(undone_by=by_entry_id)
    )
    with db.session() as session:
        return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _readable(reader: Reader) -> sa.ColumnElement[bool]:
    own = m.JournalEntry.user_id == reader.user_id
    if reader.boards is None:
        return sa.or_(own, m.JournalEntry.board_key != PRIVATE)
    return sa.or_(own, m.JournalEntry.board_key.in_([key for key in reader.boards if key != PRIVATE]))


def _entry(row: m.JournalEntry) -> Entry:
    return Entry(
        row.id, row.user_id, row.user_name, row.at, row.kind, row.board_key, row.change, row.undone_by
    )


# --- restored stages, which have new ids ---
LONGEST_CHAIN = 100


def put(db: Database, member_id: str, aliases: Mapping[int, int]) -> None:
    """Keep the new ids of restored stages: {old id: new id}."""
    rows = [{"member_id": member_id, "old_id": int(old), "new_id": int(new)} for old, new in aliases.items()]
    if rows:
        with db.writing() as connection:
            connection.execute(db.prepared(_upsert_alias), rows)


def _upsert_alias(db: Database) -> sa.Executable:
    return db.upsert_of(m.StageAlias, ("member_id", "old_id"), ("new_id",))


def resolve(db: Database, member_id: str, stage_id: int) -> int:
    """The id a stage has now: after every deletion and restoring it had another one."""
    query = sa.select(m.StageAlias.new_id).where(m.StageAlias.member_id == member_id)
    with db.reading() as session:
        for _ in range(LONGEST_CHAIN):
            found = session.scalar(query.where(m.StageAlias.old_id == stage_id))
            if found is None:
                break
            stage_id = found
    return stage_id
