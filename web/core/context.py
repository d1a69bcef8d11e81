"""What a view is handed: whose request it answers, and how to reach the portal for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import g

from b24.client import Client
from boards.core.change import Change
from boards.core.model import Actor
from store import Database, memos
from web.core.services import Services, services
from web.core.session import PortalSession
from web.core.tokens import actor_of, client_of

Keep = Callable[[Change], None]
"""Writes down what a write to the portal will have done, before it is sent (`Client.intend`)."""


@dataclass(frozen=True)
class RequestContext:
    """One request of one person. A value: what an attempt adds to it is in a context of its own.

    `request_key` is the page's key of an action, "" for none. `answer_lost`: an earlier attempt at this
    action may have been carried out, so each client looks before it writes. `keep` writes down what will have
    been done; None outside of attempts.
    """

    services: Services
    session: PortalSession
    request_key: str = ""
    answer_lost: bool = False
    keep: Keep | None = None

    @property
    def db(self) -> Database:
        """The app's own store."""
        return self.services.db

    @property
    def member_id(self) -> str:
        """The portal, by Bitrix24's name for it."""
        return self.session.member_id

    @property
    def user_id(self) -> int:
        """The person's id in the portal."""
        return self.session.user_id

    @property
    def actor(self) -> Actor:
        """The person, as the domain wants to know them, at this moment."""
        return actor_of(self.session)

    @property
    def portal_url(self) -> str:
        """The portal's address without a slash at its end."""
        return self.session.endpoint.removesuffix("/").removesuffix("/rest")

    def client(self, *, bulk: bool = False, things: int = 1) -> Client:
        """A client that acts as the person.

        Work in `bulk`, or on more `things` than one request to the portal takes, steps back for people.
        """
        return client_of(
            self.services,
            self.session,
            bulk=bulk,
            things=things,
            answer_lost=self.answer_lost,
            keep=self.keep,
        )

    def remember_place(self, place: str) -> None:
        """Keep where the person is now ("home", or a board's key) for their next opening of the app."""
        memos.LAST_BOARD.put(self, place)

    def for_attempt(self, *, answer_lost: bool, keep: Keep) -> RequestContext:
        """The context of one attempt at an action: every client made from it knows about a lost answer."""
        return replace(self, answer_lost=answer_lost, keep=keep)

    def after_lost_answer(self, lost: bool) -> RequestContext:
        """This context, whose clients look first if an answer was lost here (`lost`) or before."""
        return replace(self, answer_lost=self.answer_lost or lost)


def request_context(request_key: str = "") -> RequestContext:
    """The context of the request that is answered; its session must have been looked up."""
    return RequestContext(services(), g.portal_session, request_key)
