"""Sprints: dates that cannot become 1970, added once, deleted and brought back with their items."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from b24.errors import PortalTimeout, Refused
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode, NoScrumRecord, SprintGone
from boards.core.ids import IdKind, alias_key
from boards.core.outcome import Outcome
from boards.core.undo import undo_change
from boards.scrum.items import add_backlog, add_records, set_points
from boards.scrum.model import Sprint, SprintStatus
from boards.scrum.moves import move_items
from boards.scrum.sprint_dates import require_dates, suggest_dates, suggest_name
from boards.scrum.sprints import SprintEdit, add_sprint, delete_sprint, edit_sprint, plan_sprint_deletion
from tests.unit.boards.scrum.scene import NOW, PLAIN, REF, TEAM, ScrumScene, moment

ZONE = dt.timezone(dt.timedelta(hours=3))


def add(
    team: ScrumScene, start: str = "2026-03-16", end: str = "2026-03-29", **more: object
) -> Outcome[Sprint]:
    return add_sprint(team.client, REF, team.actor(), "Sprint 4", start, end, **more)  # type: ignore[arg-type]


def back(team: ScrumScene, outcome: Outcome[Any]) -> Outcome[Sprint]:
    return undo_change(team.client, team.actor(), Change.from_json(outcome.change.to_json()))


def test_a_sprint_is_added_with_what_the_docs_do_not_tell(team: ScrumScene) -> None:
    start = team.team_picture()
    outcome = add(team)
    assert team.wire.count == 1
    made = team.entities[outcome.change.target]
    assert (made.status, made.start, made.end) == (
        "planned",
        moment("2026-03-16T00:00:00+03:00"),
        moment("2026-03-29T23:59:59+03:00"),
    )
    assert team.wire.sent("tasks.api.scrum.sprint.add")[0]["fields"]["createdBy"] == "1"
    assert outcome.change.kind is Kind.SPRINT_ADD
    back(team, outcome)
    assert team.team_picture() == start


@pytest.mark.parametrize(
    ("start", "end", "field", "code"),
    [
        ("soon", "2026-03-29", "start", BadInputCode.DATE_INVALID),
        ("2026-03-16", "", "end", BadInputCode.DATE_INVALID),
        ("2026-02-30", "2026-03-29", "start", BadInputCode.DATE_INVALID),
        ("1970-01-01", "2026-03-29", "start", BadInputCode.DATE_INVALID),
        ("2026-03-16", "20260-01-01", "end", BadInputCode.DATE_INVALID),
        ("2026-03-16T10:00:00", "2026-03-29", "start", BadInputCode.DATE_INVALID),
        ("2026-03-29", "2026-03-16", "end", BadInputCode.DATES_REVERSED),
        ("2026-03-29T10:00:00+03:00", "2026-03-29T07:00:00+00:00", "end", BadInputCode.DATES_REVERSED),
    ],
)
def test_dates_that_would_become_1970(
    team: ScrumScene, start: str, end: str, field: str, code: BadInputCode
) -> None:
    with pytest.raises(BadInput) as caught:
        add(team, start, end)
    assert (caught.value.field, caught.value.code, team.wire.count) == (field, code, 0)
    with pytest.raises(BadInput):
        edit_sprint(team.client, REF, team.actor(), team.planned, dates=(start, end))
    assert team.wire.count == 0


def test_a_day_is_a_sprint_too() -> None:
    start, end = require_dates("2026-03-16", "2026-03-16", ZONE)
    assert end - start == dt.timedelta(days=1, seconds=-1)


@pytest.mark.parametrize(("fate", "requests"), [("before", 3), ("after", 2)])
def test_a_lost_answer_adds_nothing_twice(team: ScrumScene, fate: str, requests: int) -> None:
    team.wire.lose = [fate]
    outcome = add(team)
    assert team.wire.count == requests
    assert [entity.name for entity in team.entities.values()].count("Sprint 4") == 1
    assert bool(outcome.notices) is (fate == "after")


def test_renaming_and_dating(team: ScrumScene) -> None:
    start = team.team_picture()
    renamed = edit_sprint(team.client, REF, team.actor(), team.planned, name=" Sprint  three ")
    dated = edit_sprint(team.client, REF, team.actor(), team.planned, dates=("2026-04-01", "2026-04-14"))
    assert team.wire.count == 2
    made = team.entities[team.planned]
    assert (made.name, made.start) == ("Sprint three", moment("2026-04-01T00:00:00+03:00"))
    assert dated.change.before["start"] == "2026-03-02T00:00:00+00:00"
    back(team, dated)
    back(team, renamed)
    assert team.team_picture() == start


def test_two_people_date_the_same_sprint(team: ScrumScene) -> None:
    seen = SprintEdit(
        start=dt.datetime(2026, 3, 1, tzinfo=dt.UTC), end=dt.datetime(2026, 3, 16, tzinfo=dt.UTC)
    )
    outcome = edit_sprint(
        team.client, REF, team.actor(), team.planned, dates=("2026-04-01", "2026-04-14"), seen=seen
    )
    assert [(notice.code, notice.values["field"]) for notice in outcome.notices] == [
        (NoticeCode.FIELD_CHANGED_MEANWHILE, "start")
    ]


def test_a_lost_answer_of_a_change(team: ScrumScene) -> None:
    team.wire.lose = ["after", "", "after"]
    known = edit_sprint(
        team.client, REF, team.actor(), team.planned, name="X", seen=SprintEdit(name="Sprint 3")
    )
    assert known.change.before == {"name": "Sprint 3"}
    assert not edit_sprint(team.client, REF, team.actor(), team.planned, name="Y").change.undoable


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_name_like_a_reference_survives_a_lost_answer(team: ScrumScene, fate: str) -> None:
    """It is stored with a sign in it, and found again all the same."""
    acts, start = (team.client, REF, team.actor()), team.team_picture()
    team.wire.lose = [fate]
    back(
        team, add_sprint(*acts, "$result[x] 1", "2026-04-01", "2026-04-14", seen=[team.planned, team.active])
    )
    team.wire.lose = [fate]
    renamed = edit_sprint(*acts, team.planned, name="$result[x] 2", seen=SprintEdit(name="Sprint 3"))
    back(team, renamed)
    assert team.team_picture() == start


def test_nothing_to_change(team: ScrumScene) -> None:
    with pytest.raises(BadInput) as caught:
        edit_sprint(team.client, REF, team.actor(), team.planned)
    assert caught.value.code is BadInputCode.NOTHING_TO_CHANGE


def test_a_sprint_deleted_meanwhile(team: ScrumScene) -> None:
    del team.entities[team.planned]
    for item in (11, 12, 13):
        del team.items[item]
    with pytest.raises(SprintGone):
        edit_sprint(team.client, REF, team.actor(), team.planned, name="X")
    with pytest.raises(SprintGone):
        delete_sprint(team.client, REF, team.actor(), team.planned)


@pytest.mark.parametrize("many", [False, True])
def test_a_deleted_sprint_comes_back_with_items_and_columns(team: ScrumScene, many: bool) -> None:
    if many:
        for task_id in range(1000, 1060):
            team.item(task_id, team.planned, "1")
    team.board_of(team.planned, ("NEW", "FINISH"))
    start, shape = team.team_picture(), team.shape(team.planned)
    columns = [column.id for column in team.own_columns(team.planned)]
    plan = plan_sprint_deletion(team.client, REF, team.actor(), team.planned)
    assert (plan.total, plan.final, len(plan.columns)) == (63 if many else 3, False, 2)
    team.wire.requests.clear()
    outcome = delete_sprint(team.client, REF, team.actor(), team.planned)
    assert team.wire.count == 2
    assert team.planned not in team.entities
    assert set(team.in_list(team.backlog)) >= {1, 11, 12, 13}
    assert [notice.code for notice in outcome.notices] == [NoticeCode.ITEMS_TO_BACKLOG]
    undone = back(team, outcome)
    assert team.team_picture() == start
    assert team.shape(undone.now.id) == shape
    again = [column.id for column in team.own_columns(undone.now.id)]
    sprint = {alias_key(IdKind.SPRINT, team.planned): alias_key(IdKind.SPRINT, undone.now.id)}
    assert undone.change.aliases == sprint | dict(zip(columns, again, strict=True))


def test_a_move_made_before_the_deletion_is_undone_to_the_new_sprint(team: ScrumScene) -> None:
    moved = move_items(team.client, REF, team.actor(), [11], team.backlog)
    gone = delete_sprint(team.client, REF, team.actor(), team.planned)
    undone = back(team, gone)
    aliases = undone.change.aliases
    undo_change(team.client, team.actor(), moved.change, lambda one: aliases.get(one, one))
    assert team.in_list(undone.now.id) == [11, 12, 13]


def test_items_that_were_moved_on_are_left_alone(team: ScrumScene) -> None:
    outcome = delete_sprint(team.client, REF, team.actor(), team.planned)
    team.items[11].entity_id = team.active
    undone = back(team, outcome)
    assert team.in_list(undone.now.id) == [12, 13]
    assert [notice.code for notice in undone.notices] == [NoticeCode.TASKS_LEFT_ALONE]


def test_an_active_sprint_has_no_way_back(team: ScrumScene) -> None:
    plan = plan_sprint_deletion(team.client, REF, team.actor(), team.active)
    assert plan.final
    outcome = delete_sprint(team.client, REF, team.actor(), team.active)
    assert not outcome.change.undoable
    assert NoticeCode.SPRINT_GONE_FINAL in [notice.code for notice in outcome.notices]


def test_deletions_that_fail(team: ScrumScene) -> None:
    team.ignore("tasks.api.scrum.sprint.delete")
    with pytest.raises(Refused):
        delete_sprint(team.client, REF, team.actor(), team.planned)
    with pytest.raises(SprintGone):
        delete_sprint(team.client, type(REF)(21), team.actor(), team.planned)


def sprint(number: int, name: str, start: int, end: int) -> Sprint:
    return Sprint(
        number,
        name,
        SprintStatus.PLANNED,
        dt.datetime(2026, 3, start, tzinfo=ZONE),
        dt.datetime(2026, 3, end, 23, 59, 59, tzinfo=ZONE),
    )


def test_suggestions() -> None:
    sprints = [sprint(1, "Sprint 1", 2, 8), sprint(2, "Sprint 9 (b)", 9, 15)]
    assert suggest_dates(sprints, NOW) == (dt.date(2026, 3, 16), dt.date(2026, 3, 22))
    assert suggest_dates([], NOW) == (dt.date(2026, 3, 4), dt.date(2026, 3, 17))
    assert suggest_name(sprints) == "Sprint 10 (b)"
    assert suggest_name([sprint(1, "First", 2, 8)]) == "" == suggest_name([])


# --- what a team may lack ---
def test_a_task_is_given_a_record(team: ScrumScene) -> None:
    team.add_task(99, TEAM)
    with pytest.raises(NoScrumRecord):
        set_points(team.client, REF, team.actor(), {99: "3"})
    outcome = add_records(team.client, REF, team.actor(), [99], team.backlog)
    assert team.wire.count == 2
    assert team.items[99].entity_id == team.backlog
    assert (outcome.change.kind, outcome.change.undoable) == (Kind.SCRUM_RECORDS, False)
    set_points(team.client, REF, team.actor(), {99: "3"})
    assert team.items[99].points == "3"


def test_records_of_other_projects_are_refused(team: ScrumScene) -> None:
    team.add_task(99, TEAM)
    team.add_task(98, PLAIN)
    outcome = add_records(team.client, REF, team.actor(), [99, 98], team.backlog)
    assert [bool(result.error) for result in outcome.results] == [False, True]
    with pytest.raises(Refused):
        add_records(team.client, REF, team.actor(), [98], team.backlog)
    with pytest.raises(BadInput):
        add_records(team.client, REF, team.actor(), [98], 0)


@pytest.mark.parametrize("fate", ["", "before", "after"])
def test_a_team_gets_its_backlog_once(team: ScrumScene, fate: str) -> None:
    team.wire.lose = [fate]
    outcome = add_backlog(team.client, type(REF)(PLAIN), team.actor())
    assert team.entities[outcome.now].group_id == PLAIN
    again = add_backlog(team.client, type(REF)(PLAIN), team.actor())
    assert again.now == outcome.now
    team.wire.lose, team.wire.lost_error = ["after"], PortalTimeout
    with pytest.raises(PortalTimeout):
        add_backlog(team.client, REF, team.actor())
