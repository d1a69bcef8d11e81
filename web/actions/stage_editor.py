"""The editor of stages: the same addresses and forms for the stages of a project, of a sprint and of the CRM.

What differs between them is told by an adapter (`StageEditor`); `register_editor` makes the views of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

from flask import Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.board import Column
from boards.core.colors import DEFAULT, parse_color
from boards.core.model import Stage
from web.actions.responses import StageBoard, StageChangeForm, shaped, shaper
from web.actions.run import Done, run_action
from web.core.context import RequestContext
from web.core.forms import Form, Id, Ids
from web.core.views import SessionBlueprint

BoardT = TypeVar("BoardT")
StageBoardT = TypeVar("StageBoardT", bound=StageBoard)


class StageForm(StageChangeForm, frozen=True, kw_only=True):
    """A change of stages. `seen`: the stages in the order the page shows them, ids with commas between."""

    seen: Ids = ()


class AddStageForm(StageForm, frozen=True, kw_only=True):
    """A new stage behind `after_id` (0: at the front). 422 at `title` or `color` for what is none."""

    title: str = ""
    color: str = ""
    after_id: Id = 0


class MoveStageForm(StageForm, frozen=True, kw_only=True):
    """A stage to another place: behind `after_id`, or (0) to the front."""

    after_id: Id = 0


class RenameStageForm(StageForm, frozen=True, kw_only=True):
    """Another title; `seen_title` is the one the page showed. 422 at `title` for a blank or too long one."""

    title: str = ""
    seen_title: str | None = None


class RecolorStageForm(StageForm, frozen=True, kw_only=True):
    """Another color: of the palette (`swatch`), or any (`color`). 422 at `color` for what is none."""

    swatch: str = ""
    color: str = ""
    seen_color: str | None = None

    @property
    def chosen(self) -> str:
        return self.swatch or self.color


class StageEditor(Generic[BoardT]):
    """What tells the stages of one kind of board from those of others.

    `board` is what the parts of an address name; the other methods are given it. `add`, `move`, `rename` and
    `recolor` do the change with a client of `ctx`, and give the domain's outcome.
    """

    add_form: type[Form] = AddStageForm
    rename_form: type[Form] = RenameStageForm
    recolor_form: type[Form] = RecolorStageForm

    def board(self, **address: Any) -> BoardT:
        """The board of an address; UnknownTarget for what can be none."""
        raise NotImplementedError

    def new_form(self, board: BoardT) -> str:
        """HTML of the form for a new stage."""
        raise NotImplementedError

    def color_form(self, board: BoardT, stage_id: int, color: str) -> str:
        """HTML of the panel with a stage's color ("" when the page did not say which it has)."""
        raise NotImplementedError

    def add(self, ctx: RequestContext, board: BoardT, form: Any) -> Any:
        raise NotImplementedError

    def rename(self, ctx: RequestContext, board: BoardT, stage_id: int, form: Any) -> Any:
        raise NotImplementedError

    def recolor(self, ctx: RequestContext, board: BoardT, stage_id: int, form: Any) -> Any:
        raise NotImplementedError

    def answer(
        self, ctx: RequestContext, board: BoardT, form: Any, done: Done[Any], *, added: bool = False
    ) -> Response:
        """What the page gets; `added`: a stage that it does not show yet is in it."""
        raise NotImplementedError

    def writing(self, ctx: RequestContext) -> AbstractContextManager[None]:  # noqa: ARG002 (for adapters)
        """Entered around each change."""
        return nullcontext()


