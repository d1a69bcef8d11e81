"""The scrum domain against the stand-in portal, without the web: costs, there and back, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from b24.methods import scrum as scrum_calls
from boards.core.change import Change, NoticeCode
from boards.core.errors import BoardError, CannotStart, EpicGone, LastColumnOfType, MoveIgnored, SprintGone
from boards.core.model import BoardRef, Denial
from boards.core.outcome import Outcome
from boards.core.undo import undo_change
from boards.kanban.load import load_board
from boards.scrum.board import load_sprint_board
from boards.scrum.cards import move_sprint_cards, put_on_board
from boards.scrum.column_deletion import delete_column
from boards.scrum.columns import add_column, edit_column, move_column
from boards.scrum.epics import EpicEdit, add_epic, delete_epic, edit_epic
from boards.scrum.items import add_backlog, add_records, assign_epic, set_points
from boards.scrum.lifecycle import (
    StartRefusal,
    complete_sprint,
    preview_complete,
    preview_start,
    start_sprint,
)
from boards.scrum.model import ColumnType, ItemFacts, Planning, SprintBoard
from boards.scrum.moves import move_items
from boards.scrum.planning import load_planning, load_points
from boards.scrum.points import SCALES, ScaleKind
from boards.scrum.sprints import add_sprint, delete_sprint, edit_sprint
from boards.scrum.statistics import count_totals, load_history, measure_velocity
from tests.contract.portal_fixture import PortalFixture
from tests.functional.kanban.test_boards_domain import Visit


class TeamVisit(Visit):
    """One person at a scrum team."""

    def __init__(self, portal: PortalFixture, who: str, name: str) -> None:
        super().__init__(portal, who)
        group = next(one for one in portal.state.groups.values() if one.name == name)
        self.ref = BoardRef(group.id)
        self.portal = portal

    def planning(self) -> Planning:
        return load_planning(self.client, self.ref, self.actor)

    def sprint_board(self) -> SprintBoard:
        return load_sprint_board(self.client, self.ref, self.actor)

    def facts(self) -> dict[int, ItemFacts]:
        """What a page that has read everything knows."""
        planning = self.planning()
        facts = {
            one.task_id: ItemFacts(one.points or "", one.epic_id or 0, one.entity_id, one.sort or 0.0)
            for one in planning.items
            if one.known
        }
        unknown = planning.unknown_ids
        while unknown:
            facts |= load_points(self.client, self.actor, unknown[:50]).facts
            unknown = unknown[50:]
        return facts

    def list_ids(self, index: int) -> list[int]:
        return [one.task_id for one in self.planning().lists[index].items]

    def team_picture(self) -> Any:
        """Everything a person sees of the team; ids of what can be recreated are left out."""
        planning, board = self.planning(), self.sprint_board()
        names = {one.id: one.name for one in planning.team.epics}
        return (
            [
                (
                    one.sprint and (one.sprint.name, one.sprint.status, one.sprint.start, one.sprint.end),
                    [(item.task_id, item.points, names.get(item.epic_id or 0)) for item in one.items],
                )
                for one in planning.lists
            ],
            [(one.name, one.color, one.description) for one in planning.team.epics],
            [
                (
                    lane.column.name,
                    lane.column.color,
                    lane.column.type,
                    sorted((card.id, card.task_status) for card in lane.cards),
                )
                for lane in board.lanes
            ],
            [item.task_id for item in board.off_board],
        )


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


@pytest.fixture
def team(portal: PortalFixture) -> TeamVisit:
    """The team of the small portal, its board with a card in the middle."""
    team = TeamVisit(portal, "moderator", "Scrum team")
    board = team.sprint_board()
    assert board.sprint
    card, middle = board.lanes[0].cards[0], board.columns[1]
    move_sprint_cards(team.client, team.ref, team.actor, board.sprint.id, [card.id], middle.id)
    return team


Act = Callable[[TeamVisit], Outcome[Any]]


def estimate(team: TeamVisit) -> Outcome[Any]:
    ids = team.list_ids(2)[:5]
    team.wire.requests.clear()
    return set_points(team.client, team.ref, team.actor, dict.fromkeys(ids, "0,5 $result[was]"))


def clear_points(team: TeamVisit) -> Outcome[Any]:
    ids = [one.task_id for one in team.planning().items if one.points][:3]
    team.wire.requests.clear()
    return set_points(team.client, team.ref, team.actor, dict.fromkeys(ids, ""))


def give_epic(team: TeamVisit) -> Outcome[Any]:
    planning = team.planning()
    item = planning.lists[2].items[0]
    epic = next(one for one in planning.team.epics if one.id != item.epic_id)
    team.wire.requests.clear()
    return assign_epic(team.client, team.ref, team.actor, [item.task_id], epic.id)


def reorder(team: TeamVisit) -> Outcome[Any]:
    ids, facts = team.list_ids(2), team.facts()
    team.wire.requests.clear()
    return move_items(
        team.client,
        team.ref,
        team.actor,
        [ids[-1], ids[3]],
        facts[ids[0]].entity_id,
        after_id=ids[0],
        following=ids[1:],
        seen=facts,
    )


def into_planned(team: TeamVisit) -> Outcome[Any]:
    return to_the_end_of(team, 1)


def into_active(team: TeamVisit) -> Outcome[Any]:
    return to_the_end_of(team, 0)


def to_the_end_of(team: TeamVisit, index: int) -> Outcome[Any]:
    """Three items of the backlog below the last one of a sprint."""
    planning, facts = team.planning(), team.facts()
    target, active = planning.lists[index], planning.lists[0].entity_id
    team.wire.requests.clear()
    return move_items(
        team.client,
        team.ref,
        team.actor,
        [one.task_id for one in planning.lists[2].items[:3]],
        target.entity_id,
        after_id=target.items[-1].task_id,
        seen=facts,
        active_id=active,
    )


def out_of_active(team: TeamVisit) -> Outcome[Any]:
    lane = next(lane for lane in team.sprint_board().lanes if lane.cards)
    planning = team.planning()
    team.wire.requests.clear()
    return move_items(team.client, team.ref, team.actor, [lane.cards[0].id], planning.team.backlog_id)


def new_epic(team: TeamVisit) -> Outcome[Any]:
    team.wire.requests.clear()
    return add_epic(team.client, team.ref, team.actor, "<b>Эпик</b> & 漢字 🎉", "#abc", "Why & how")


def rename_epic(team: TeamVisit) -> Outcome[Any]:
    epic = team.planning().team.epics[0]
    team.wire.requests.clear()
    return edit_epic(team.client, team.ref, team.actor, epic.id, EpicEdit(name="Other", color="112233"))


def drop_epic(team: TeamVisit) -> Outcome[Any]:
    planning = team.planning()
    used = {one.epic_id for one in planning.items}
    epic = next(one for one in planning.team.epics if one.id in used)
    team.wire.requests.clear()
    return delete_epic(team.client, team.ref, team.actor, epic.id)


def new_sprint(team: TeamVisit) -> Outcome[Any]:
    team.wire.requests.clear()
    return add_sprint(team.client, team.ref, team.actor, "Sprint 99", "2027-01-04", "2027-01-17")


def date_sprint(team: TeamVisit) -> Outcome[Any]:
    sprint = team.planning().team.sprints[1]
    team.wire.requests.clear()
    return edit_sprint(
        team.client, team.ref, team.actor, sprint.id, name="Other", dates=("2027-01-04", "2027-01-17")
    )


def drop_sprint(team: TeamVisit) -> Outcome[Any]:
    sprint = team.planning().team.sprints[1]
    team.wire.requests.clear()
    return delete_sprint(team.client, team.ref, team.actor, sprint.id)


def shift_column(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint
    last, columns = board.columns[-1], board.columns
    team.wire.requests.clear()
    return move_column(team.client, team.ref, team.actor, board.sprint.id, last.id, 0, columns=columns)


def shape_column(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint
    one = board.columns[1]
    team.wire.requests.clear()
    return edit_column(
        team.client, team.ref, team.actor, board.sprint.id, one.id, name="Next", color="123", kind="NEW"
    )


def new_column(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint
    after, columns = board.columns[0].id, board.columns
    team.wire.requests.clear()
    return add_column(
        team.client, team.ref, team.actor, board.sprint.id, "Review", "#abc", after, columns=columns
    )


def drop_column(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint
    lane = next(lane for lane in board.lanes if lane.column.type is ColumnType.WORK and lane.cards)
    target = board.columns[0].id
    team.wire.requests.clear()
    return delete_column(team.client, team.ref, team.actor, board.sprint.id, lane.column.id, target_id=target)


def finish_card(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint
    lane = next(lane for lane in board.lanes if lane.column.type is ColumnType.WORK and lane.cards)
    target = next(one for one in board.columns if one.type is ColumnType.FINISH)
    team.wire.requests.clear()
    return move_sprint_cards(
        team.client, team.ref, team.actor, board.sprint.id, [lane.cards[0].id], target.id
    )


def reopen_card(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint
    lane = next(lane for lane in board.lanes if lane.column.type is ColumnType.FINISH and lane.cards)
    team.wire.requests.clear()
    return move_sprint_cards(
        team.client, team.ref, team.actor, board.sprint.id, [lane.cards[0].id], board.columns[0].id
    )


def fill_board(team: TeamVisit) -> Outcome[Any]:
    board = team.sprint_board()
    assert board.sprint and board.off_board
    ids = [one.task_id for one in board.off_board]
    team.wire.requests.clear()
    return put_on_board(team.client, team.ref, team.actor, board.sprint.id, ids)


COSTS: dict[Act, int] = {
    estimate: 1,
    clear_points: 1,
    give_epic: 1,
    reorder: 2,
    into_planned: 2,
    into_active: 2,
    out_of_active: 2,
    new_epic: 1,
    rename_epic: 1,
    drop_epic: 2,
    new_sprint: 1,
    date_sprint: 1,
    drop_sprint: 2,
    shift_column: 1,
    shape_column: 1,
    new_column: 1,
    drop_column: 2,
    finish_card: 1,
    reopen_card: 1,
    fill_board: 2,
}
EXPECTED = {NoticeCode.ITEMS_TO_BACKLOG, NoticeCode.TASK_COMPLETED, NoticeCode.TASK_RENEWED}


@pytest.mark.parametrize("act", COSTS, ids=lambda act: act.__name__)
def test_there_and_back(team: TeamVisit, act: Act) -> None:
    start = team.team_picture()
    done = act(team)
    assert team.wire.count == COSTS[act]
    assert {one.code for one in done.change.notices} <= EXPECTED
    end = team.team_picture()
    assert start != end
    undone = undo_change(team.client, team.actor, Change.from_json(done.change.to_json()))
    assert team.team_picture() == start
    aliases = undone.change.aliases
    if not undone.change.undoable:
        assert act is fill_board
        return
    undo_change(team.client, team.actor, undone.change, lambda one: aliases.get(one, one))
    assert team.team_picture() == end


# --- what a page costs and shows ---
def test_five_hundred_items_within_twelve_requests() -> None:
    team = TeamVisit(PortalFixture("company"), "moderator", "Scrum: data platform")
    planning = team.planning()
    assert team.wire.count == 2
    assert planning.backlog and len(planning.backlog.items) == planning.backlog.total >= 490
    team.wire.requests.clear()
    assert set(team.facts()) == {one.task_id for one in planning.items}
    assert team.wire.count <= 12
    team.wire.requests.clear()
    ids = [one.task_id for one in planning.backlog.items[:50]]
    set_points(team.client, team.ref, team.actor, dict.fromkeys(ids, "½"))
    assert team.wire.count == 2
    active = planning.team.active
    assert active
    seen = team.facts()
    team.wire.requests.clear()
    moved = move_items(team.client, team.ref, team.actor, ids[:30], active.id, seen=seen, active_id=active.id)
    assert team.wire.count == 2
    assert all(one.error is None for one in moved.results)
    assert not moved.notices
    team.wire.requests.clear()
    board = team.sprint_board()
    assert team.wire.count == 1
    assert {card.id for lane in board.lanes for card in lane.cards} >= set(ids[:30])
    undo_change(team.client, team.actor, moved.change)
    assert {one.task_id for one in team.sprint_board().off_board} & set(ids[:30]) == set()


def test_sums_velocity_and_history(team: TeamVisit) -> None:
    planning, scale = team.planning(), SCALES[ScaleKind.FIBONACCI]
    assert not planning.unknown_ids
    totals = count_totals(planning, scale)
    assert sum(one.count for one in totals.lists.values()) == len(planning.items)
    team.wire.requests.clear()
    history = load_history(team.client, team.ref, team.actor, planning.team.completed)
    assert team.wire.count == 1
    ids = [one.task_id for items in history.values() for one in items]
    facts = load_points(team.client, team.actor, ids).facts
    known = load_history(team.client, team.ref, team.actor, planning.team.completed, facts)
    velocity = measure_velocity(planning.team.completed, known, scale)
    assert velocity.complete and velocity.average is not None


def test_the_board_of_a_group_tells_that_it_is_a_team(team: TeamVisit, portal: PortalFixture) -> None:
    assert load_board(team.client, team.ref, team.actor).is_scrum
    assert not load_board(team.client, BoardRef(portal.main.id), team.actor).is_scrum


def test_rights_hold_what_they_promise(portal: PortalFixture) -> None:
    admin = TeamVisit(portal, "admin", "Second scrum team").planning()
    assert admin.team.rights.why_not_plan is Denial.SCRUM_ADMIN_NO_MEMBER
    stranger = TeamVisit(portal, "owner", "Scrum team").planning()
    assert stranger.team.rights.why_not_plan is Denial.NOT_A_MEMBER
    member = TeamVisit(portal, "member", "Scrum team")
    rights = member.planning().team.rights
    assert (rights.may_plan, rights.may_start, rights.why_not_start) == (True, False, Denial.SCRUM_START_ROLE)
    made = add_epic(member.client, member.ref, member.actor, "By a member", "abc")
    assert made.now.id


# --- starting and completing ---
def test_a_sprint_is_completed_and_the_next_one_started(team: TeamVisit) -> None:
    active, planned = team.planning().team.sprints[:2]
    with pytest.raises(CannotStart) as caught:
        start_sprint(team.client, team.ref, team.actor, planned.id)
    assert StartRefusal.ANOTHER_ACTIVE in caught.value.reasons
    shown = preview_complete(team.client, team.ref, team.actor, active.id)
    done = complete_sprint(team.client, team.ref, team.actor, active.id)
    assert not done.change.undoable
    assert set(shown.to_backlog) <= set(team.list_ids(-1))
    foreseen = preview_start(team.client, team.ref, team.actor, planned.id)
    assert foreseen.can_start
    started = start_sprint(team.client, team.ref, team.actor, planned.id)
    assert started.now.active
    board = team.sprint_board()
    assert [(one.name, one.type) for one in board.columns] == [
        (one.name, one.type) for one in foreseen.columns
    ]
    assert sorted(card.id for lane in board.lanes for card in lane.cards) == sorted(foreseen.starting)
    assert board.off_board == ()


# --- what goes wrong ---
def test_a_number_would_be_ignored_a_string_is_not(team: TeamVisit) -> None:
    task_id = team.list_ids(2)[0]
    command = scrum_calls.update_item(task_id, points="21")
    assert command.params["fields"]["storyPoints"] == "21"
    team.client.call(command)  # JSON, with its types
    assert load_points(team.client, team.actor, [task_id]).facts[task_id].points == "21"


def test_an_item_without_scrum_record(team: TeamVisit, portal: PortalFixture) -> None:
    task = portal.task(group_id=team.ref.group_id)
    missing = load_points(team.client, team.actor, [task.id]).missing
    assert missing == (task.id,)
    with pytest.raises(BoardError):
        set_points(team.client, team.ref, team.actor, {task.id: "5"})
    backlog_id = team.planning().team.backlog_id
    add_records(team.client, team.ref, team.actor, [task.id], backlog_id)
    set_points(team.client, team.ref, team.actor, {task.id: "5"})
    assert task.id in team.list_ids(2)


def test_what_was_deleted_meanwhile(team: TeamVisit) -> None:
    planning = team.planning()
    epic, sprint = planning.team.epics[0], planning.team.sprints[1]
    item = planning.lists[2].items[0]
    team.portal.ask("moderator", "tasks.api.scrum.epic.delete", id=epic.id)
    with pytest.raises(EpicGone):
        assign_epic(team.client, team.ref, team.actor, [item.task_id], epic.id)
    team.portal.ask("moderator", "tasks.api.scrum.sprint.delete", id=sprint.id)
    with pytest.raises(SprintGone):
        move_items(team.client, team.ref, team.actor, [item.task_id], sprint.id)
    with pytest.raises(SprintGone):
        edit_sprint(team.client, team.ref, team.actor, sprint.id, name="X")


def test_a_move_that_is_none(team: TeamVisit) -> None:
    board = team.sprint_board()
    assert board.sprint
    waiting = team.list_ids(2)[0]
    with pytest.raises(MoveIgnored):
        move_sprint_cards(team.client, team.ref, team.actor, board.sprint.id, [waiting], board.columns[1].id)


def test_the_last_columns_of_their_type_stay(team: TeamVisit) -> None:
    start, board = team.team_picture(), team.sprint_board()
    assert board.sprint
    for one in (board.columns[0], board.columns[-1]):
        with pytest.raises(LastColumnOfType):
            edit_column(team.client, team.ref, team.actor, board.sprint.id, one.id, kind="WORK")
    assert team.team_picture() == start


def test_a_team_without_backlog() -> None:
    team = TeamVisit(PortalFixture("company"), "owner", "Scrum: mobile app")
    planning = team.planning()
    assert not planning.team.closed
    assert not planning.team.has_backlog
    made = add_backlog(team.client, team.ref, team.actor)
    assert team.planning().team.backlog_id == made.now
