"""Opening a board: what one batch asks, and what becomes of its answers."""

from __future__ import annotations

import datetime as dt

import pytest

from b24.errors import AccessDenied
from boards.core.model import BoardRef, Denial, Filters
from boards.kanban.load import COLUMN, MAX_COLUMNS, STAGES, board_commands, load_board, load_column
from sandbox.state import stage_rows
from sandbox.state.portal import AWAITS_CONTROL, COMPLETED, GROUP_BOARD, IN_PROGRESS, USER_BOARD
from tests.unit.boards.scene import ADMIN, GROUP, HELPER, MEMBER, NOW, OUTSIDER, OWNER, Scene

REF = BoardRef(GROUP)
PLAN = BoardRef(0)


def columns(board: object) -> list[list[int]]:
    return [[card.id for card in column.cards] for column in board.columns]  # type: ignore[attr-defined]


def test_one_request_for_a_whole_board(scene: Scene) -> None:
    board = load_board(scene.client, REF, scene.actor())
    assert scene.wire.count == 1
    assert columns(board) == [[1, 2, 3, 4], [5, 6], [7]]
    assert [column.total for column in board.columns] == [4, 2, 1]
    assert [stage.is_first for stage in board.stages] == [True, False, False]
    assert (board.title, board.member_count, board.rights.role) == ("Project 12", 2, "A")
    assert [person.name for person in board.people] == [f"Person {number}" for number in range(1, 6)]


def test_only_known_columns_come_along(scene: Scene) -> None:
    for _ in range(60):
        stage_rows.add_row(scene.portal, GROUP_BOARD, GROUP, "more", "00FF00", sort=400)
    board = load_board(scene.client, REF, scene.actor(), known_stages=3)
    assert [column.loaded for column in board.columns[:6]] == [True] * 5 + [False]
    assert not any(column.loaded for column in board.columns[5:])
    commands = board_commands(REF, scene.actor(), Filters(), 63)
    assert len(commands) == 46  # four are left for what a launch asks besides
    assert len([key for key in commands if key.startswith(COLUMN)]) == MAX_COLUMNS
    assert next(iter(commands)) == STAGES
    assert all(key.startswith("b_") for key in commands)


def test_no_two_boards_in_a_batch(scene: Scene) -> None:
    for ref in (REF, PLAN):
        commands = board_commands(ref, scene.actor(), Filters(), None)
        asked = [command for command in commands.values() if command.method.startswith("task.stages.get")]
        assert len(asked) == 1
    assert not any("canmove" in command.method for command in commands.values())


def test_pages_of_a_column(scene: Scene) -> None:
    for task_id in range(1000, 1120):
        scene.add_task(task_id, GROUP, scene.stage_ids[1])
    board = load_board(scene.client, REF, scene.actor())
    assert (board.columns[1].total, board.columns[1].next_start) == (122, 50)
    page = load_column(
        scene.client, REF, scene.actor(), scene.stage_ids[1], False, 100, Filters(with_completed=True)
    )
    assert (len(page.cards), page.total, page.next_start) == (22, 122, None)
    first = load_column(scene.client, REF, scene.actor(), scene.stage_ids[0], True, 0, Filters())
    assert [card.id for card in first.cards] == [1, 2, 3, 4]
    assert scene.wire.count == 3


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), [[1, 2, 3], [5, 6], [7]]),
        (Filters(with_completed=True), [[1, 2, 3, 4], [5, 6], [7]]),
        (Filters(text="sHelf"), [[2], [], []]),
        (Filters(text="shelf $result[b_stages]"), [[], [], []]),
        (Filters(text="#6"), [[], [6], []]),
        (Filters(text="6"), [[], [6], []]),
        (Filters(text="# 4", with_completed=True), [[4], [], []]),
        (Filters(responsible_id=2), [[3], [], []]),
        (Filters(overdue=True), [[], [5], []]),
        (Filters(overdue=True, with_completed=True), [[], [5], []]),
        (Filters(text="shelf", responsible_id=2), [[], [], []]),
    ],
)
def test_filters(scene: Scene, filters: Filters, found: list[list[int]]) -> None:
    tasks = scene.portal.tasks
    tasks[2].title = "Order SHELF"
    tasks[3].responsible_id = 2
    for task_id, status in {4: COMPLETED, 5: IN_PROGRESS, 6: AWAITS_CONTROL}.items():
        tasks[task_id].status = status
        tasks[task_id].deadline = (NOW - dt.timedelta(minutes=1)).astimezone(dt.UTC)
    tasks[7].deadline = (NOW + dt.timedelta(minutes=1)).astimezone(dt.UTC)
    board = load_board(scene.client, REF, scene.actor(), filters)
    assert columns(board) == found
    assert [card.id for column in board.columns for card in column.cards if card.overdue] == [
        task_id for ids in found for task_id in ids if task_id == 5
    ]
    asked = scene.wire.sent("tasks.task.list")[0]["filter"]
    assert set(asked) <= {
        "GROUP_ID", "STAGE_ID", "REAL_STATUS", "%TITLE", "ID", "RESPONSIBLE_ID", "<DEADLINE",
    }  # fmt: skip


