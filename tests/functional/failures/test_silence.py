"""After a click that the portal never answered: the next one, a death of the process, or nobody at all.

The matrix (`test_matrix.py`) has the second click that follows at once. Here something else comes in between.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from boards.core.change import Change, NoticeCode
from store import jobs
from store.models import Action, JournalEntry, StageAlias, StoredJob
from tests.functional import actions as of_boards
from tests.functional.actions import Scene
from tests.functional.failures.matrix import DEEDS, SILENCE, SPRINT, Deed, Press
from tests.functional.helpers import eventually
from tests.functional.in_process import PATIENCE, InProcessApp, hurried
from web.actions import abandoned

FINAL = {
    "/boards/<key>/stages/<int:stage_id>/delete": "stage_delete",
    "/crm/<entity_id>/stages/<int:stage_id>/delete": "crm_delete",
    "/boards/<key>/scrum/epics/<int:epic_id>/delete": "epic_delete",
    f"{SPRINT}/delete": "sprint_delete",
    f"{SPRINT}/start": "sprint_start",
    f"{SPRINT}/complete": "sprint_complete",
    f"{SPRINT}/stages/<int:stage_id>/delete": "column_delete",
}
"""What cannot be read any more once it is done, and the kind of its entry."""
ADDITIONS = (
    "/boards/<key>/stages",
    "/boards/<key>/scrum/epics",
    "/boards/<key>/scrum/sprints",
    "/crm/<entity_id>/stages",
    f"{SPRINT}/stages",
)
BY_RULE = {deed.rule: deed for deed in DEEDS}
UNKNOWN = "Whether it was done, nobody knows."


@dataclass
class Yard:
    ground: InProcessApp
    start: str

    def before(self, deed: Deed) -> Press:
        """The portal as at the start, the pages looked at, nothing in the journal."""
        g = self.ground
        g.sandbox.delete("faults")
        g.kept, g.memos = self.start, []
        g.restore()
        press = deed.prepare(g)
        with g.db.writing() as connection:
            for model in (StoredJob, JournalEntry, StageAlias):
                connection.execute(sa.delete(model))
        return press

    def changes(self) -> list[Change]:
        with self.ground.db.single_select() as connection:
            texts = connection.scalars(sa.select(JournalEntry.change).order_by(JournalEntry.id))
            return [Change.from_json(text) for text in texts]

    def write_down(self) -> int:
        return abandoned.write_down(self.ground.flask.extensions["stagecraft"])

    def age(self, seconds: float, **action: Any) -> None:
        """As if nothing had been heard of what is open for so long; `action`: other values of its row."""
        with self.ground.db.writing() as connection:
            back = {"started_at": Action.started_at - seconds}
            connection.execute(sa.update(Action).where(Action.state != "done").values(back | action))
            left = StoredJob.lease_until - seconds
            job = sa.update(StoredJob).where(StoredJob.state == "open")
            connection.execute(job.where(StoredJob.lease_until > 0).values(lease_until=left))
            connection.execute(job.values(changed_at=StoredJob.changed_at - seconds))


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with hurried(tmp_path_factory.mktemp("silence")) as found:
        yield Yard(found, found.kept)


def unanswered(yard: Yard, method: str, press: Press, key: str) -> None:
    """One click, of which the portal makes everything but an answer."""
    g = yard.ground
    g.sandbox.delete("calls")
    g.sandbox.fault(method, kind="delay", seconds=SILENCE, times=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(g.flask.extensions["stagecraft"].transport, "_timeout", (5, PATIENCE))
        assert press(key).status_code == 504
    g.sandbox.delete("faults")
    assert eventually(lambda: method in g.sandbox.asked()), "it was never asked"


@pytest.mark.parametrize("rule", FINAL)
def test_who_clicks_again_after_the_process_died_finds_it_written_down(yard: Yard, rule: str) -> None:
    deed, key = BY_RULE[rule], uuid.uuid4().hex
    press = yard.before(deed)
    unanswered(yard, deed.writes, press, key)
    done = yard.ground.boards()
    assert yard.changes() == []
    yard.age(150, state="running")
    answer = press(key)
    assert answer.status_code == 200 and "toast" in answer.text, answer.text[:500]
    assert yard.ground.boards() == done
    [change] = yard.changes()
    assert change.kind == FINAL[rule]
    assert NoticeCode.ANSWER_LOST_BUT_DONE in [one.code for one in change.notices]
    again = press(key)
    assert again.status_code == 200 and len(yard.changes()) == 1


@pytest.mark.parametrize("rule", FINAL)
def test_what_nobody_came_back_to_is_written_down_as_unknown(yard: Yard, rule: str) -> None:
    deed, g = BY_RULE[rule], yard.ground
    unanswered(yard, deed.writes, yard.before(deed), uuid.uuid4().hex)
    assert yard.write_down() == 0 and yard.changes() == [], "they may still be about to click"
    yard.age(700)
    assert yard.write_down() == 1 and yard.write_down() == 0
    [change] = yard.changes()
    assert change.kind == FINAL[rule] and change.label
    assert NoticeCode.OUTCOME_UNKNOWN in [one.code for one in change.notices]
    in_steps = "/scrum/" not in rule
    assert bool(change.undo) == (in_steps and change.after["moved"] > 0), "only what was moved has a way back"
    who = "crm_admin" if change.board_key.startswith("crm") else "owner" if in_steps else "moderator"
    assert UNKNOWN in g.tab(who).get("/journal").text


def test_a_way_back_that_was_not_answered_is_looked_for_as_well(yard: Yard) -> None:
    """Undoing an added sprint deletes it; the second click on Undo finds it gone."""
    deed = BY_RULE["/boards/<key>/scrum/sprints"]
    added = yard.before(deed)(uuid.uuid4().hex)
    address = of_boards.undo_address(added)
    tab = yard.ground.tab("moderator")

    def undo(key: str) -> Any:
        return tab.post(address, request_key=key)

    unanswered(yard, "tasks.api.scrum.sprint.delete", undo, uuid.uuid4().hex)
    answer = undo(uuid.uuid4().hex)
    assert answer.status_code == 200
    first, second = yard.changes()
    assert (first.kind, second.kind) == ("sprint_add", "sprint_delete")
    with yard.ground.db.single_select() as connection:
        marks = list(connection.scalars(sa.select(JournalEntry.undone_by).order_by(JournalEntry.id)))
    assert marks[0] is not None and marks[1] is None
    assert "undone already" in undo(uuid.uuid4().hex).text


@pytest.mark.parametrize("rule", [*ADDITIONS, f"{SPRINT}/delete"])
def test_a_second_click_that_could_not_look_leaves_it_to_the_third(yard: Yard, rule: str) -> None:
    deed, key, g = BY_RULE[rule], uuid.uuid4().hex, yard.ground
    press = yard.before(deed)
    unanswered(yard, deed.writes, press, key)
    done = g.boards()
    g.sandbox.fault("*", kind="error", status=503, code="QUERY_LIMIT_EXCEEDED", times=None)
    assert press(key).status_code == 503
    g.sandbox.delete("faults")
    assert press(key).status_code == 200
    assert g.boards() == done, "once"
    assert len(yard.changes()) == 1


def test_an_unanswered_way_back_in_steps_adds_its_stage_once(yard: Yard) -> None:
    """More tasks than one request takes: the undo of the deletion is a job, and its first step adds."""
    g = yard.ground
    yard.before(BY_RULE["/boards/<key>/stages"])
    group = g.sandbox.main_group_id
    tab = g.tab("owner")
    columns = Scene(tab, g.sandbox, f"g{group}").look().columns  # type: ignore[arg-type]
    victim, target = columns[1].stage_id, columns[-1].stage_id
    for number in range(60):
        fields = {"TITLE": f"Task {number}", "GROUP_ID": group, "STAGE_ID": victim, "RESPONSIBLE_ID": 2}
        g.sandbox.act("owner", "tasks.task.add", fields=fields)
    scene = Scene(tab, g.sandbox, f"g{group}").look()  # type: ignore[arg-type]
    path = f"{scene.stages_path}/{victim}/delete"
    form = of_boards.hidden(tab.get(path).text) | {"target_stage_id": target}
    gone = of_boards.finish(tab, tab.post(path, **scene.shaping(**form)))
    assert gone.status_code == 200 and len(yard.changes()) == 1
    address = f"/journal/{g.entries()[-1]}/undo"
    unanswered(yard, "task.stages.add", lambda key: tab.post(address, request_key=key), uuid.uuid4().hex)
    answer = of_boards.finish(tab, tab.post(address))
    assert answer.status_code == 200, answer.text[:500]
    titles = [one.title for one in Scene(tab, g.sandbox, f"g{group}").look().columns]  # type: ignore[arg-type]
    assert titles.count(columns[1].title) == 1
    assert [one.kind for one in yard.changes()] == ["stage_delete", "stage_restore"]
    assert yard.changes()[-1].after["returned"] >= 60
    yard.age(700)
    assert yard.write_down() == 0, "the job of the first click is no more"


def test_an_unanswered_end_of_a_way_back_is_gone_on_with(yard: Yard) -> None:
    """The stage that came back is deleted again: its tasks leave, and then the portal keeps silent."""
    g = yard.ground
    deleted = yard.before(BY_RULE["/boards/<key>/stages/<int:stage_id>/delete"])(uuid.uuid4().hex)
    assert deleted.status_code == 200
    gone, tab = g.boards(), g.tab("owner")
    restored = tab.post(f"/journal/{g.entries()[-1]}/undo")
    assert restored.status_code == 200 and len(yard.changes()) == 2
    begun = tab.post(f"/journal/{g.entries()[-1]}/undo")

    def go_on(_key: str) -> Any:
        return of_boards.finish(tab, begun)

    unanswered(yard, "task.stages.delete", go_on, "")
    assert g.boards() == gone and len(yard.changes()) == 2
    answer = of_boards.finish(tab, begun)
    assert answer.status_code == 200, answer.text[:500]
    assert [one.kind for one in yard.changes()] == ["stage_delete", "stage_restore", "stage_delete"]
    last = yard.changes()[-1]
    assert last.undo and NoticeCode.ANSWER_LOST_BUT_DONE in [one.code for one in last.notices]


def test_an_undo_and_the_mark_of_what_it_undid_are_written_together(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store fails between the two: neither is there, and the undo can be clicked again."""
    deed = BY_RULE["/boards/<key>/stages/<int:stage_id>/rename"]
    renamed = yard.before(deed)(uuid.uuid4().hex)
    address, tab = of_boards.undo_address(renamed), yard.ground.tab("owner")

    def fail(*_which: object) -> None:
        raise sa.exc.OperationalError("UPDATE", None, Exception("gone"))

    monkeypatch.setattr("web.actions.undo.journal.mark_undone", fail)
    assert tab.post(address).status_code == 503
    monkeypatch.undo()
    assert [one.kind for one in yard.changes()] == ["stage_rename"]
    assert tab.post(address).status_code == 200
    assert len(yard.changes()) == 2


