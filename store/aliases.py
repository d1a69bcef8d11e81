"""Stages that came back from deletion under another id."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from store import models as m
from store.database import Database

LONGEST_CHAIN = 100


def put(db: Database, member_id: str, aliases: Mapping[int, int]) -> None:
    """Remember new ids: {old id: new id}."""
    rows = [{"member_id": member_id, "old_id": int(old), "new_id": int(new)} for old, new in aliases.items()]
    if rows:
        with db.writing() as connection:
            connection.execute(db.prepared(_kept), rows)


def _kept(db: Database) -> sa.Executable:
    return db.upsert_of(m.StageAlias, ("member_id", "old_id"), ("new_id",))


def resolve(db: Database, member_id: str, stage_id: int) -> int:
    """The id a stage has now; one that was restored several times is followed to its last id."""
    query = sa.select(m.StageAlias.new_id).where(m.StageAlias.member_id == member_id)
    with db.reading() as session:
        for _ in range(LONGEST_CHAIN):
            found = session.scalar(query.where(m.StageAlias.old_id == stage_id))
            if found is None:
                break
            stage_id = found
    return stage_id
