"""Ways back that the release before has written into journals: read as typed recipes, and carried out.

The JSON is literal, so that a change of a recipe's format is seen here. Its ids are those of `ScrumScene`:
sprint 5 is active with the columns 912 to 914, sprint 4 is planned, 1 is the backlog, 6 and 7 are epics.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from boards.core.change import Change, Kind, NoticeCode
from boards.core.ids import IdKind, alias_key
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UnknownRecipe, from_data, known_tags, to_data
from boards.core.undo import undo_change
from boards.scrum.board import load_sprint_board
from boards.scrum.cards import move_sprint_cards, put_on_board
from boards.scrum.column_deletion import delete_column
from boards.scrum.columns import add_column, edit_column, move_column
from boards.scrum.epics import EpicEdit, add_epic, delete_epic, edit_epic
from boards.scrum.items import assign_epic, set_points
from boards.scrum.moves import move_items
from boards.scrum.sprints import add_sprint, delete_sprint, edit_sprint
from sandbox.state.portal import IN_PROGRESS, PENDING
from tests.unit.boards.scrum.scene import REF, ScrumScene, hide

Act = Callable[[ScrumScene], Outcome[Any]]


@dataclass(frozen=True)
class OldRow:
    """A journal row. `act`: the action it is of, as this release does it; `undo`: the JSON of its recipe."""

    kind: Kind
    act: Act
    undo: str

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.undo)
        return found

    @property
    def change(self) -> Change:
        return read(self.kind, self.undo)


def read(kind: Kind, undo: str) -> Change:
    """The change of a journal row; rows of the release before have no version."""
    return Change.from_json(
        f'{{"kind":"{kind}","board_key":"g20","target":1,"label":"","before":{{}},"after":{{}},'
        f'"undo":{undo},"notices":[],"aliases":{{}}}}'
    )


def who(team: ScrumScene) -> tuple[Any, Any, Any]:
    return team.client, REF, team.actor()


def shown(team: ScrumScene) -> Any:
    return load_sprint_board(*who(team)).columns


def seen(team: ScrumScene) -> dict[str, Any]:
    return {"seen": team.seen(), "active_id": team.active}


ROWS: dict[str, OldRow] = {
    "points": OldRow(
        Kind.SCRUM_POINTS,
        lambda team: set_points(*who(team), {1: "13", 2: ""}),
        '{"op":"scrum_items","items":[{"task_id":1,"to":{"points":"8"},"from":{"points":"13"}},'
        '{"task_id":2,"to":{"points":"0.5"},"from":{"points":""}}]}',
    ),
    "epics of items": OldRow(
        Kind.SCRUM_EPIC_ASSIGN,
        lambda team: assign_epic(*who(team), [1, 3], team.other_epic),
        '{"op":"scrum_items","items":[{"task_id":1,"to":{"epic_id":6},"from":{"epic_id":7}},'
        '{"task_id":3,"to":{"epic_id":0},"from":{"epic_id":7}}]}',
    ),
    "items into the active sprint": OldRow(
        Kind.SCRUM_MOVE,
        lambda team: move_items(*who(team), [1, 2], team.active, **seen(team)),
        '{"op":"scrum_move","active_id":5,"items":[{"task_id":1,"entity_id":1,"sort":null,"stage_id":0,'
        '"from":5,"from_sort":null,"points":"8","epic_id":6},{"task_id":2,"entity_id":1,"sort":null,'
        '"stage_id":0,"from":5,"from_sort":null,"points":"0.5","epic_id":6}]}',
    ),
    "an item out of it, to a place": OldRow(
        Kind.SCRUM_MOVE,
        lambda team: move_items(*who(team), [22], team.backlog, after_id=1, following=[2], **seen(team)),
        '{"op":"scrum_move","active_id":5,"items":[{"task_id":22,"entity_id":5,"sort":22.0,"stage_id":913,'
        '"from":1,"from_sort":1.5,"points":"2","epic_id":0}]}',
    ),
    "a column moved": OldRow(
        Kind.COLUMN_MOVE,
        lambda team: move_column(*who(team), team.active, team.columns[2], 0, columns=shown(team)),
        '{"op":"column_order","sprint_id":5,"column_id":914,"order":[912,913,914]}',
    ),
    "a column edited": OldRow(
        Kind.COLUMN_EDIT,
        lambda team: edit_column(
            *who(team), team.active, team.columns[1], name="X", color="#123", kind="NEW"
        ),
        '{"op":"column_edit","sprint_id":5,"column_id":913,"values":{"name":"C2","color":"47D1E2",'
        '"type":"WORK"},"expected":{"name":"X","color":"112233","type":"NEW"}}',
    ),
    "one field of a column": OldRow(
        Kind.COLUMN_EDIT,
        lambda team: edit_column(*who(team), team.active, team.columns[1], name="X"),
        '{"op":"column_edit","sprint_id":5,"column_id":913,"values":{"name":"C2"},"expected":{"name":"X"}}',
    ),
    "a column added": OldRow(
        Kind.COLUMN_ADD,
        lambda team: add_column(
            *who(team), team.active, "Review", "#abc", team.columns[0], columns=shown(team)
        ),
        '{"op":"column_delete","sprint_id":5,"column_id":915}',
    ),
    "a column deleted": OldRow(
        Kind.COLUMN_DELETE,
        lambda team: delete_column(*who(team), team.active, team.columns[1], target_id=team.columns[2]),
        '{"op":"column_restore","sprint_id":5,"column_id":913,"column":{"name":"C2","color":"47D1E2",'
        '"type":"WORK","sort":200},"moves":[{"task_id":22,"column_id":913,"actions":[],"from":914}]}',
    ),
    "cards moved": OldRow(
        Kind.SPRINT_CARDS_MOVE,
        lambda team: move_sprint_cards(*who(team), team.active, [21, 23], team.columns[1]),
        '{"op":"sprint_cards","sprint_id":5,"moves":[{"task_id":21,"column_id":912,"actions":[],"from":913,'
        '"status":"2"},{"task_id":23,"column_id":914,"actions":[],"from":913,"status":"2"}]}',
    ),
    "a sprint added": OldRow(
        Kind.SPRINT_ADD,
        lambda team: add_sprint(*who(team), "Sprint 4", "2026-03-16", "2026-03-29"),
        '{"op":"sprint_delete","sprint_id":15}',
    ),
    "a sprint edited": OldRow(
        Kind.SPRINT_EDIT,
        lambda team: edit_sprint(*who(team), team.planned, name="X", dates=("2026-04-01", "2026-04-14")),
        '{"op":"sprint_edit","sprint_id":4,"values":{"name":"Sprint 3","start":"2026-03-02T00:00:00+00:00",'
        '"end":"2026-03-16T00:00:00+00:00"},"expected":{"name":"X","start":"2026-04-01T00:00:00+03:00",'
        '"end":"2026-04-14T23:59:59+03:00"}}',
    ),
    "one field of a sprint": OldRow(
        Kind.SPRINT_EDIT,
        lambda team: edit_sprint(*who(team), team.planned, name="X"),
        '{"op":"sprint_edit","sprint_id":4,"values":{"name":"Sprint 3"},"expected":{"name":"X"}}',
    ),
    "a sprint deleted": OldRow(
        Kind.SPRINT_DELETE,
        lambda team: delete_sprint(*who(team), team.planned),
        '{"op":"sprint_restore","sprint_id":4,"sprint":{"name":"Sprint 3",'
        '"start":"2026-03-02T00:00:00+00:00","end":"2026-03-16T00:00:00+00:00","sort":2},'
        '"items":[11,12,13],"columns":[]}',
    ),
    "an epic added": OldRow(
        Kind.EPIC_ADD,
        lambda team: add_epic(*who(team), "Mobile", "#abc", "Why"),
        '{"op":"epic_delete","epic_id":15}',
    ),
    "an epic edited": OldRow(
        Kind.EPIC_EDIT,
        lambda team: edit_epic(*who(team), team.epic, EpicEdit(name="Find", color="123456")),
        '{"op":"epic_edit","epic_id":6,"values":{"name":"Search","color":"69DAFC"},'
        '"expected":{"name":"Find","color":"123456"}}',
    ),
    "an epic deleted": OldRow(
        Kind.EPIC_DELETE,
        lambda team: delete_epic(*who(team), team.epic, to_epic_id=team.other_epic),
        '{"op":"epic_restore","epic_id":6,"epic":{"name":"Search","color":"69DAFC","description":""},'
        '"to":7,"items":[1,2]}',
    ),
}
"""Rows whose change this release can do, and undo so that nothing is left of it."""

DELETED_SPRINT_WITH_COLUMNS = (
    '{"op":"sprint_restore","sprint_id":4,"sprint":{"name":"Y","start":"2026-04-01T00:00:00+03:00",'
    '"end":null,"sort":2},"items":[11,12],"columns":[{"id":916,"name":"C1","color":"47D1E2","type":"NEW",'
    '"sort":100},{"id":917,"name":"C2","color":"47D1E2","type":"FINISH","sort":200}]}'
)
MORE = {
    "a restored column with where its tasks were": (
        '{"op":"column_delete","sprint_id":5,"column_id":915,"target_id":914}'
    ),
    "an empty column deleted": (
        '{"op":"column_restore","sprint_id":5,"column_id":913,"column":{"name":"C2","color":"47D1E2",'
        '"type":"WORK","sort":200},"moves":[]}'
    ),
    "a deletion of a column stopped by hidden tasks": (
        '{"op":"sprint_cards","sprint_id":5,"moves":[{"task_id":22,"column_id":913,"actions":["start"],'
        '"from":912}]}'
    ),
    "cards moved, of releases before": (
        '{"op":"sprint_cards","sprint_id":5,"moves":[{"task_id":21,"column_id":912,"actions":[]}]}'
    ),
    "items put on the board": '{"op":"sprint_off_board","sprint_id":5,"items":[31]}',
    "a sprint deleted with its columns": DELETED_SPRINT_WITH_COLUMNS,
    "a description": (
        '{"op":"epic_edit","epic_id":6,"values":{"description":"D"},"expected":{"description":"E"}}'
    ),
}
ALL = {name: row.undo for name, row in ROWS.items()} | MORE


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_old_json_is_read_and_written_as_it_was(text: str) -> None:
    recipe = from_data(json.loads(text))
    assert isinstance(recipe, Recipe)
    assert json.loads(json.dumps(to_data(recipe))) == json.loads(text)


def test_every_recipe_of_scrum_is_among_them() -> None:
    ours = {json.loads(text)["op"] for text in ALL.values()}
    own = [known for known in Recipe.__subclasses__() if known.__module__.startswith("boards.scrum.")]
    assert ours == {known.__struct_config__.tag for known in own} <= known_tags()


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ('{"op":"column_delete","sprint_id":5,"column_id":915,"target_id":0}', None),
        (
            '{"op":"sprint_restore","sprint_id":4,"sprint":{"name":"Y"},"items":[],"columns":[{"name":"C1",'
            '"color":"47D1E2","type":"NEW","sort":100}]}',
            '{"op":"sprint_restore","sprint_id":4,"sprint":{"name":"Y","start":null,"end":null,"sort":0},'
            '"items":[],"columns":[{"name":"C1","color":"47D1E2","type":"NEW","sort":100}]}',
        ),
    ],
)
def test_what_may_be_missing_means_the_same(text: str, filled: str | None) -> None:
    """A value that is the default is written or left out; both are read as the same recipe."""
    recipe = from_data(json.loads(text))
    assert isinstance(recipe, Recipe)
    expected = json.loads(filled) if filled else {"op": "column_delete", "sprint_id": 5, "column_id": 915}
    assert json.loads(json.dumps(to_data(recipe))) == expected
    assert from_data(expected) == recipe


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_this_release_writes_the_same(team: ScrumScene, row: OldRow) -> None:
    done = json.loads(row.act(team).change.to_json())
    assert (done["kind"], done["undo"]) == (row.kind, row.data)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_old_rows_are_undone(team: ScrumScene, row: OldRow) -> None:
    start = team.team_picture()
    row.act(team)
    assert team.team_picture() != start
    outcome = undo_change(team.client, team.actor(), row.change)
    assert team.team_picture() == start
    assert {notice.code for notice in outcome.notices} <= {NoticeCode.TASK_COMPLETED}, "nothing surprising"


def old_change(name: str) -> Change:
    return read(Kind.SPRINT_CARDS_MOVE, MORE[name])


def test_items_are_taken_off_the_board_again(team: ScrumScene) -> None:
    team.item(31, team.active, "1")
    start = team.team_picture()
    done = put_on_board(*who(team), team.active, [31])
    assert done.change.undo == old_change("items put on the board").undo
    undo_change(team.client, team.actor(), old_change("items put on the board"))
    assert team.team_picture() == start


def test_a_deletion_of_a_column_that_was_stopped_is_undone(
    team: ScrumScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.item(31, team.active, "1")
    hide(monkeypatch, 31)
    team.stand(31, team.columns[1])
    team.tasks[22].status = IN_PROGRESS
    start = team.team_picture()
    delete_column(*who(team), team.active, team.columns[1], target_id=team.columns[0])
    team.tasks[22].status = PENDING  # the recipe starts it again
    undo_change(team.client, team.actor(), old_change("a deletion of a column stopped by hidden tasks"))
    assert team.team_picture() == start


def test_a_sprint_returns_with_its_columns(team: ScrumScene) -> None:
    delete_sprint(*who(team), team.planned)
    outcome = undo_change(team.client, team.actor(), old_change("a sprint deleted with its columns"))
    assert team.in_list(outcome.now.id) == [11, 12]
    columns = team.own_columns(outcome.now.id)
    assert [(column.title, column.system_type, column.sort) for column in columns] == [
        ("C1", "NEW", 100),
        ("C2", "FINISH", 200),
    ]
    assert outcome.change.aliases == {
        alias_key(IdKind.SPRINT, 4): alias_key(IdKind.SPRINT, outcome.now.id),
        916: columns[0].id,
        917: columns[1].id,
    }


@pytest.mark.parametrize(
    ("text", "now"),
    [
        (
            ROWS["epics of items"].undo,
            '{"op":"scrum_items","items":[{"task_id":1,"to":{"epic_id":106},"from":{"epic_id":107}},'
            '{"task_id":3,"to":{"epic_id":0},"from":{"epic_id":107}}]}',
        ),
        (
            ROWS["an item out of it, to a place"].undo,
            '{"op":"scrum_move","active_id":205,"items":[{"task_id":22,"entity_id":205,"sort":22.0,'
            '"stage_id":1913,"from":201,"from_sort":1.5,"points":"2","epic_id":0}]}',
        ),
        (
            ROWS["a column moved"].undo,
            '{"op":"column_order","sprint_id":205,"column_id":1914,"order":[1912,1913,1914]}',
        ),
        (
            ROWS["one field of a column"].undo,
            '{"op":"column_edit","sprint_id":205,"column_id":1913,"values":{"name":"C2"},'
            '"expected":{"name":"X"}}',
        ),
        (
            MORE["a restored column with where its tasks were"],
            '{"op":"column_delete","sprint_id":205,"column_id":1915,"target_id":1914}',
        ),
        (
            ROWS["cards moved"].undo,
            '{"op":"sprint_cards","sprint_id":205,"moves":[{"task_id":21,"column_id":1912,"actions":[],'
            '"from":1913,"status":"2"},{"task_id":23,"column_id":1914,"actions":[],"from":1913,'
            '"status":"2"}]}',
        ),
        (MORE["items put on the board"], '{"op":"sprint_off_board","sprint_id":205,"items":[31]}'),
        (ROWS["a sprint added"].undo, '{"op":"sprint_delete","sprint_id":215}'),
        (
            ROWS["one field of a sprint"].undo,
            '{"op":"sprint_edit","sprint_id":204,"values":{"name":"Sprint 3"},"expected":{"name":"X"}}',
        ),
        (ROWS["an epic added"].undo, '{"op":"epic_delete","epic_id":115}'),
        (
            MORE["a description"],
            '{"op":"epic_edit","epic_id":106,"values":{"description":"D"},"expected":{"description":"E"}}',
        ),
    ],
)
def test_ids_are_those_of_now(text: str, now: str) -> None:
    """Epics are counted by themselves, sprints with backlogs, columns with the stages of boards."""
    assert resolved(text) == json.loads(now)


def test_what_comes_back_keeps_its_old_number_until_it_has_a_new_one() -> None:
    """The number is what the aliases are made of; all others are replaced."""
    epic = resolved(ROWS["an epic deleted"].undo)
    assert (epic["epic_id"], epic["to"], epic["items"]) == (6, 107, [1, 2])
    sprint = resolved(DELETED_SPRINT_WITH_COLUMNS)
    assert (sprint["sprint_id"], [column["id"] for column in sprint["columns"]]) == (4, [916, 917])
    column = resolved(ROWS["a column deleted"].undo)
    assert (column["sprint_id"], column["column_id"], column["moves"][0]["from"]) == (205, 913, 1914)


def resolved(text: str) -> dict[str, Any]:
    """The recipe where an epic n is n + 100 by now, a sprint or backlog n + 200, a column n + 1000."""

    def resolve(key: int) -> int:
        if key >= 0:
            return key + 1000
        return key - 400 if key % 2 else key - 200

    recipe = from_data(json.loads(text))
    assert isinstance(recipe, Recipe)
    found: dict[str, Any] = json.loads(json.dumps(to_data(recipe.now(resolve))))
    return found


@pytest.mark.parametrize(
    "text",
    [
        '{"op":"epic_edit","epic_id":6,"values":{"name":"A","owner":3},"expected":{}}',
        '{"op":"sprint_off_board","sprint_id":5,"items":[31],"why":"x"}',
        '{"op":"column_edit","sprint_id":5,"column_id":913,"values":{"type":"REVIEW"},"expected":{}}',
    ],
)
def test_what_a_newer_release_wrote_is_left_alone(text: str) -> None:
    found = from_data(json.loads(text))
    assert isinstance(found, UnknownRecipe)
    assert to_data(found) == json.loads(text)


def test_changes_are_equal_after_the_journal() -> None:
    for row in ROWS.values():
        change = row.act(ScrumScene()).change
        assert Change.from_json(change.to_json()) == change
