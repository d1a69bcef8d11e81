"""Columns of a sprint: order without renumbering by the portal, types that must stay, deletion and return."""

from __future__ import annotations

import pytest

from b24.errors import Refused
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import (
    BadInput,
    BadInputCode,
    ColumnGone,
    ColumnNotEmpty,
    LastColumnOfType,
    SprintGone,
)
from boards.core.undo import undo_change
from boards.scrum.board import load_sprint_board
from boards.scrum.column_deletion import delete_column, plan_column_deletion
from boards.scrum.column_lists import lacking, may_lose
from boards.scrum.column_writing import ColumnsOutcome
from boards.scrum.columns import add_column, edit_column, move_column
from boards.scrum.model import ColumnType, SprintColumn
from tests.support.portal_scene import instead
from tests.unit.boards.scrum.scene import REF, ScrumScene, hide


def shown(team: ScrumScene) -> tuple[SprintColumn, ...]:
    """The columns as a page has them; costs nothing here."""
    columns = load_sprint_board(team.client, REF, team.actor()).columns
    team.wire.requests.clear()
    return columns


def names(team: ScrumScene) -> list[str]:
    return [column.title for column in team.own_columns(team.active)]


def move(team: ScrumScene, index: int, after: int, columns: tuple[SprintColumn, ...] = ()) -> ColumnsOutcome:
    ids = [0, *team.columns]
    return move_column(
        team.client, REF, team.actor(), team.active, ids[index], ids[after], columns=columns or shown(team)
    )


def edit(team: ScrumScene, index: int, **more: object) -> ColumnsOutcome:
    column_id = team.columns[index]
    return edit_column(team.client, REF, team.actor(), team.active, column_id, **more)  # type: ignore[arg-type]


def add(team: ScrumScene, after: int, columns: tuple[SprintColumn, ...] = (), **more: str) -> ColumnsOutcome:
    after_id = [0, *team.columns][after]
    return add_column(
        team.client,
        REF,
        team.actor(),
        team.active,
        "Review",
        "#abc",
        after_id,
        columns=columns or shown(team),
        **more,
    )


def delete(team: ScrumScene, index: int, target: int | None = None) -> ColumnsOutcome:
    target_id = 0 if target is None else team.columns[target]
    return delete_column(
        team.client, REF, team.actor(), team.active, team.columns[index], target_id=target_id
    )


def back(team: ScrumScene, outcome: ColumnsOutcome) -> ColumnsOutcome:
    return undo_change(team.client, team.actor(), Change.from_json(outcome.change.to_json()))


@pytest.mark.parametrize(
    ("index", "after", "order"),
    [(3, 0, ["C3", "C1", "C2"]), (1, 3, ["C2", "C3", "C1"]), (1, 2, ["C2", "C1", "C3"])],
)
def test_moving(team: ScrumScene, index: int, after: int, order: list[str]) -> None:
    start = team.team_picture()
    outcome = move(team, index, after)
    assert team.wire.count == 1
    assert names(team) == order == [stage.name for stage in outcome.now]
    assert outcome.change.kind is Kind.COLUMN_MOVE
    forth = back(team, outcome)
    assert team.team_picture() == start
    back(team, forth)
    assert names(team) == order


def test_sorts_that_are_all_the_same(team: ScrumScene) -> None:
    for column in team.own_columns(team.active):
        column.sort = 100
    move(team, 3, 0)
    assert names(team) == ["C3", "C1", "C2"]


def test_somebody_added_a_column_meanwhile(team: ScrumScene) -> None:
    columns = shown(team)
    team.add_column(team.active, "Theirs", "WORK", 150)
    outcome = move(team, 3, 0, columns)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.BOARD_CHANGED_MEANWHILE]
    assert names(team) == ["C3", "C1", "Theirs", "C2"] == [stage.name for stage in outcome.now]
    assert team.wire.count == 2


def test_moving_what_is_not_there(team: ScrumScene) -> None:
    columns = shown(team)
    for column_id, after_id in ((4711, 0), (team.columns[0], 4711)):
        with pytest.raises(ColumnGone):
            move_column(team.client, REF, team.actor(), team.active, column_id, after_id, columns=columns)
    assert team.wire.count == 0


