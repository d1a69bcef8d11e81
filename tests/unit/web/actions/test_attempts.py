"""What an attempt at an action knows of earlier ones, for its whole life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import app as wiring
from b24.client import Client
from b24.errors import ConnectionLost
from boards.core.change import Change, Kind
from config import Config
from store import requests
from store.models import Base
from web.actions.attempts import PendingChange, attempt
from web.actions.run import run_action
from web.core.context import RequestContext
from web.core.services import KEY, Services
from web.core.session import PortalSession
from web.core.tokens import ONE_REQUEST

PORTAL = "a" * 32
WHO = PortalSession(PORTAL, 5, "Ada", False, "en", "p.example", "https://p.example/rest/", 1)
CLICK = "request-key-1"
CHANGE = Change(Kind.SPRINT_DELETE, "g1", 7, "Sprint 7")


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Services]:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", Fernet.generate_key().decode()
    flask = wiring.create_app(Config("https://a.example", "id", "secret", (key,), url), worker=False)
    services: Services = flask.extensions[KEY]
    Base.metadata.create_all(services.db.engine)
    with flask.app_context():
        yield services
    services.db.close()


@pytest.fixture
def ctx(shared: Services) -> RequestContext:
    return RequestContext(shared, WHO, CLICK)


def lost(ctx: RequestContext) -> None:
    """A click whose answer never came."""

    def lose(_ctx: RequestContext) -> None:
        raise ConnectionLost("LOST")

    with pytest.raises(ConnectionLost):
        run_action(ctx, lose)  # type: ignore[arg-type, type-var]


def test_a_second_client_of_an_action_looks_before_it_writes_as_the_first_does(ctx: RequestContext) -> None:
    lost(ctx)
    clients: list[Client] = []

    def act(ctx: RequestContext) -> object:
        clients.extend([ctx.client(), ctx.client(bulk=True), ctx.client(things=ONE_REQUEST + 1)])
        raise ConnectionLost("LOST")

    with pytest.raises(ConnectionLost):
        run_action(ctx, act)  # type: ignore[arg-type, type-var]
    assert [client.answer_lost for client in clients] == [True, True, True]


def test_a_first_attempt_has_nothing_to_look_for(ctx: RequestContext) -> None:
    with attempt(ctx, requests.begin(ctx.db, PORTAL, 5, CLICK), 5, CLICK) as current:
        assert not current.ctx.client().answer_lost


def test_what_every_client_of_an_attempt_intends_is_kept_with_the_key(ctx: RequestContext) -> None:
    with (
        pytest.raises(ConnectionLost),
        attempt(ctx, requests.begin(ctx.db, PORTAL, 5, CLICK), 5, CLICK) as current,
    ):
        current.ctx.client()
        current.ctx.client().intend(CHANGE)
        raise ConnectionLost("LOST")
    again = requests.begin(ctx.db, PORTAL, 5, CLICK)
    assert again.unsure and again.pending_change
    assert PendingChange.from_json(again.pending_change) == PendingChange(5, "Ada", CHANGE)


def test_what_an_attempt_knows_ends_with_it(ctx: RequestContext) -> None:
    lost(ctx)
    begun = requests.begin(ctx.db, PORTAL, 5, CLICK)
    with attempt(ctx, begun, 5, CLICK) as current:
        assert current.ctx.client().answer_lost
    assert not ctx.client().answer_lost and ctx.keep is None
