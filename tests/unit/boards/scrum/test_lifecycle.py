"""Starting and completing: the preview tells what happens, every reason is named, nothing is done twice."""

from __future__ import annotations

import pytest

from b24.errors import AccessDenied, PortalTimeout, Refused
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
from sandbox.rest.registry import Call, Handler
from sandbox.state.portal import COMPLETED
from tests.support.portal_scene import instead
from tests.unit.boards.scrum.scene import MEMBER, REF, ScrumScene, moment


def look(team: ScrumScene) -> StartPreview:
    return preview_start(team.client, REF, team.actor(), team.planned)


def start(team: ScrumScene) -> Outcome[Sprint]:
    return start_sprint(team.client, REF, team.actor(), team.planned)


def finish(team: ScrumScene) -> Outcome[Sprint]:
    return complete_sprint(team.client, REF, team.actor(), team.active)


@pytest.fixture
def ready(team: ScrumScene) -> ScrumScene:
    """The active sprint is over; another may start."""
    team.entities[team.active].status = "completed"
    team.entities[team.active].end = moment("2026-03-01T00:00:00+00:00")
    return team


def test_the_preview_of_a_start(ready: ScrumScene) -> None:
    ready.tasks[12].status = COMPLETED
    shown = look(ready)
    assert ready.wire.count == 1
    assert shown.can_start
    assert (shown.starting, shown.to_backlog) == ((11, 13), (12,))
    assert shown.source is StartColumns.COPIED
    assert shown.last and shown.last.id == ready.active  # the one that ended last
    assert [column.name for column in shown.columns] == ["C1", "C2", "C3"]
    assert shown.keeps_places
    assert not shown.ends_in_past


def test_open_tasks_below_completed_ones_leave_too(ready: ScrumScene) -> None:
    ready.tasks[12].status = COMPLETED
    ready.tasks[13].parent_id, ready.tasks[11].parent_id = 12, 13
    shown = look(ready)
    assert shown.to_backlog == (11, 12, 13)
    assert shown.refusals == (StartRefusal.NO_OPEN_TASKS,)


def test_a_first_sprint_gets_the_usual_columns(ready: ScrumScene) -> None:
    for sprint_id in (ready.done, ready.active):
        ready.entities[sprint_id].status = "planned"
    shown = look(ready)
    assert (shown.source, shown.columns, shown.last) == (StartColumns.DEFAULT, (), None)
    outcome = start(ready)
    assert outcome.now.active


def test_a_start(ready: ScrumScene) -> None:
    outcome = start(ready)
    assert ready.wire.count == 2
    assert ready.entities[ready.planned].status == "active"
    first = ready.own_columns(ready.planned)[0]
    assert ready.lane(first.id) == [11, 12, 13]
    assert (outcome.change.kind, outcome.change.undo) == (Kind.SPRINT_START, None)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.SPRINT_START_FINAL]
    assert outcome.now.status is SprintStatus.ACTIVE


