"""The pipelines as a dialog showed them, kept while the person chooses: a preview asks the portal nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import g

from boards.crm.model import Directory
from boards.crm.seen import read_seen, seen_text
from store import memos
from web import crm_memory
from web.clients import actor, client
from web.services import services
from web.session import PortalSession

KEY = "crm_draft:"
LIFETIME = 3600.0
_ID = re.compile(r"[0-9a-f]{16}")


def keep(pipelines: Sequence[Directory]) -> str:
    """Remember them for an hour; the id that the dialog sends along."""
    who, draft_id = _who(), secrets.token_hex(8)
    data = [[one.entity_id, one.name, seen_text(one)] for one in pipelines]
    memos.put(services().db, who.member_id, who.user_id, KEY + draft_id, data, LIFETIME)
    return draft_id


def pipelines(draft_id: str) -> tuple[Directory, ...]:
    """What the dialog showed; read anew (one request) when that was too long ago."""
    who, key = _who(), KEY + draft_id if _ID.fullmatch(draft_id) else KEY
    data = memos.get(services().db, who.member_id, who.user_id, key)
    found = [_directory(*one) for one in data or ()]
    return tuple(one for one in found if one) or crm_memory.read(client(), actor()).pipelines


def _directory(entity_id: str, name: str, text: Any) -> Directory | None:
    found = read_seen(entity_id, text)
    return replace(found, name=name) if found else None


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who
