"""Starting and completing: the preview tells what happens, every reason is named, nothing is done twice."""

from __future__ import annotations

import pytest

from b24.errors import AccessDenied, PortalTimeout, Refused, SprintNotStarted
from boards.core.change import Kind, NoticeCode
from boards.core.errors import CannotStart, SprintGone
from boards.core.model import BoardRef
from boards.core.outcome import Outcome
from boards.scrum.lifecycle import (
    LeftBehind,
    StartColumns,
    StartPreview,
    StartRefusal,
    complete_sprint,
    preview_complete,
    preview_start,
    start_sprint,
)
from boards.scrum.model import Sprint, SprintStatus
from tests.unit.boards.fakes.scrum_scene import MEMBER, REF, ScrumScene


def look(team: ScrumScene) -> StartPreview:
    return preview_start(team.client, REF, team.actor(), team.planned)


def start(team: ScrumScene) -> Outcome[Sprint]:
    return start_sprint(team.client, REF, team.actor(), team.planned)


def finish(team: ScrumScene) -> Outcome[Sprint]:
    return complete_sprint(team.client, REF, team.actor(), team.active)


@pytest.fixture
def ready(team: ScrumScene) -> ScrumScene:
    """The active sprint is over; another may start."""
    team.portal.entities[team.active].status = "completed"
    team.portal.entities[team.active].end = "2026-03-01T00:00:00+00:00"
    return team


def test_the_preview_of_a_start(ready: ScrumScene) -> None:
    ready.portal.tasks[12].status = "5"
    shown = look(ready)
    assert ready.fake.count == 1
    assert shown.can_start
    assert (shown.starting, shown.to_backlog) == ((11, 13), (12,))
    assert shown.source is StartColumns.COPIED
    assert shown.last and shown.last.id == ready.active  # the one that ended last
    assert [one.name for one in shown.columns] == ["C1", "C2", "C3"]
    assert shown.keeps_places
    assert not shown.ends_in_past


def test_open_tasks_below_completed_ones_leave_too(ready: ScrumScene) -> None:
    ready.portal.tasks[12].status = "5"
    real = ready.portal.row
    parents = {13: "12", 11: "13"}
    ready.portal.row = lambda task: real(task) | {"parentId": parents.get(task.id)}  # type: ignore[method-assign]
    shown = look(ready)
    assert shown.to_backlog == (11, 12, 13)
    assert shown.refusals == (StartRefusal.NO_OPEN_TASKS,)


def test_a_first_sprint_gets_the_usual_columns(ready: ScrumScene) -> None:
    for one in (ready.done, ready.active):
        ready.portal.entities[one].status = "planned"
    shown = look(ready)
    assert (shown.source, shown.columns, shown.last) == (StartColumns.DEFAULT, (), None)
    outcome = start(ready)
    assert outcome.now.active


def test_a_start(ready: ScrumScene) -> None:
    outcome = start(ready)
    assert ready.fake.count == 2
    assert ready.portal.entities[ready.planned].status == "active"
    first = ready.portal.own_columns(ready.planned)[0]
    assert ready.portal.lane(first.id) == [11, 12, 13]
    assert (outcome.change.kind, outcome.change.undo) == (Kind.SPRINT_START, None)
    assert [one.code for one in outcome.notices] == [NoticeCode.SPRINT_START_FINAL]
    assert outcome.now.status is SprintStatus.ACTIVE


def test_the_look_before_a_start_is_a_batch_of_its_own(ready: ScrumScene) -> None:
    start(ready)
    starting = next(
        part
        for part in ready.fake.requests
        if any(one.method == "tasks.api.scrum.sprint.start" for one in part.values())
    )
    assert len(starting) == 1  # columns read in the same batch would be stale (behaviour.md §3.9)


@pytest.mark.parametrize(
    "reason",
    [
        StartRefusal.ANOTHER_ACTIVE,
        StartRefusal.NO_OPEN_TASKS,
        StartRefusal.NO_NEW_COLUMN,
        StartRefusal.LAST_WITHOUT_COLUMNS,
        StartRefusal.NOT_PLANNED,
        StartRefusal.NOT_ALLOWED,
    ],
)
def test_each_reason_is_named_before_anything_is_done(ready: ScrumScene, reason: StartRefusal) -> None:
    portal = ready.portal
    if reason is StartRefusal.ANOTHER_ACTIVE:
        portal.entities[ready.active].status = "active"
    elif reason is StartRefusal.NO_OPEN_TASKS:
        for task_id in (11, 12, 13):
            portal.tasks[task_id].status = "5"
    elif reason is StartRefusal.NO_NEW_COLUMN:
        portal.board_of(ready.planned, ("WORK", "FINISH"))
    elif reason is StartRefusal.LAST_WITHOUT_COLUMNS:
        portal.columns = {key: one for key, one in portal.columns.items() if one.sprint_id != ready.active}
    elif reason is StartRefusal.NOT_PLANNED:
        portal.entities[ready.planned].status = "completed"
    else:
        ready.become(MEMBER)
    begin = ready.picture()
    assert look(ready).refusals == (reason,)
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert (caught.value.reasons, caught.value.left_behind) == ((reason,), ())
    assert ready.picture() == begin


