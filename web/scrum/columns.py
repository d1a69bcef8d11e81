"""Shaping a sprint's board with the tools of a project's board: move, rename, recolor, type, add, delete."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from flask import Response
from jinja2_fragments.flask import render_block

from boards.core.model import Stage
from boards.scrum.cards import MoveEffect, move_effect
from boards.scrum.column_deletion import ColumnDeletionPlan, delete_column, plan_column_deletion
from boards.scrum.column_writing import ColumnsOutcome
from boards.scrum.columns import add_column, edit_column, move_column
from boards.scrum.model import ColumnType, SprintColumn
from web.actions.responses import announced, done_toast
from web.actions.run import run_action
from web.actions.stage_editor import (
    AddStageForm,
    ColumnEditor,
    MoveStageForm,
    RecolorStageForm,
    RenameStageForm,
    StageForm,
    register_editor,
)
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.forms import Id
from web.core.views import SessionBlueprint
from web.scrum import memory
from web.scrum.board import SprintAddress, sprint_of, stage_of

blueprint = SessionBlueprint(
    "sprint_columns", __name__, url_prefix="/boards/<key>/scrum/sprints/<int:sprint_id>/stages"
)


class SprintEditor(ColumnEditor[SprintAddress]):
    """The columns of a sprint's board."""

    def board(self, **address: Any) -> SprintAddress:
        return sprint_of(address["key"], address["sprint_id"])

    def stages(self, ctx: RequestContext, board: SprintAddress, outcome: Any) -> Iterable[Stage]:
        columns = columns_now(outcome)
        memory.remember_columns(ctx, board.sprint_id, columns)
        return [stage_of(column) for column in columns]

    def add(self, ctx: RequestContext, board: SprintAddress, form: AddStageForm) -> ColumnsOutcome:
        shown = _shown_columns(ctx, board.sprint_id, form)
        wanted = form.title, form.color, form.after_id
        return add_column(ctx.client(), board.ref, ctx.actor, board.sprint_id, *wanted, columns=shown)

    def move(
        self, ctx: RequestContext, board: SprintAddress, stage_id: int, form: MoveStageForm
    ) -> ColumnsOutcome:
        shown = _shown_columns(ctx, board.sprint_id, form)
        where = stage_id, form.after_id
        return move_column(ctx.client(), board.ref, ctx.actor, board.sprint_id, *where, columns=shown)

    def rename(
        self, ctx: RequestContext, board: SprintAddress, stage_id: int, form: RenameStageForm
    ) -> ColumnsOutcome:
        seen = None if form.seen_title is None else {"name": form.seen_title}
        column = board.sprint_id, stage_id
        return edit_column(ctx.client(), board.ref, ctx.actor, *column, seen=seen, name=form.title)

    def recolor(
        self, ctx: RequestContext, board: SprintAddress, stage_id: int, form: RecolorStageForm
    ) -> ColumnsOutcome:
        seen = None if form.seen_color is None else {"color": form.seen_color}
        column = board.sprint_id, stage_id
        return edit_column(ctx.client(), board.ref, ctx.actor, *column, seen=seen, color=form.chosen)


EDITOR = SprintEditor()
register_editor(blueprint, EDITOR)


def columns_now(outcome: Any) -> tuple[SprintColumn, ...]:
    """The columns of the sprint after a change."""
    columns: tuple[SprintColumn, ...] = outcome.now
    return columns


class ColumnTypeForm(StageForm, frozen=True, kw_only=True):
    """What a column is for: NEW, WORK or FINISH (422 for another), and what the page showed."""

    kind: str = ""
    seen_kind: ColumnType | None = None


class DeleteColumnForm(StageForm, frozen=True, kw_only=True):
    """`target_stage_id`: the column that takes the tasks. 409 where one is needed and none is given."""

    target_stage_id: Id = 0


@blueprint.action("/<int:stage_id>/kind", ColumnTypeForm)
def retype(ctx: RequestContext, form: ColumnTypeForm, key: str, sprint_id: int, stage_id: int) -> Response:
    """What the column is for: where tasks begin, work, or what completes them."""
    sprint = sprint_of(key, sprint_id)
    seen = {"type": form.seen_kind} if form.seen_kind else None
    done = run_action(
        ctx,
        lambda ctx: edit_column(
            ctx.client(), sprint.ref, ctx.actor, sprint_id, stage_id, seen=seen, kind=form.kind
        ),
    )
    return EDITOR.answer(ctx, sprint, form, done)


@blueprint.page("/<int:stage_id>/delete")
def ask(ctx: RequestContext, key: str, sprint_id: int, stage_id: int) -> str:
    """What deleting the column means for its tasks; one request."""
    sprint = sprint_of(key, sprint_id)
    plan = plan_column_deletion(ctx.client(), sprint.ref, ctx.actor, sprint_id, stage_id)
    return render_block(
        "shared/delete_dialog.html",
        "column",
        plan=plan,
        counts=_effects(plan),
        address=f"/boards/{sprint.key}/stages/{stage_id}/delete",
        request_key=secrets.token_hex(16),
    )


def _effects(plan: ColumnDeletionPlan) -> dict[int, tuple[int, int]]:
    """For each column that could take the tasks: how many it would complete, how many open again."""
    counts = {}
    for column in plan.others:
        effects = [move_effect(status, column.type) for status in plan.tasks.values()]
        counts[column.id] = (effects.count(MoveEffect.COMPLETES), effects.count(MoveEffect.RENEWS))
    return counts


@blueprint.action("/<int:stage_id>/delete", DeleteColumnForm)
def delete(ctx: RequestContext, form: DeleteColumnForm, key: str, sprint_id: int, stage_id: int) -> Response:
    """Delete the column after its tasks went to another one."""
    ref, target = sprint_of(key, sprint_id).ref, form.target_stage_id
    done = run_action(
        ctx, lambda ctx: delete_column(ctx.client(), ref, ctx.actor, sprint_id, stage_id, target_id=target)
    )
    return announced(done_toast(done, done.notices), board_refresh={}, dialog_close=True)


def _shown_columns(ctx: RequestContext, sprint_id: int, form: StageForm) -> tuple[SprintColumn, ...]:
    """The columns in the order of the page, as they were read; UnknownTarget when that is too long ago."""
    known = {column.id: column for column in memory.known_columns(ctx, sprint_id)}
    if any(column_id not in known for column_id in form.seen):
        raise UnknownTarget
    return tuple(known[column_id] for column_id in form.seen) or tuple(known.values())
