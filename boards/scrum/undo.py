"""The ways back of what is done in scrum teams; `boards.core.undo` dispatches to them by `op`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from b24.client import Client
from b24.methods import scrum as scrum_calls
from boards.core.model import Actor, BoardRef
from boards.core.outcome import BulkOutcome, ItemsOutcome, ScrumOutcome
from boards.scrum.cards import CardStep, run_card_steps, take_off_board
from boards.scrum.column_deletion import delete_column, restore_column
from boards.scrum.columns import merged, write_column, write_order
from boards.scrum.epics import EpicEdit, delete_epic, epic_of, restore_epic, write_epic
from boards.scrum.items import ItemEdit, write_items
from boards.scrum.model import ColumnType, ItemFacts, SprintColumn
from boards.scrum.move_plan import Move
from boards.scrum.moves import run_moves
from boards.scrum.reading import Resolve, read_columns, resolve_epic, resolve_sprint
from boards.scrum.sprints import delete_sprint, edit_of, restore_sprint, write_sprint

Recipe = Mapping[str, Any]
Way = Callable[[Client, BoardRef, Actor, Recipe, Resolve], ScrumOutcome | BulkOutcome]


def _items(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> ScrumOutcome:
    """Points and epics as they were; what was set since by others gets a notice."""
    edits = {one["task_id"]: _edit(one["to"], resolve) for one in recipe["items"]}
    expected = {one["task_id"]: _edit(one["from"], resolve) for one in recipe["items"]}
    return _some(write_items(client, ref, actor, edits, expected))


def _edit(values: Mapping[str, Any], resolve: Resolve) -> ItemEdit:
    epic_id = values.get("epic_id")
    return ItemEdit(values.get("points"), None if epic_id is None else resolve_epic(resolve, epic_id))


def _move(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> ScrumOutcome:
    """Each item back into its list, at its place; on the sprint's board into its column."""
    moves, seen = [], {}
    for one in recipe["items"]:
        entity_id, now = resolve_sprint(resolve, one["entity_id"]), resolve_sprint(resolve, one["from"])
        moves.append(Move(one["task_id"], entity_id, one["sort"], resolve(one["stage_id"])))
        epic_id = resolve_epic(resolve, one["epic_id"])
        seen[one["task_id"]] = ItemFacts(one["points"], epic_id, now, one["from_sort"] or 0.0)
    active_id = resolve_sprint(resolve, recipe["active_id"])
    return _some(run_moves(client, ref, actor, moves, seen, active_id=active_id))


def _some(outcome: ItemsOutcome) -> ItemsOutcome:
    """An undo of several items of which none came back has not happened."""
    errors = [one.error for one in outcome.results if one.error]
    if errors and len(errors) == len(outcome.results):
        raise errors[0]
    return outcome


# --- epics ---
def _delete_epic(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    return delete_epic(client, ref, actor, resolve_epic(resolve, recipe["epic_id"]))


def _edit_epic(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> ScrumOutcome:
    epic_id = resolve_epic(resolve, recipe["epic_id"])
    wanted, expected = EpicEdit(**recipe["values"]), EpicEdit(**recipe["expected"])
    return write_epic(client, ref, actor, epic_id, wanted, expected)


def _restore_epic(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    given = resolve_epic(resolve, recipe["to"])
    return restore_epic(
        client, ref, actor, recipe["epic_id"], epic_of(recipe["epic"]), recipe["items"], given
    )


# --- sprints ---
def _delete_sprint(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    return delete_sprint(client, ref, actor, resolve_sprint(resolve, recipe["sprint_id"]))


def _edit_sprint(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    sprint_id = resolve_sprint(resolve, recipe["sprint_id"])
    return write_sprint(client, ref, actor, sprint_id, edit_of(recipe["values"]), edit_of(recipe["expected"]))


def _restore_sprint(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    del resolve
    return restore_sprint(client, ref, actor, recipe["sprint_id"], recipe)


# --- the sprint's board; its columns are stages, with numbers of the same kind ---
def _order(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> ScrumOutcome:
    sprint_id = resolve_sprint(resolve, recipe["sprint_id"])
    columns = read_columns(client.call(scrum_calls.get_columns(sprint_id)))
    order = [resolve(one) for one in recipe["order"]]
    column_id = resolve(recipe["column_id"])
    return write_order(client, ref, actor, sprint_id, column_id, merged(columns, order), columns)


def _edit_column(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    sprint_id, column_id = resolve_sprint(resolve, recipe["sprint_id"]), resolve(recipe["column_id"])
    values, expected = _typed(recipe["values"]), _typed(recipe["expected"])
    return write_column(client, ref, actor, sprint_id, column_id, values, expected)


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: ColumnType(value) if key == "type" else value for key, value in values.items()}


def _delete_column(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    sprint_id, column_id = resolve_sprint(resolve, recipe["sprint_id"]), resolve(recipe["column_id"])
    target_id = resolve(recipe.get("target_id", 0))
    return delete_column(client, ref, actor, sprint_id, column_id, target_id=target_id)


def _restore_column(
    client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve
) -> ScrumOutcome:
    sprint_id, old = resolve_sprint(resolve, recipe["sprint_id"]), _typed(recipe["column"])
    steps = [CardStep(one["task_id"], resolve(one["from"]), tuple(one["actions"])) for one in recipe["moves"]]
    column = SprintColumn(0, old["name"], old["color"], old["type"], old["sort"])
    return restore_column(client, ref, actor, sprint_id, recipe["column_id"], column, steps)


def _cards(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> BulkOutcome:
    sprint_id = resolve_sprint(resolve, recipe["sprint_id"])
    steps = [
        CardStep(
            one["task_id"],
            resolve(one["column_id"]),
            tuple(one["actions"]),
            resolve(one.get("from", 0)),
            one.get("status", ""),
        )
        for one in recipe["moves"]
    ]
    return run_card_steps(client, ref, actor, sprint_id, steps)


def _off_board(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> BulkOutcome:
    sprint_id = resolve_sprint(resolve, recipe["sprint_id"])
    return take_off_board(client, ref, actor, sprint_id, recipe["items"])


WAYS: dict[str, Way] = {
    "scrum_items": _items,
    "scrum_move": _move,
    "column_order": _order,
    "column_edit": _edit_column,
    "column_delete": _delete_column,
    "column_restore": _restore_column,
    "sprint_cards": _cards,
    "sprint_off_board": _off_board,
    "sprint_delete": _delete_sprint,
    "sprint_edit": _edit_sprint,
    "sprint_restore": _restore_sprint,
    "epic_delete": _delete_epic,
    "epic_edit": _edit_epic,
    "epic_restore": _restore_epic,
}