class ColumnEditor(StageEditor[StageBoardT]):
    """The editor of boards whose stages are columns of cards; they can be moved one by one."""

    def stages(self, ctx: RequestContext, board: StageBoardT, outcome: Any) -> Iterable[Stage]:
        """The stages of the board after a change."""
        raise NotImplementedError

    def move(self, ctx: RequestContext, board: StageBoardT, stage_id: int, form: MoveStageForm) -> Any:
        raise NotImplementedError

    def new_form(self, board: StageBoardT) -> str:
        return render_template(
            "kanban/_stage_form.html",
            key=board.key,
            after_id=asked_after(),
            color=DEFAULT,
            request_key=secrets.token_hex(16),
        )

    def color_form(self, board: StageBoardT, stage_id: int, color: str) -> str:
        return render_template(
            "kanban/_stage_color.html", key=board.key, stage_id=stage_id, color=color or DEFAULT
        )

    def answer(
        self, ctx: RequestContext, board: StageBoardT, form: Any, done: Done[Any], *, added: bool = False
    ) -> Response:
        stages = tuple(self.stages(ctx, board, done.outcome)) if done.outcome else ()
        html = ""
        if added and done.outcome:
            stage = next(stage for stage in stages if stage.id == done.outcome.change.target)
            html = render_template(
                "kanban/_column.html", column=Column(stage), key=board.key, rights=shaper(form)
            )
        return shaped(form, board, done, stages, html=html)


def asked_after() -> int:
    """The stage behind which a new one is to stand, as the address says; 0: at the front."""
    return max(0, request.args.get("after_id", 0, type=int))


def asked_color() -> str:
    """The color in the address, six hex digits; "" for what is none."""
    try:
        return parse_color(request.args.get("color", ""))
    except ValueError:
        return ""


def register_editor(blueprint: SessionBlueprint, editor: StageEditor[BoardT]) -> None:
    """The views of an editor, on a blueprint whose addresses name a board and end in "/stages"."""
    _register_forms(blueprint, editor)

    @blueprint.action("", editor.add_form)
    def add(ctx: RequestContext, form: Any, /, **address: Any) -> Response:
        """A new stage, in the place of its form."""
        board = editor.board(**address)
        with editor.writing(ctx):
            done = run_action(ctx, lambda ctx: editor.add(ctx, board, form))
        return editor.answer(ctx, board, form, done, added=True)

    @blueprint.action("/<int:stage_id>/rename", editor.rename_form)
    def rename(ctx: RequestContext, form: Any, /, stage_id: int, **address: Any) -> Response:
        """Another title."""
        board = editor.board(**address)
        with editor.writing(ctx):
            done = run_action(ctx, lambda ctx: editor.rename(ctx, board, stage_id, form))
        return editor.answer(ctx, board, form, done)

    @blueprint.action("/<int:stage_id>/color", editor.recolor_form)
    def recolor(ctx: RequestContext, form: Any, /, stage_id: int, **address: Any) -> Response:
        """Another color."""
        board = editor.board(**address)
        with editor.writing(ctx):
            done = run_action(ctx, lambda ctx: editor.recolor(ctx, board, stage_id, form))
        return editor.answer(ctx, board, form, done)

    if isinstance(editor, ColumnEditor):
        _register_columns(blueprint, editor)


def _register_forms(blueprint: SessionBlueprint, editor: StageEditor[BoardT]) -> None:
    @blueprint.page("/new")
    def form(_ctx: RequestContext, /, **address: Any) -> str:
        """The form for a stage that will stand behind another one; asks the portal nothing."""
        return editor.new_form(editor.board(**address))

    @blueprint.page("/<int:stage_id>/color")
    def color_form(_ctx: RequestContext, /, stage_id: int, **address: Any) -> str:
        """The panel with a stage's color; asks the portal nothing."""
        return editor.color_form(editor.board(**address), stage_id, asked_color())


def _register_columns(blueprint: SessionBlueprint, editor: ColumnEditor[Any]) -> None:
    @blueprint.page("/sample")
    def sample(_ctx: RequestContext, /, **address: Any) -> str:
        """How text reads on a color that is being chosen; asks the portal nothing."""
        editor.board(**address)
        return render_block("kanban/_answers.html", "color_sample", color=asked_color())

    @blueprint.action("/<int:stage_id>/move", MoveStageForm)
    def move(ctx: RequestContext, form: MoveStageForm, /, stage_id: int, **address: Any) -> Response:
        """To another place."""
        board = editor.board(**address)
        done = run_action(ctx, lambda ctx: editor.move(ctx, board, stage_id, form))
        return editor.answer(ctx, board, form, done)
