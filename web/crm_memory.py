"""What is remembered of a person's CRM: whether they may change it, and what its directories are called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from b24.client import Client
from b24.errors import AccessDenied
from boards.actor import Actor
from boards.crm.load import PROBE, overview_commands, read_overview
from boards.crm.model import Access, Overview
from store import memos
from web import access
from web.services import services
from web.session import PortalSession

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
        access.note_crm(overview)


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


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who