def test_a_step_of_a_job_and_its_entry_are_written_together(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed = BY_RULE["/boards/<key>/stages/<int:stage_id>/delete"]
    press, key = yard.before(deed), uuid.uuid4().hex

    def fail(*_what: object, **_more: object) -> None:
        raise sa.exc.OperationalError("UPDATE", None, Exception("gone"))

    with monkeypatch.context() as patch:
        saved = jobs.save

        def save(*what: Any, **how: Any) -> None:
            fail() if how.get("state") == "done" else saved(*what, **how)

        patch.setattr("web.actions.jobs.jobs.save", save)
        assert press(key).status_code == 503
    assert yard.changes() == [], "no entry of a job that does not know of it"
    done = yard.ground.boards()
    assert press(key).status_code == 200
    assert yard.ground.boards() == done and len(yard.changes()) == 1


@pytest.mark.parametrize("rule", ADDITIONS)
def test_what_could_not_be_written_down_is_not_done_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    """The portal has done it, then the store fails: the second click finds it and writes it down."""

    def fail(*_what: object, **_more: object) -> None:
        raise sa.exc.OperationalError("INSERT", None, Exception("locked"))

    press, key = yard.before(BY_RULE[rule]), uuid.uuid4().hex
    with monkeypatch.context() as patch:
        patch.setattr("web.actions.run.journal.record", fail)
        assert press(key).status_code == 503
    done = yard.ground.boards()
    assert yard.changes() == []
    answer = press(key)
    assert answer.status_code == 200, answer.text[:400]
    assert yard.ground.boards() == done, "once"
    assert len(yard.changes()) == 1
