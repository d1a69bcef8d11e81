"""What this release cannot read is a newer one's: it is left alone for as long as an update may last."""

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
from boards.core.change import Change, Kind
from boards.core.errors import OfNewerRelease
from boards.core.model import BoardRef
from boards.scrum.points import SCALES, ScaleKind
from config import Config
from store import event_queue, jobs, journal, memos, models, requests
from store.memos import Memo
from store.models import Base
from web.actions import abandoned
from web.actions.attempts import Perhaps
from web.actions.run import run_action
from web.core import visible_boards
from web.core.services import KEY, Services
from web.core.session import PortalSession
from web.crm import memory as crm_memory
from web.kanban.memory import STAGES
from web.portal import event_jobs
from web.scrum import memory

PORTAL = "a" * 32
WHO = PortalSession(PORTAL, 5, "Ada", False, "en", "p.example", "https://p.example/rest/", 1)
HOUR = 3600.0
EVERY_MEMO = (
    (memory.FACTS, "g1"),
    (memory.TEAM, "g1"),
    (memory.HISTORY, "g1"),
    (memory.COLUMNS, 3),
    (visible_boards.KNOWN, ""),
    (crm_memory.SHOWN, "0" * 16),
    (crm_memory.MAY_WRITE, 1),
    *((stages, "g1") for stages in STAGES.values()),
)
UNREADABLE = {"job": json.dumps({"job": "of_tomorrow", "queue": []}), "failures": [], "name": "Ada"}
SPRINT_GONE = Change(Kind.SPRINT_DELETE, "g1", 7, "Sprint 7")


@pytest.fixture
def flask(tmp_path: Path) -> Iterator[Flask]:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", Fernet.generate_key().decode()
    made = wiring.create_app(Config("https://a.example", "id", "secret", (key,), url), worker=False)
    Base.metadata.create_all(made.extensions[KEY].db.engine)
    yield made
    made.extensions[KEY].db.close()


@pytest.fixture
def shared(flask: Flask) -> Services:
    found: Services = flask.extensions[KEY]
    return found


def ago(shared: Services, model: type[models.StoredJob] | type[models.Action], seconds: float) -> None:
    column = "changed_at" if model is models.StoredJob else "started_at"
    with shared.db.writing() as connection:
        connection.execute(sa.update(model).values({column: time.time() - seconds}))


def test_its_jobs_are_ended_only_when_no_update_lasts_so_long(shared: Services) -> None:
    job_id = jobs.create(shared.db, PORTAL, 5, "stage", "g1", UNREADABLE)
    ago(shared, models.StoredJob, 20 * HOUR)
    assert abandoned.write_down(shared) == 0
    left = jobs.get(shared.db, PORTAL, job_id)
    assert left and left.state == "open"
    ago(shared, models.StoredJob, 25 * HOUR)
    assert abandoned.write_down(shared) == 1
    ended = jobs.get(shared.db, PORTAL, job_id)
    assert ended and ended.state == "abandoned"
    assert journal.entries(shared.db, PORTAL) == [], "nobody can say what it did"


def leave_behind(shared: Services, kind: str) -> None:
    """As a request does whose answer never came."""
    left = json.loads(Perhaps(5, "Ada", SPRINT_GONE).to_json())
    left["change"] = json.dumps(json.loads(left["change"]) | {"kind": kind})
    requests.begin(shared.db, PORTAL, 5, "request-key-1")
    requests.keep(shared.db, PORTAL, 5, "request-key-1", json.dumps(left))
    requests.unsure(shared.db, PORTAL, 5, "request-key-1")


def test_what_its_requests_left_is_kept_for_it(shared: Services) -> None:
    leave_behind(shared, "of_tomorrow")
    ago(shared, models.Action, 20 * HOUR)
    assert abandoned.write_down(shared) == 0
    assert len(requests.left_unsure(shared.db, HOUR)) == 1
    ago(shared, models.Action, 25 * HOUR)
    assert abandoned.write_down(shared) == 0
    assert requests.left_unsure(shared.db, HOUR) == []


@pytest.mark.parametrize("kind", ["of_tomorrow", Kind.STAGE_RENAME.value])
def test_a_second_click_leaves_it_unsure_for_the_third(flask: Flask, shared: Services, kind: str) -> None:
    """The kind is unknown, or known and nothing that this release would have to look for."""
    leave_behind(shared, kind)
    with flask.test_request_context("/", method="POST", data={"request_key": "request-key-1"}):
        g.portal_session = WHO
        with pytest.raises(OfNewerRelease):
            run_action(lambda: pytest.fail("done a second time"))
    begun = requests.begin(shared.db, PORTAL, 5, "request-key-1")
    assert begun.unsure and begun.pending_change


def test_its_events_wait_for_it(shared: Services) -> None:
    event_queue.put(shared.db, PORTAL, "ONAPPTOMORROW", {})
    assert event_jobs.work_off(shared) == 1
    assert event_queue.waiting(shared.db) == 1, "handed back"
    assert event_queue.take(shared.db) is None, "not at once"
    with shared.db.writing() as connection:
        row = sa.update(models.QueuedEvent)
        connection.execute(row.values(due_at=0, attempts=event_jobs.MOST_ATTEMPTS - 1))
    event_jobs.work_off(shared)
    assert event_queue.waiting(shared.db) == 0, "but not for ever"


@pytest.mark.parametrize("memo", [{"1": [1, 2, 3, 4, 5]}, [[1, 2, 3, 4, 5, 6]], {"title": "x"}, "x", [7]])
def test_what_it_remembers_counts_as_forgotten(flask: Flask, shared: Services, memo: object) -> None:
    ref, person = BoardRef.parse("g1"), memos.PortalUser(shared.db, PORTAL, WHO.user_id)
    for kept, part in EVERY_MEMO:
        Memo(kept.key, object, lifetime=HOUR, shared=kept.shared).put(person, memo, part)
    memos.Preference("scale", {}, shared=True).put(person, {"of_tomorrow": memo}, "g1")
    with flask.test_request_context("/"):
        g.portal_session = WHO
        assert memory.known_facts(ref) == {}
        assert memory.remembered_team(ref) is None
        assert memory.known_columns(3) == ()
        assert memory.remembered(ref) == {}
        assert memory.team_scale(ref) == SCALES[ScaleKind.FIBONACCI]
        assert visible_boards.titles() == {}
        assert [stages.get(person, "g1") for stages in STAGES.values()] == [None, None]
        assert crm_memory.SHOWN.get(person, "0" * 16) is crm_memory.MAY_WRITE.get(person, 1) is None
