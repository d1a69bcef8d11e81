"""The same request acts once, and is in the journal before it is answered."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

import app as wiring
from b24.errors import ConnectionLost, NotFound
from boards.core.change import Change, Kind
from boards.kanban.stages import RenameStage
from config import Config
from store import Database, journal, requests
from store.models import Base
from web.actions import run
from web.actions.run import run_action
from web.core.context import RequestContext
from web.core.failures import ActionRunning
from web.core.services import KEY
from web.core.session import PortalSession

PORTAL = "a" * 32
WHO = PortalSession(PORTAL, 5, "Ada", False, "en", "p.example", "https://p.example/rest/", 1)


@dataclass(frozen=True)
class Outcome:
    change: Change


def outcome(**more: Any) -> Outcome:
    undo = RenameStage(stage_id=7, title="To do", expected="Doing")
    return Outcome(Change(Kind.STAGE_RENAME, "g1", 7, "Doing", **({"undo": undo} | more)))


@pytest.fixture
def flask(tmp_path: Path) -> Iterator[Flask]:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", Fernet.generate_key().decode()
    made = wiring.create_app(Config("https://a.example", "id", "secret", (key,), url), worker=False)
    db: Database = made.extensions[KEY].db
    Base.metadata.create_all(db.engine)
    yield made
    db.close()


def act(flask: Flask, do: object, key: str = "request-key-1") -> run.Done[Outcome]:
    with flask.app_context():
        ctx = RequestContext(flask.extensions[KEY], WHO, key)
        return run_action(ctx, lambda _ctx: do())  # type: ignore[operator]


def entries(flask: Flask) -> list[journal.Entry]:
    return journal.entries(flask.extensions[KEY].db, PORTAL)


def test_an_action_is_done_and_written_down(flask: Flask) -> None:
    done = act(flask, outcome)
    assert done.outcome == outcome() and not done.repeated
    [entry] = entries(flask)
    assert done.entry_id == done.undo_id == entry.id and entry.user_name == "Ada"
    assert json.loads(entry.change)["label"] == "Doing"


def test_the_same_request_again_gets_the_first_answer(flask: Flask) -> None:
    first = act(flask, outcome)
    again = act(flask, lambda: pytest.fail("done twice"))
    assert again.repeated and again.outcome is None
    assert again.entry_id == first.entry_id and again.change == outcome().change
    assert len(entries(flask)) == 1


def test_another_key_is_another_action(flask: Flask) -> None:
    act(flask, outcome)
    act(flask, outcome, key="request-key-2")
    assert len(entries(flask)) == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "bad key with blanks"])
def test_without_a_usable_key_every_request_is_its_own(flask: Flask, key: str) -> None:
    act(flask, outcome, key)
    act(flask, outcome, key)
    assert len(entries(flask)) == 2


def test_written_down_and_done_or_neither(flask: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies between the two must not leave an entry whose request would act again."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(requests, "finish", die)
    with pytest.raises(KeyboardInterrupt):
        act(flask, outcome)
    assert entries(flask) == []


def test_a_failure_frees_the_key(flask: Flask) -> None:
    def fail() -> Outcome:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act(flask, fail)
    assert not entries(flask)
    assert not act(flask, outcome).repeated


@pytest.mark.parametrize(
    ("failure", "unsure"),
    [(NotFound("GONE"), False), (ConnectionLost("LOST"), True)],
    ids=["refused", "lost"],
)
def test_only_a_lost_answer_makes_the_next_try_look_first(
    flask: Flask, failure: Exception, unsure: bool
) -> None:
    """A refused try has done nothing: what looks like its work when it is tried again is somebody else's."""

    def fail() -> object:
        raise failure

    with pytest.raises(type(failure)):
        act(flask, fail)
    assert requests.begin(flask.extensions[KEY].db, PORTAL, 5, "request-key-1").unsure is unsure


def test_a_refusal_settles_what_a_lost_answer_left_open(flask: Flask) -> None:
    """The second try has looked, and the portal has said no: the third is a new attempt."""

    def refused() -> object:
        raise NotFound("GONE")

    db: Database = flask.extensions[KEY].db
    requests.begin(db, PORTAL, WHO.user_id, "request-key-1")
    requests.unsure(db, PORTAL, WHO.user_id, "request-key-1")
    with pytest.raises(NotFound):
        act(flask, refused)
    assert not requests.begin(db, PORTAL, WHO.user_id, "request-key-1").unsure


def test_a_double_click_waits_for_the_first(flask: Flask) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow() -> Outcome:
        entered.set()
        assert go_on.wait(10)
        return outcome()

    results: list[run.Done[Outcome]] = []
    first = threading.Thread(target=lambda: results.append(act(flask, slow)))
    first.start()
    assert entered.wait(10)
    second = threading.Thread(target=lambda: results.append(act(flask, lambda: pytest.fail("twice"))))
    second.start()
    go_on.set()
    first.join(20)
    second.join(20)
    assert sorted(one.repeated for one in results) == [False, True]
    assert len({one.entry_id for one in results}) == 1


def test_a_request_that_does_not_end_is_reported(flask: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "WAIT_SECONDS", 0.0)

    def meanwhile() -> Outcome:
        with pytest.raises(ActionRunning):
            act(flask, outcome)
        return outcome()

    act(flask, meanwhile)


def test_new_ids_of_restored_stages_are_kept(flask: Flask) -> None:
    act(flask, lambda: outcome(aliases={7: 70}))
    assert journal.resolve(flask.extensions[KEY].db, PORTAL, 7) == 70


def test_what_cannot_be_undone_offers_no_undo(flask: Flask) -> None:
    done = act(flask, lambda: Outcome(Change(Kind.STAGE_RENAME, "g1", 7, "Doing")))
    assert done.entry_id and done.undo_id is None