@pytest.mark.parametrize(
    "what",
    [{"name": " To  do "}, {"color": "rgb(1,2,3)"}, {"kind": "FINISH"}, {"name": "X", "color": "#123"}],
)
def test_editing(team: ScrumScene, what: dict[str, str]) -> None:
    start = team.team_picture()
    outcome = edit(team, 1, **what)
    assert team.wire.count == 1
    assert team.team_picture() != start
    assert not outcome.notices
    forth = back(team, outcome)
    assert team.team_picture() == start
    back(team, forth)
    assert team.team_picture() != start


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({}, BadInputCode.NOTHING_TO_CHANGE),
        ({"name": " "}, BadInputCode.TITLE_BLANK),
        ({"color": "x"}, BadInputCode.COLOR_INVALID),
        ({"kind": "DONE"}, BadInputCode.COLUMN_TYPE_INVALID),
    ],
)
def test_bad_values(team: ScrumScene, what: dict[str, str], code: BadInputCode) -> None:
    with pytest.raises(BadInput) as caught:
        edit(team, 1, **what)
    assert (caught.value.code, team.wire.count) == (code, 0)


@pytest.mark.parametrize(("index", "kind"), [(0, "NEW"), (2, "FINISH")])
def test_the_last_of_a_type_stays(team: ScrumScene, index: int, kind: str) -> None:
    start = team.team_picture()
    with pytest.raises(LastColumnOfType) as caught:
        edit(team, index, kind="WORK")
    assert caught.value.kind == kind
    with pytest.raises(LastColumnOfType):
        delete(team, index, 1)
    assert team.team_picture() == start
    assert may_lose(shown(team), team.columns[index]) == kind
    assert may_lose(shown(team), team.columns[1]) is None


def test_a_planned_sprint_may_have_any_columns_or_none(team: ScrumScene) -> None:
    """Its start says what is missing; so what was made before the start can be taken back."""
    acts = (team.client, REF, team.actor(), team.planned)
    made = add_column(*acts, "First", "112233", 0, columns=())
    retyped = edit_column(*acts, made.now[0].id, kind="NEW")
    undo_change(team.client, team.actor(), retyped.change)
    assert [column.system_type for column in team.own_columns(team.planned)] == ["WORK"]
    edit_column(*acts, made.now[0].id, kind="FINISH")
    undo_change(team.client, team.actor(), made.change)
    assert team.own_columns(team.planned) == []


def test_what_a_board_lacks() -> None:
    work = SprintColumn(1, "W", "000000", ColumnType.WORK, 100)
    assert lacking([work]) is ColumnType.NEW
    assert may_lose([work], 1) is None  # it lacked both before


def test_two_people_rename(team: ScrumScene) -> None:
    outcome = edit(team, 1, name="Mine", seen={"name": "Seen"})
    assert [notice.values for notice in outcome.notices] == [{"field": "name", "old": "C2"}]


def test_a_no_with_http_200(team: ScrumScene, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "tasks.api.scrum.kanban.updateStage", lambda call, real: False)
    with pytest.raises(Refused):
        edit(team, 1, name="Mine")
    with pytest.raises(Refused):
        move(team, 3, 0)


def test_a_column_deleted_meanwhile(team: ScrumScene) -> None:
    del team.portal.stages[team.columns[1]]
    with pytest.raises(ColumnGone):
        edit(team, 1, name="Mine")
    with pytest.raises(ColumnGone):
        delete(team, 1)


def test_a_sprint_deleted_meanwhile(team: ScrumScene) -> None:
    columns = shown(team)
    del team.entities[team.active]
    with pytest.raises(SprintGone):
        add(team, 1, columns)


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_name_like_a_reference_survives_a_lost_answer(team: ScrumScene, fate: str) -> None:
    """It is stored with a sign in it, and found again all the same."""
    team.wire.lose = [fate]
    back(team, edit(team, 1, name="$result[x]", seen={"name": "C2"}))
    assert names(team) == ["C1", "C2", "C3"]
    columns, acts = shown(team), (team.client, REF, team.actor(), team.active)
    team.wire.lose = [fate]
    back(team, add_column(*acts, "$result[x]", "112233", 0, columns=columns))
    assert names(team) == ["C1", "C2", "C3"]


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_answer(team: ScrumScene, fate: str) -> None:
    team.wire.lose = [fate]
    outcome = edit(team, 1, name="Mine", seen={"name": "C2"})
    back(team, outcome)
    assert names(team) == ["C1", "C2", "C3"]
    columns = shown(team)
    team.wire.lose = [fate]
    move(team, 3, 0, columns)
    assert names(team) == ["C3", "C1", "C2"]