def test_my_planner(scene: Scene) -> None:
    scene.add_task(31, GROUP, scene.stage_ids[0])
    scene.add_to_plan(31, scene.plan_ids[1])
    scene.add_to_plan(31, scene.add_board(USER_BOARD, MEMBER, ["New", "Now", "Later"], "9DCF00")[2], MEMBER)
    board = load_board(scene.client, PLAN, scene.actor())
    assert columns(board) == [[], [31], []]
    assert board.columns[1].cards[0].stage_id == scene.plan_ids[1]
    assert board.rights.may_shape
    assert board.rights.may_move
    assert board.title == ""


@pytest.mark.parametrize(
    ("who", "role", "shape", "as_admin", "why"),
    [
        (OWNER, "A", True, False, None),
        (MEMBER, "K", False, False, Denial.NOT_OWNER_OR_MODERATOR),
        (ADMIN, "", True, True, None),
    ],
)
def test_rights(scene: Scene, who: int, role: str, shape: bool, as_admin: bool, why: Denial | None) -> None:
    scene.become(who)
    rights = load_board(scene.client, REF, scene.actor()).rights
    assert (rights.role, rights.may_shape, rights.as_admin, rights.why_not_shape) == (
        role,
        shape,
        as_admin,
        why,
    )
    assert rights.may_move
    assert "isAdmin" not in scene.wire.sent("task.stages.get")[0]


def test_strangers_get_the_refusal(scene: Scene) -> None:
    scene.become(OUTSIDER)
    with pytest.raises(AccessDenied):
        load_board(scene.client, REF, scene.actor())


def test_a_missing_scope_does_not_cost_the_board(scene: Scene) -> None:
    for method in ("sonet_group.get", "sonet_group.user.get", "user.get"):
        scene.refuse(method, "insufficient_scope", 401)
    board = load_board(scene.client, REF, scene.actor())
    assert columns(board) == [[1, 2, 3, 4], [5, 6], [7]]
    assert board.rights.may_shape  # unknown: the portal decides
    assert [person.id for person in board.people] == [HELPER]


def test_refused_lists_leave_columns_to_be_loaded(scene: Scene) -> None:
    scene.refuse("tasks.task.list", "OPERATION_TIME_LIMIT", 429)
    board = load_board(scene.client, REF, scene.actor())
    assert not any(column.loaded for column in board.columns)


def test_board_keys() -> None:
    assert BoardRef.parse("me").is_planner
    assert BoardRef.parse("g12") == REF
    for bad in ("", "g0", "g-1", "12", "g12x", "G12", "g99999999999"):
        with pytest.raises(ValueError, match="not a board"):
            BoardRef.parse(bad)
