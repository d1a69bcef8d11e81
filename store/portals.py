"""Portals: where they are, whether the app is installed there, and how their events prove themselves."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

import sqlalchemy as sa

from store import models as m
from store import rate_limits
from store.database import Database, table
from store.vault import VaultError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PortalRow:
    """A portal as the app knows it. Its events must carry `application_token`."""

    member_id: str
    client_endpoint: str
    auth_server: str
    installed: bool
    app_status: str
    scope: str
    application_token: str = field(repr=False)
    installer_id: int = 0
    installed_at: float = 0.0

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may frame the app."""
        return self.client_endpoint.removesuffix("/").removesuffix("/rest")


def get(db: Database, member_id: str) -> PortalRow | None:
    """The portal, or None for one that never opened or installed the app."""
    with db.single_select() as connection:
        row = connection.execute(db.prepared(_by_member), {"member": member_id}).first()
    if row is None:
        return None
    return PortalRow(
        row.member_id, row.client_endpoint, row.auth_server, row.installed, row.app_status, row.scope,
        _opened(db, row.application_token_sealed), row.installer_id, row.installed_at,
    )  # fmt: skip


def _opened(db: Database, sealed: str) -> str:
    """The application token; "" for one whose key is lost.

    Then no event of the portal is proven, until an administrator opens the app and brings the token again.
    """
    try:
        return db.vault.decrypt(sealed)
    except VaultError:
        log.warning("no key in TOKEN_KEYS opens an application token")
        return ""


def _by_member(_db: Database) -> sa.Executable:
    portal = table(m.Portal)
    return sa.select(portal).where(portal.c.member_id == sa.bindparam("member"))


def has_address(db: Database, client_endpoint: str) -> bool:
    """Whether some portal is known to be at this address, which ends in "/rest/"."""
    with db.reading() as session:
        found = session.scalars(sa.select(m.Portal).where(m.Portal.client_endpoint == client_endpoint))
        return found.first() is not None


def remember(
    db: Database,
    member_id: str,
    *,
    client_endpoint: str,
    auth_server: str,
    installed: bool,
    app_status: str = "",
    scope: str = "",
) -> None:
    """Store what the authorization server said about a portal; the application token stays."""
    values = {
        "client_endpoint": client_endpoint,
        "auth_server": auth_server,
        "installed": installed,
        "app_status": app_status,
        "scope": scope,
        "changed_at": time.time(),
    }
    defaults = {"application_token_sealed": "", "installer_id": 0, "installed_at": 0.0}
    with db.session() as session:
        session.execute(db.insert_if_absent(m.Portal, member_id=member_id, **values, **defaults))
        session.execute(sa.update(m.Portal).where(m.Portal.member_id == member_id).values(**values))


def mark_installed(db: Database, member_id: str, *, installer_id: int, application_token: str) -> None:
    """Store that an administrator has installed the app; with `application_token` "" the known one stays."""
    values: dict[str, object] = {"installer_id": installer_id, "installed_at": time.time()}
    if application_token:
        values["application_token_sealed"] = db.vault.encrypt(application_token)
    _change(db, member_id, values)


def set_application_token(db: Database, member_id: str, application_token: str) -> None:
    """Store the token that the portal's events carry from now on."""
    _change(db, member_id, {"application_token_sealed": db.vault.encrypt(application_token)})


def move(db: Database, member_id: str, client_endpoint: str) -> None:
    """Store a portal's new address."""
    _change(db, member_id, {"client_endpoint": client_endpoint})


def uninstall(db: Database, member_id: str, *, forget_everything: bool) -> None:
    """Delete what lets the app or people act: all tokens, sessions, and events that carry tokens.

    `forget_everything` deletes all the rest too, but the log of calls, which holds nothing of people. Without
    it (CLEAN=0) journal and preferences stay for a later installation.
    """
    tables: list[type[m.Base]] = [
        m.TokenPair, m.UserSession, m.Action, m.StoredMemo, m.StoredJob, m.TaskChange, m.QueuedEvent,
    ]  # fmt: skip
    if forget_everything:
        tables += [m.JournalEntry, m.StageAlias, m.StoredPreference, m.Portal]
    with db.session() as session:
        portal = session.get(m.Portal, member_id)
        if portal:
            rate_limits.forget(session.connection(), portal.client_endpoint)
        for table in tables:
            session.execute(sa.delete(table).where(table.member_id == member_id))  # type: ignore[attr-defined]
        session.execute(
            sa.update(m.Portal)
            .where(m.Portal.member_id == member_id)
            .values(installed=False, application_token_sealed="", installer_id=0, changed_at=time.time())
        )


def _change(db: Database, member_id: str, values: dict[str, object]) -> None:
    values = values | {"changed_at": time.time()}
    with db.session() as session:
        session.execute(sa.update(m.Portal).where(m.Portal.member_id == member_id).values(**values))