def test_several_reasons_at_once(team: ScrumScene) -> None:
    team.become(MEMBER)
    for task_id in (11, 12, 13):
        team.portal.tasks[task_id].status = "5"
    assert look(team).refusals == (
        StartRefusal.NOT_ALLOWED,
        StartRefusal.ANOTHER_ACTIVE,
        StartRefusal.NO_OPEN_TASKS,
    )
    assert look(team).other_active_sprint


def test_a_refusal_leaves_something_behind_and_says_so(ready: ScrumScene) -> None:
    """Between the look and the start, somebody completed the last open tasks."""
    portal, real = ready.portal, ready.portal.sprint_start

    def too_late(user: int, params: dict[str, str]) -> object:
        for task_id in (11, 13):
            portal.tasks[task_id].status = "5"
        return real(user, params)

    portal.tasks[12].status = "5"
    portal.sprint_start = too_late  # type: ignore[method-assign,assignment]
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert caught.value.reasons == (StartRefusal.NO_OPEN_TASKS,)
    assert caught.value.left_behind == (LeftBehind.COLUMNS, LeftBehind.COMPLETED_MOVED)


def test_a_refusal_nobody_can_explain(ready: ScrumScene) -> None:
    ready.fake.refuse["tasks.api.scrum.sprint.start"] = SprintNotStarted("0", status=400)
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert caught.value.reasons == (StartRefusal.UNKNOWN,)
    ready.fake.refuse["tasks.api.scrum.sprint.start"] = AccessDenied("0", status=400)
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert caught.value.reasons == (StartRefusal.NOT_ALLOWED,)


def test_an_answer_that_is_no_start(ready: ScrumScene) -> None:
    ready.portal.sprint_start = lambda user, params: None  # type: ignore[method-assign]
    with pytest.raises(CannotStart):
        start(ready)


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_start_is_looked_up(ready: ScrumScene, fate: str) -> None:
    ready.fake.lose = ["", fate]
    if fate == "after":
        outcome = start(ready)
        assert NoticeCode.ANSWER_LOST_BUT_DONE in [one.code for one in outcome.notices]
    else:
        with pytest.raises(CannotStart):
            start(ready)
    assert ready.fake.count == 3
    assert len(ready.fake.sent("tasks.api.scrum.sprint.start")) == 1


def test_nobody_waits_a_minute_twice(ready: ScrumScene) -> None:
    ready.fake.lose, ready.fake.lost_error = ["", "after"], PortalTimeout
    with pytest.raises(PortalTimeout):
        start(ready)


def test_sprints_of_others_are_not_started(team: ScrumScene) -> None:
    with pytest.raises(SprintGone):
        start_sprint(team.client, BoardRef(21), team.actor(), team.planned)


# --- completing ---
def test_the_preview_of_a_completion(team: ScrumScene) -> None:
    team.portal.stand(23, team.columns[1])  # completed, outside FINISH
    team.portal.item(25, team.active, "1")
    team.portal.stand(25, team.columns[2])  # in FINISH, not completed
    shown = preview_complete(team.client, REF, team.actor(), team.active)
    assert team.fake.count == 1
    assert (shown.to_backlog, shown.to_finish, shown.finished, shown.stay_open) == (
        (21, 22),
        (23,),
        (24,),
        (25,),
    )
    assert shown.may_complete
    assert not shown.without_finish


def test_a_completion(team: ScrumScene) -> None:
    outcome = finish(team)
    assert team.fake.count == 2
    assert team.fake.sent("tasks.api.scrum.sprint.complete") == [{"id": str(REF.group_id)}]
    assert team.portal.entities[team.active].status == "completed"
    assert team.portal.in_list(team.backlog)[-2:] == [21, 22]
    assert (outcome.change.kind, outcome.change.undo) == (Kind.SPRINT_COMPLETE, None)
    assert [(one.code, one.values) for one in outcome.notices] == [
        (NoticeCode.SPRINT_COMPLETE_FINAL, {}),
        (NoticeCode.ITEMS_TO_BACKLOG, {"count": 2}),
    ]


def test_another_sprint_is_active_by_now(team: ScrumScene) -> None:
    team.portal.entities[team.active].status = "completed"
    team.portal.entities[team.planned].status = "active"
    with pytest.raises(SprintGone):
        finish(team)
    assert team.portal.entities[team.planned].status == "active"


def test_members_do_not_complete(team: ScrumScene) -> None:
    team.become(MEMBER)
    assert not preview_complete(team.client, REF, team.actor(), team.active).may_complete
    with pytest.raises(AccessDenied):
        finish(team)


def test_null_with_http_200(team: ScrumScene) -> None:
    for column in team.portal.own_columns(team.active):
        column.type = "WORK"
    assert preview_complete(team.client, REF, team.actor(), team.active).without_finish
    with pytest.raises(Refused):
        finish(team)


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_completion_is_looked_up(team: ScrumScene, fate: str) -> None:
    team.fake.lose = ["", fate]
    if fate == "after":
        assert NoticeCode.ANSWER_LOST_BUT_DONE in [one.code for one in finish(team).notices]
    else:
        with pytest.raises(Refused):
            finish(team)
    assert len(team.fake.sent("tasks.api.scrum.sprint.complete")) == 1
    team.fake.lose, team.fake.lost_error = ["", "after"], PortalTimeout
    team.portal.entities[team.active].status = "active"
    with pytest.raises(PortalTimeout):
        finish(team)
