"""Undo: the recipe of a `Change`, carried out. What it gives is a change again, so undo can be undone."""

from __future__ import annotations

from typing import Any

from b24.client import Client
from boards.core import jobs
from boards.core.change import Change
from boards.core.errors import CannotUndo
from boards.core.ids import Resolve, same_id
from boards.core.jobs import Job
from boards.core.model import Actor
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext


def undo_change(client: Client, actor: Actor, change: Change, resolve: Resolve = same_id) -> Outcome[Any]:
    """Take a change back, as the person who asks; one request, more only when many tasks have to move.

    `resolve` gives for the key of a deleted thing the one that replaced it (`Change.aliases`). A portal admin
    undoes as an admin, whoever made the change. CannotUndo without a recipe, OfNewerRelease with one that
    this release does not know; else what the portal says.
    """
    recipe, context = _recipe(change, resolve), UndoContext(actor, change, resolve)
    job = recipe.job(context)
    if job is not None:
        return jobs.run(client, actor, job)
    return recipe.run(client, context)


def undo_job(change: Change, actor: Actor, resolve: Resolve = same_id) -> Job | None:
    """The undo as a job for `jobs.advance`, if it may be long work; None for all others. Nothing is sent."""
    job = _recipe(change, resolve).job(UndoContext(actor, change, resolve))
    return job if job is not None and job.is_long else None


def _recipe(change: Change, resolve: Resolve) -> Recipe:
    if change.undo is None:
        raise CannotUndo(f"{change.kind}: no way back")
    return change.undo.now(resolve)