def test_the_look_before_a_start_is_a_batch_of_its_own(ready: ScrumScene) -> None:
    start(ready)
    starting = next(
        request
        for request in ready.wire.requests
        if any(method == "tasks.api.scrum.sprint.start" for method, _query in request)
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
    if reason is StartRefusal.ANOTHER_ACTIVE:
        ready.entities[ready.active].status = "active"
    elif reason is StartRefusal.NO_OPEN_TASKS:
        for task_id in (11, 12, 13):
            ready.tasks[task_id].status = COMPLETED
    elif reason is StartRefusal.NO_NEW_COLUMN:
        ready.board_of(ready.planned, ("WORK", "FINISH"))
    elif reason is StartRefusal.LAST_WITHOUT_COLUMNS:
        ready.drop_columns(ready.active)
    elif reason is StartRefusal.NOT_PLANNED:
        ready.entities[ready.planned].status = "completed"
    else:
        ready.become(MEMBER)
    begin = ready.team_picture()
    assert look(ready).refusals == (reason,)
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert (caught.value.reasons, caught.value.left_behind) == ((reason,), ())
    assert ready.team_picture() == begin


def test_several_reasons_at_once(team: ScrumScene) -> None:
    team.become(MEMBER)
    for task_id in (11, 12, 13):
        team.tasks[task_id].status = COMPLETED
    assert look(team).refusals == (
        StartRefusal.NOT_ALLOWED,
        StartRefusal.ANOTHER_ACTIVE,
        StartRefusal.NO_OPEN_TASKS,
    )
    assert look(team).other_active_sprint


def test_a_refusal_leaves_something_behind_and_says_so(
    ready: ScrumScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the start, somebody completed the last open tasks."""

    def too_late(call: Call, real: Handler) -> object:
        for task_id in (11, 13):
            ready.tasks[task_id].status = COMPLETED
        return real(call)

    ready.tasks[12].status = COMPLETED
    instead(monkeypatch, "tasks.api.scrum.sprint.start", too_late)
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert caught.value.reasons == (StartRefusal.NO_OPEN_TASKS,)
    assert caught.value.left_behind == (LeftBehind.COLUMNS, LeftBehind.COMPLETED_MOVED)


def test_a_refusal_nobody_can_explain(ready: ScrumScene) -> None:
    ready.refuse("tasks.api.scrum.sprint.start", "0", description="Unable to start sprint")
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert caught.value.reasons == (StartRefusal.UNKNOWN,)
    ready.faults.clear()
    ready.refuse("tasks.api.scrum.sprint.start", "0", description="Access denied")
    with pytest.raises(CannotStart) as caught:
        start(ready)
    assert caught.value.reasons == (StartRefusal.NOT_ALLOWED,)


def test_an_answer_that_is_no_start(ready: ScrumScene, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "tasks.api.scrum.sprint.start", lambda call, real: None)
    with pytest.raises(CannotStart):
        start(ready)


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_start_is_looked_up(ready: ScrumScene, fate: str) -> None:
    ready.wire.lose = ["", fate]
    if fate == "after":
        outcome = start(ready)
        assert NoticeCode.ANSWER_LOST_BUT_DONE in [notice.code for notice in outcome.notices]
    else:
        with pytest.raises(CannotStart):
            start(ready)
    assert ready.wire.count == 3
    assert len(ready.wire.sent("tasks.api.scrum.sprint.start")) == 1


def test_nobody_waits_a_minute_twice(ready: ScrumScene) -> None:
    ready.wire.lose, ready.wire.lost_error = ["", "after"], PortalTimeout
    with pytest.raises(PortalTimeout):
        start(ready)


def test_sprints_of_others_are_not_started(team: ScrumScene) -> None:
    with pytest.raises(SprintGone):
        start_sprint(team.client, BoardRef(21), team.actor(), team.planned)


# --- completing ---
def test_the_preview_of_a_completion(team: ScrumScene) -> None:
    team.stand(23, team.columns[1])  # completed, outside FINISH
    team.item(25, team.active, "1")
    team.stand(25, team.columns[2])  # in FINISH, not completed
    shown = preview_complete(team.client, REF, team.actor(), team.active)
    assert team.wire.count == 1
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
    assert team.wire.count == 2
    assert team.wire.sent("tasks.api.scrum.sprint.complete") == [{"id": str(REF.group_id)}]
    assert team.entities[team.active].status == "completed"
    assert team.in_list(team.backlog)[-2:] == [21, 22]
    assert (outcome.change.kind, outcome.change.undo) == (Kind.SPRINT_COMPLETE, None)
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.SPRINT_COMPLETE_FINAL, {}),
        (NoticeCode.ITEMS_TO_BACKLOG, {"count": 2}),
    ]


def test_another_sprint_is_active_by_now(team: ScrumScene) -> None:
    team.entities[team.active].status = "completed"
    team.entities[team.planned].status = "active"
    with pytest.raises(SprintGone):
        finish(team)
    assert team.entities[team.planned].status == "active"


def test_members_do_not_complete(team: ScrumScene) -> None:
    team.become(MEMBER)
    assert not preview_complete(team.client, REF, team.actor(), team.active).may_complete
    with pytest.raises(AccessDenied):
        finish(team)


def test_null_with_http_200(team: ScrumScene) -> None:
    for column in team.own_columns(team.active):
        column.system_type = "WORK"
    assert preview_complete(team.client, REF, team.actor(), team.active).without_finish
    with pytest.raises(Refused):
        finish(team)


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_completion_is_looked_up(team: ScrumScene, fate: str) -> None:
    team.wire.lose = ["", fate]
    if fate == "after":
        assert NoticeCode.ANSWER_LOST_BUT_DONE in [notice.code for notice in finish(team).notices]
    else:
        with pytest.raises(Refused):
            finish(team)
    assert len(team.wire.sent("tasks.api.scrum.sprint.complete")) == 1
    team.wire.lose, team.wire.lost_error = ["", "after"], PortalTimeout
    team.entities[team.active].status = "active"
    with pytest.raises(PortalTimeout):
        finish(team)
