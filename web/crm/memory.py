"""What is remembered of a person's CRM between requests."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flask import g

from b24.client import Client
from b24.errors import AccessDenied
from boards.core.model import Actor
from boards.crm.load import PROBE, overview_commands, read_overview
from boards.crm.model import Access, Directory, Overview
from store.memos import Memo
from web.core import visible_boards
from web.core.session import owner
from web.core.tokens import actor, client

SHOWN = Memo("crm_shown", tuple[Directory, ...], lifetime=3600.0)
"""The pipelines as a dialog showed them, while the person chooses: a preview asks the portal nothing."""
MAY_WRITE = Memo("crm_may_write", bool, lifetime=86400.0)
"""Whether the person may change the CRM's directories, for one session."""
_ID = re.compile(r"[0-9a-f]{16}")


def keep(pipelines: Sequence[Directory]) -> str:
    """Remember for an hour what a dialog shows; the id that the dialog sends along."""
    draft_id = secrets.token_hex(8)
    SHOWN.put(owner(), tuple(pipelines), draft_id)
    return draft_id


def pipelines(draft_id: str) -> tuple[Directory, ...]:
    """What the dialog showed; read anew (one request) when that was too long ago."""
    shown = SHOWN.get(owner(), draft_id) if _ID.fullmatch(draft_id) else ()
    return shown or read(client(), actor()).pipelines


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
    if overview.may_write != _may_write():
        MAY_WRITE.put(owner(), overview.may_write, g.portal_session.session_id)
    if overview.access in (Access.READ, Access.WRITE):
        visible_boards.note_crm(overview)


@contextmanager
def writing() -> Iterator[None]:
    """Around a change: a refusal means that the right is gone, so the next page asks for it again."""
    try:
        yield
    except AccessDenied:
        MAY_WRITE.forget(owner(), g.portal_session.session_id)
        raise


def _may_write() -> bool:
    return bool(MAY_WRITE.get(owner(), g.portal_session.session_id))
