"""The pipelines as a dialog showed them, kept while the person chooses: a preview asks the portal nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import g

from b24.client import Client
from b24.errors import AccessDenied
from boards.core.model import Actor
from boards.crm.load import PROBE, overview_commands, read_overview
from boards.crm.model import Access, Directory, Overview
from boards.crm.snapshot import read_seen, seen_text
from store import memos
from web.core import visible_boards
from web.core.services import services
from web.core.session import PortalSession
from web.core.tokens import actor, client

DRAFT = "crm_draft:"
LIFETIME = 3600.0
_ID = re.compile(r"[0-9a-f]{16}")


def keep(pipelines: Sequence[Directory]) -> str:
    """Remember them for an hour; the id that the dialog sends along."""
    who, draft_id = _who(), secrets.token_hex(8)
    data = [[one.entity_id, one.name, seen_text(one)] for one in pipelines]
    memos.put(services().db, who.member_id, who.user_id, DRAFT + draft_id, data, LIFETIME)
    return draft_id


def pipelines(draft_id: str) -> tuple[Directory, ...]:
    """What the dialog showed; read anew (one request) when that was too long ago."""
    who, key = _who(), DRAFT + draft_id if _ID.fullmatch(draft_id) else DRAFT
    data = memos.get(services().db, who.member_id, who.user_id, key)
    found = [_directory(*one) for one in data or ()]
    return tuple(one for one in found if one) or read(client(), actor()).pipelines


def _directory(entity_id: str, name: str, text: Any) -> Directory | None:
    found = read_seen(entity_id, text)
    return replace(found, name=name) if found else None


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who


# What is remembered of a person's CRM: whether they may change it, and what its directories are called.


KEY = "crm_access"


def read(client: Client, actor: Actor) -> Overview:
    """All directories; one request. The right to change them is asked for until the session knows it."""
    commands = overview_commands(actor)
    if _may_write():
        del commands[PROBE]
    overview = read_overview(client.batch(commands, halt=False), actor)
    note(overview)
    return overview


def note(overview: Overview) -> None:
    """Remember what the portal has just said to this person."""
    who = _who()
    if overview.may_write != _may_write():
        data = {"session": who.session_id, "write": overview.may_write}
        memos.put(services().db, who.member_id, who.user_id, KEY, data, services().config.session_lifetime)
    if overview.access in (Access.READ, Access.WRITE):
        visible_boards.note_crm(overview)


@contextmanager
def writing() -> Iterator[None]:
    """Around a change: a refusal means that the right is gone, so the next page asks for it again."""
    try:
        yield
    except AccessDenied:
        who = _who()
        memos.put(services().db, who.member_id, who.user_id, KEY, {}, 1)
        raise


def _may_write() -> bool:
    who = _who()
    known = memos.get(services().db, who.member_id, who.user_id, KEY)
    return isinstance(known, dict) and known.get("session") == who.session_id and bool(known.get("write"))
