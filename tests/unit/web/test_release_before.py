"""What the release before has remembered and stored is read: during an update both releases serve people."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask, g

import app as wiring
from boards.core.model import BoardRef
from boards.scrum.points import own_scale
from config import Config
from store import models as m
from store.models import Base
from web.core import pages, visible_boards
from web.core.services import KEY
from web.core.session import PortalSession, owner
from web.kanban.memory import known_stages
from web.scrum.memory import keep_scale, team_scale

PORTAL = "a" * 32
WHO = PortalSession(PORTAL, 5, "Ada", False, "en", "p.example", "https://p.example/rest/", 1)
SCALE = own_scale([("tiny", "0,5"), ("8", ""), ("?", "")])
SCALE_TEXT = {"kind": "own", "values": [["tiny", "0.5"], ["8", "8"], ["?", ""]]}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sa.Engine]:
    """The store of an app that answers a request of a person."""
    url, key = f"sqlite:///{tmp_path / 'store.db'}", Fernet.generate_key().decode()
    flask: Flask = wiring.create_app(Config("https://a.example", "id", "secret", (key,), url), worker=False)
    store = flask.extensions[KEY].db
    Base.metadata.create_all(store.engine)
    with flask.test_request_context("/"):
        g.portal_session = PortalSession(
            PORTAL, 5, "Ada", False, "en", "p.example", "https://p.example/rest/", 1
        )
        yield store.engine
    store.close()


def write(db: sa.Engine, model: type[Base], user_id: int, key: str, **values: object) -> None:
    with db.begin() as connection:
        connection.execute(
            sa.insert(model.__table__).values(member_id=PORTAL, user_id=user_id, key=key, **values)
        )


def stored(db: sa.Engine, column: sa.ColumnElement[str], key: str) -> object:
    with db.begin() as connection:
        return connection.scalar(sa.select(column).where(column.table.c.key == key))


def test_the_boards_a_person_has_seen(db: sa.Engine) -> None:
    until = time.time() + 100
    seen = {
        "g1": {"title": "Ärger", "open": True, "stages": {"17": "New"}, "shapes": True, "until": until},
        "crm:STATUS": {"title": "Status", "open": True, "until": until},
        "g2": {"title": "Old", "open": True, "shapes": False, "until": 1.0},
        "g3": {"title": "Closed", "open": False, "shapes": False, "until": until},
    }
    write(db, m.StoredMemo, 5, "boards", data=json.dumps(seen), expires_at=until)
    assert visible_boards.titles() == {"g1": "Ärger", "crm:STATUS": "Status", "g3": "Closed"}
    assert visible_boards.open_boards() == ["g1", "crm:STATUS"]
    assert visible_boards.stage_names() == {17: "New"}
    assert visible_boards.shapes_by_themselves("g1") and not visible_boards.shapes_by_themselves("g3")


def test_how_many_stages_a_board_has(db: sa.Engine) -> None:
    write(db, m.StoredMemo, 0, "stages:g1", data="7", expires_at=time.time() + 100)
    write(db, m.StoredMemo, 5, "stages:me", data="3", expires_at=time.time() + 100)
    assert known_stages(owner(), BoardRef(1)) == 7 and known_stages(owner(), BoardRef(0)) == 3


def test_the_scale_of_a_team_and_the_theme_of_a_person(db: sa.Engine) -> None:
    write(db, m.StoredPreference, 0, "scale:g1", value=json.dumps(SCALE_TEXT))
    write(db, m.StoredPreference, 5, "theme", value="dark")
    assert team_scale(BoardRef(1)) == SCALE
    assert pages.chosen() == "dark"


def test_it_reads_a_scale_that_is_chosen_now(db: sa.Engine) -> None:
    keep_scale(BoardRef(1), SCALE)
    text = stored(db, m.StoredPreference.__table__.c.value, "scale:g1")
    assert isinstance(text, str) and json.loads(text) == SCALE_TEXT


def test_it_reads_the_boards_that_are_seen_now(db: sa.Engine) -> None:
    visible_boards._note({"g1": visible_boards.VisibleBoard("One", open=True, stages={17: "New"})})
    text = stored(db, m.StoredMemo.__table__.c.data, "boards")
    assert isinstance(text, str)
    board = json.loads(text)["g1"]
    assert board | {"until": 0} == {
        "title": "One", "open": True, "stages": {"17": "New"}, "shapes": False, "until": 0,
    }  # fmt: skip