@pytest.mark.parametrize(
    ("after", "order"),
    [
        (0, ["Review", "C1", "C2", "C3"]),
        (1, ["C1", "Review", "C2", "C3"]),
        (3, ["C1", "C2", "C3", "Review"]),
    ],
)
@pytest.mark.parametrize("crowded", [False, True])
def test_adding(team: ScrumScene, after: int, order: list[str], crowded: bool) -> None:
    if crowded:
        for index, one in enumerate(team.own_columns(team.active)):
            one.sort = index
    start = team.team_picture()
    outcome = add(team, after)
    assert team.wire.count == (2 if crowded and after < 3 else 1)
    assert names(team) == order == [stage.name for stage in outcome.now]
    back(team, outcome)
    assert team.team_picture() == start


@pytest.mark.parametrize(("fate", "requests"), [("before", 3), ("after", 3)])
def test_a_lost_addition(team: ScrumScene, fate: str, requests: int) -> None:
    columns = shown(team)
    team.wire.lose = [fate]
    outcome = add(team, 1, columns)
    assert names(team).count("Review") == 1
    assert team.wire.count == requests
    assert bool(outcome.notices) is (fate == "after")


def test_an_empty_column_goes_and_returns(team: ScrumScene) -> None:
    team.stand(22, team.columns[0])
    start = team.team_picture()
    outcome = delete(team, 1)
    assert team.wire.count == 2
    assert names(team) == ["C1", "C3"]
    undone = back(team, outcome)
    assert team.team_picture() == start
    assert list(undone.change.aliases) == [team.columns[1]]


@pytest.mark.parametrize("target", [0, 2])
@pytest.mark.parametrize("status", ["2", "3"])
def test_tasks_are_moved_before_and_come_back(team: ScrumScene, target: int, status: str) -> None:
    team.tasks[22].status = int(status)
    start = team.team_picture()
    plan = plan_column_deletion(team.client, REF, team.actor(), team.active, team.columns[1])
    assert (plan.total, plan.tasks_of_other_sprints, [column.name for column in plan.others]) == (
        1,
        (),
        ["C1", "C3"],
    )
    with pytest.raises(ColumnNotEmpty):
        delete(team, 1)
    with pytest.raises(ColumnGone):
        delete_column(team.client, REF, team.actor(), team.active, team.columns[1], target_id=4711)
    team.wire.requests.clear()
    outcome = delete(team, 1, target)
    assert team.wire.count == 2
    assert team.places(22) == [team.columns[target]]
    forth = back(team, outcome)
    assert team.team_picture() == start
    back(team, forth)
    assert names(team) == ["C1", "C3"]
    assert team.places(22) == [team.columns[target]]


def test_tasks_of_other_sprints_only_lose_their_place(team: ScrumScene) -> None:
    team.stand(1, team.columns[1])  # in the backlog, with a place left over
    plan = plan_column_deletion(team.client, REF, team.actor(), team.active, team.columns[1])
    assert plan.tasks_of_other_sprints == (1,)
    delete(team, 1, 0)
    assert team.places(1) == []
    assert names(team) == ["C1", "C3"]


def test_tasks_that_nobody_sees_keep_the_column(team: ScrumScene, monkeypatch: pytest.MonkeyPatch) -> None:
    team.item(31, team.active, "1")
    hide(monkeypatch, 31)
    team.stand(31, team.columns[1])
    start = team.team_picture()
    outcome = delete(team, 1, 0)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.HIDDEN_TASKS_REMAIN]
    assert outcome.change.kind is Kind.SPRINT_CARDS_MOVE
    assert names(team) == ["C1", "C2", "C3"]
    undo_change(team.client, team.actor(), outcome.change)
    assert team.team_picture() == start
    hide(monkeypatch, 22)
    with pytest.raises(ColumnNotEmpty):
        delete(team, 1, 0)
