"""Token pairs and authorization codes (wire.md §3)."""

from __future__ import annotations

import secrets

from sandbox.state.portal import App, Grant, Portal, TokenPair

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 180 * 24 * 3600
GRANT_SECONDS = 30
SWEEP_EVERY = 64
"""Pairs after which those past all use are looked for, since each event adds one."""
_TOKEN_BYTES = 35


def new_token() -> str:
    """70 hex digits, as the vendor's tokens have."""
    return secrets.token_hex(_TOKEN_BYTES)


def issue(portal: Portal, app: App, user_id: int, *, refreshable: bool = True, hops: int = 0) -> TokenPair:
    """A fresh pair for one person; without a refresh token for ordinary events (§9.1).

    The scopes of the application at this moment go into it. Pairs past all use are forgotten.
    """
    now = portal.now().timestamp()
    pair = TokenPair(
        access_token=new_token(),
        refresh_token=new_token() if refreshable else "",
        user_id=user_id,
        scopes=list(app.scopes),
        access_expires=now + ACCESS_SECONDS,
        refresh_expires=now + REFRESH_SECONDS if refreshable else now,
        client_id=app.client_id,
        hops=hops,
    )
    if len(portal.tokens) % SWEEP_EVERY == 0:
        portal.tokens = {key: old for key, old in portal.tokens.items() if not _useless(old, now)}
    portal.tokens[pair.access_token] = pair
    return pair


def _useless(pair: TokenPair, now: float) -> bool:
    """Kept a while after the end, so that an old token is called expired and not unknown."""
    return max(pair.access_expires, pair.refresh_expires) + REFRESH_SECONDS < now or (
        not pair.refresh_token and pair.access_expires + ACCESS_SECONDS < now
    )


def is_dead(pair: TokenPair) -> bool:
    """Whether the pair was exchanged for another one or taken back."""
    return pair.spent or pair.revoked


def find_access(portal: Portal, token: str) -> TokenPair | None:
    """The pair with this access token, dead or alive; None for an unknown one."""
    return portal.tokens.get(token)


def find_refresh(portal: Portal, token: str) -> TokenPair | None:
    """The latest pair with this refresh token, dead or alive; None for an unknown one."""
    found = (pair for pair in reversed(portal.tokens.values()) if token and pair.refresh_token == token)
    return next(found, None)


def revoke_all(portal: Portal, user_id: int | None = None) -> int:
    """Take back the pairs of one person or of everybody; how many there were."""
    pairs = [pair for pair in portal.tokens.values() if user_id in {None, pair.user_id} and not pair.revoked]
    for pair in pairs:
        pair.revoked = True
    return len(pairs)


def grant(portal: Portal, app: App, user_id: int) -> Grant:
    """A new authorization code for one person; it lives 30 seconds."""
    now = portal.now().timestamp()
    fresh = Grant(secrets.token_hex(20), user_id, app.client_id, now + GRANT_SECONDS)
    portal.grants = [old for old in portal.grants if old.expires > now]
    portal.grants.append(fresh)
    return fresh
