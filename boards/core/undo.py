"""Undo: the recipe in a `Change`, carried out. What it gives is a change again, so undo can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from b24.client import Client
from boards.core import jobs
from boards.core.change import Change, NoticeCode
from boards.core.errors import CannotUndo, OfNewerRelease
from boards.core.jobs import DeletionJob
from boards.core.model import Actor, BoardRef
from boards.core.outcome import Outcome, StageOutcome
from boards.crm import undo as crm_undo
from boards.kanban import stage_order as lists
from boards.kanban.bulk import run_writes, writes_of
from boards.kanban.card_moves import move_card
from boards.kanban.moves import Step, run_steps
from boards.kanban.restore import RestoreJob
from boards.kanban.stages import move_stage, recolor_stage, set_title
from boards.kanban.tasks import beside_of, run_actions, write_task, writing_of
from boards.scrum import undo as scrum_undo

Resolve = Callable[[int], int]
Recipe = Mapping[str, Any]

FEW = 50  # tasks whose return needs no progress bar
_JOBS = frozenset({"delete_stage", "restore_stage"})


def same_id(stage_id: int) -> int:
    """The resolver for boards on which nothing was ever restored."""
    return stage_id


def undo_change(client: Client, actor: Actor, change: Change, resolve_stage: Resolve = same_id) -> Outcome:
    """Take a change back, as the person who asks; one request, more only when many tasks have to move.

    `resolve_stage` gives for the id of a deleted stage the one that replaced it (`Change.aliases`). A portal
    admin undoes as an admin, whoever made the change. CannotUndo without a recipe, OfNewerRelease with one
    that this release does not know; else what the portal says.
    """
    recipe = _recipe(change)
    job = _job(change, actor, resolve_stage)
    if job is not None:
        return jobs.run(client, actor, job)
    if recipe["op"] in crm_undo.WAYS:
        return crm_undo.WAYS[recipe["op"]](client, actor, recipe)
    if recipe["op"] in scrum_undo.WAYS:
        ref = BoardRef.parse(change.board_key)
        return scrum_undo.WAYS[recipe["op"]](client, ref, actor, recipe, resolve_stage)
    return _WAYS[recipe["op"]](client, BoardRef.parse(change.board_key or "me"), actor, recipe, resolve_stage)


def undo_job(
    change: Change, actor: Actor, resolve_stage: Resolve = same_id
) -> DeletionJob | RestoreJob | None:
    """The undo as a job for `jobs.advance`, if it may be long work; None for all others. Nothing is sent."""
    job = _job(change, actor, resolve_stage)
    if isinstance(job, RestoreJob):
        return job if len(job.unchecked) > FEW else None
    return job if job and not job.planned else None


def _recipe(change: Change) -> Recipe:
    if change.undo is None:
        raise CannotUndo(f"{change.kind}: no way back")
    if not any(
        change.undo["op"] in ways for ways in (_JOBS, crm_undo.JOBS, crm_undo.WAYS, scrum_undo.WAYS, _WAYS)
    ):
        raise OfNewerRelease(f"way back {change.undo['op']}")
    return change.undo


def _job(change: Change, actor: Actor, resolve: Resolve) -> DeletionJob | RestoreJob | None:
    recipe = _recipe(change)
    if recipe["op"] == "delete_stage":
        target_id = resolve(recipe["target_id"])
        return DeletionJob(
            board_key=change.board_key,
            stage_id=resolve(recipe["stage_id"]),
            target_id=target_id,
            as_admin=actor.is_admin,
            off_front=resolve(recipe["off_front"]),
            seen=_left_by(change, resolve),
            planned=not target_id,
        )
    if recipe["op"] == "restore_stage":
        moved = tuple((task_id, resolve(target)) for task_id, target in recipe["moved"])
        return RestoreJob(
            board_key=change.board_key,
            old_id=recipe["stage_id"],
            title=recipe["title"],
            color=recipe["color"],
            after_id=resolve(recipe["after_id"]),
            order=tuple(resolve(one) if one != recipe["stage_id"] else one for one in recipe["order"]),
            unchecked=moved,
            target_id=moved[0][1] if moved else 0,
            as_admin=actor.is_admin,
        )
    return crm_undo.job_of(recipe, change.label)


def _left_by(change: Change, resolve: Resolve) -> tuple[tuple[int, str, str, int], ...]:
    """The stages as the change left them (id, title, color, sort), for answers that get lost."""
    stages = change.after.get("stages", ())
    return tuple((resolve(one["id"]), one["title"], one["color"], at) for at, one in enumerate(stages, 1))


def _move_stage(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    """Back behind the old predecessor; if that is gone, behind the nearest one left (one more request)."""
    stage_id, after_id = resolve(recipe["stage_id"]), resolve(recipe["after_id"])
    expected = [resolve(one) for one in recipe.get("expected", ())]
    outcome = move_stage(client, ref, actor, stage_id, after_id, as_admin=actor.is_admin, expected=expected)
    if not any(one.code == NoticeCode.ANCHOR_GONE for one in outcome.notices):
        return outcome
    order = [resolve(one) for one in recipe["order"]]
    near = lists.surviving_predecessor(outcome.stages, order, stage_id)
    if lists.is_noop(outcome.stages, stage_id, near):
        return outcome
    second = move_stage(client, ref, actor, stage_id, near, as_admin=actor.is_admin)
    whole = replace(second.change, before=outcome.change.before, undo=outcome.change.undo)
    return StageOutcome(whole, second.stages, second.notices)


def _rename_stage(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    return set_title(
        client,
        ref,
        actor,
        resolve(recipe["stage_id"]),
        recipe["title"],
        as_admin=actor.is_admin,
        expected=recipe["expected"],
    )


def _recolor_stage(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    return recolor_stage(
        client,
        ref,
        actor,
        resolve(recipe["stage_id"]),
        recipe["color"],
        as_admin=actor.is_admin,
        seen_color=recipe["expected"],
    )


def _move_card(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    return move_card(
        client,
        ref,
        actor,
        recipe["task_id"],
        resolve(recipe["stage_id"]),
        before=recipe["before"],
        after=recipe["after"],
        was_before=recipe["was_before"],
        was_after=recipe["was_after"],
        was_stage=resolve(recipe["was_stage"]),
    )


def _move_cards(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    """Each back to its own stage and, where that is known, between its old neighbours."""
    steps = [Step(one, resolve(stage), before, after) for one, stage, before, after in recipe["moves"]]
    places = {int(one): (before, after) for one, (before, after) in recipe["places"].items()}
    stages = {int(one): resolve(stage) for one, stage in recipe.get("from", {}).items()}
    return run_steps(client, ref, actor, steps, places, stages)


def _edit_task(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    del ref
    writing = writing_of(recipe)
    if writing.values.get("stage_id"):
        writing.values["stage_id"] = resolve(writing.values["stage_id"])
    return write_task(client, actor, recipe["task_id"], writing, recipe["expected"], beside_of(recipe))


def _act_task(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    del ref, resolve
    return run_actions(client, actor, recipe["task_id"], recipe["actions"], recipe.get("seen", ""))


def _write_cards(client: Client, ref: BoardRef, actor: Actor, recipe: Recipe, resolve: Resolve) -> Outcome:
    del resolve
    return run_writes(client, actor, writes_of(recipe), ref.key)


_WAYS: dict[str, Callable[[Client, BoardRef, Actor, Recipe, Resolve], Outcome]] = {
    "move_stage": _move_stage,
    "rename_stage": _rename_stage,
    "recolor_stage": _recolor_stage,
    "move_card": _move_card,
    "move_cards": _move_cards,
    "edit_task": _edit_task,
    "task_actions": _act_task,
    "write_cards": _write_cards,
}
