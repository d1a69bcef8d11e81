"""Is this opening of the app real? Only the authorization server's answer counts (wire.md §2).

The form is posted by a browser and signed by nobody: it supplies an access token and a hint which allowed
authorization server to ask, and nothing else.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import request

from b24.client import Tokens
from b24.errors import AuthError
from b24.launch import BadLaunch, Launch, parse_launch
from b24.oauth import Verified
from store import portals, tokens
from web.core.failures import ForgedLaunch
from web.core.services import services

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Visit:
    """A verified opening: what the form says about the page, what the server says about who it is."""

    launch: Launch
    verified: Verified
    pair: Tokens = field(repr=False)

    @property
    def member_id(self) -> str:
        return self.verified.member_id

    @property
    def user_id(self) -> int:
        return self.verified.user_id

    @property
    def origin(self) -> str:
        """What may frame the page: scheme, host and port of the verified portal."""
        parts = urlsplit(self.verified.client_endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def verify_visit() -> Visit:
    """Verify the posted form of this request; ForgedLaunch, or a PortalError when nobody could be asked."""
    try:
        launch = parse_launch(request.args, request.form)
    except BadLaunch as error:
        raise _forged(str(error)) from error
    verified = verify_token(launch.auth_id, launch.server_endpoint)
    pair = tokens_of(verified, launch.auth_id, launch.refresh_id)
    return Visit(launch, verified, pair)


def tokens_of(verified: Verified, access_token: str, refresh_token: str) -> Tokens:
    """A pair whose access token has just been verified."""
    return Tokens(
        access_token, refresh_token, verified.expires_at, verified.client_endpoint, verified.member_id
    )


def verify_token(access_token: str, server_endpoint: str) -> Verified:
    """Whose token is this? ForgedLaunch unless it is for our app and a portal we may talk to."""
    shared = services()
    try:
        verified = shared.auth_servers.verify(access_token, server_endpoint)
    except AuthError as error:
        raise _forged(str(error)) from error
    if not shared.config.allow_private_portals and not verified.client_endpoint.startswith("https://"):
        raise _forged("the portal's address is not https")
    return verified


def keep_pair(verified: Verified, pair: Tokens) -> None:
    """Remember the portal as the authorization server describes it, and this person's pair.

    Only after the portal itself has answered for the person: who is refused leaves nothing behind.
    """
    keep_portal(verified)
    person = verified.member_id, verified.user_id
    tokens.put(services().db, *person, pair.access_token, pair.refresh_token, pair.expires_at)


def keep_portal(verified: Verified) -> None:
    """Remember the portal as the authorization server describes it."""
    portals.remember(
        services().db,
        verified.member_id,
        client_endpoint=verified.client_endpoint,
        auth_server=verified.server,
        installed=verified.installed,
        app_status=verified.status,
        scope=",".join(sorted(verified.scope)),
    )


def _forged(reason: str) -> ForgedLaunch:
    log.warning("launch refused: %s", reason)
    return ForgedLaunch()
