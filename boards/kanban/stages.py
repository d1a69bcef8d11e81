"""Shaping stages: move, rename, recolor, add. Each is one batch: read what was, then write.

Rules of `task.stages.update` and `.add`: behaviour.md §3.3, §3.4; surprises 15, 16, 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from b24.client import Client, Command
from b24.methods import stages as stage_calls
from b24.wire import literal
from boards.core import edits
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, has_notice, note
from boards.core.checks import require_title
from boards.core.colors import require_color
from boards.core.ids import StageId
from boards.core.model import Actor, BoardRef, Notice, Stage
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.kanban import stage_order as lists
from boards.kanban.adding import insert
from boards.kanban.convert import to_stages
from boards.kanban.stage_jobs import DeleteStage

Stages = tuple[Stage, ...]

STAGES, WRITE = "stages", "write"


@recipe
class MoveStage(Recipe, frozen=True, tag="move_stage"):
    """Back behind the old predecessor; if that is gone, behind the nearest one left (one more request).

    `order`: the stages before the move, `expected` after it.
    """

    stage_id: StageId
    after_id: StageId
    order: tuple[StageId, ...]
    expected: tuple[StageId, ...] = ()

    def run(self, client: Client, context: UndoContext) -> Outcome[Stages]:
        ref, actor, as_admin = context.ref, context.actor, context.actor.is_admin
        stage_id, expected = self.stage_id, self.expected
        first = move_stage(client, ref, actor, stage_id, self.after_id, as_admin=as_admin, expected=expected)
        if not has_notice(first.notices, NoticeCode.ANCHOR_GONE):
            return first
        near = lists.surviving_predecessor(first.now, self.order, stage_id)
        if lists.is_noop(first.now, stage_id, near):
            return first
        second = move_stage(client, ref, actor, stage_id, near, as_admin=as_admin)
        return replace(
            second, change=replace(second.change, before=first.change.before, undo=first.change.undo)
        )


@recipe
class RenameStage(Recipe, frozen=True, tag="rename_stage"):
    """The old title; `expected` is the one that was given."""

    stage_id: StageId
    title: str
    expected: str

    def run(self, client: Client, context: UndoContext) -> Outcome[Stages]:
        return _edit_for_undo(client, context, self.stage_id, {"title": self.title}, {"title": self.expected})


@recipe
class RecolorStage(Recipe, frozen=True, tag="recolor_stage"):
    """The old color; `expected` is the one that was given."""

    stage_id: StageId
    color: str
    expected: str

    def run(self, client: Client, context: UndoContext) -> Outcome[Stages]:
        return _edit_for_undo(client, context, self.stage_id, {"color": self.color}, {"color": self.expected})


def _edit_for_undo(
    client: Client, context: UndoContext, stage_id: int, values: dict[str, str], seen: dict[str, str]
) -> Outcome[Stages]:
    ref, actor = context.ref, context.actor
    return _edit(client, ref, actor, stage_id, values, seen, as_admin=actor.is_admin)


def move_stage(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    stage_id: int,
    after_id: int,
    *,
    as_admin: bool = False,
    seen: Sequence[int] | None = None,
    expected: Sequence[int] | None = None,
) -> Outcome[Stages]:
    """Put a stage after another one (0: to the front). `seen`: the order the person saw, ids.

    `expected`: the order an undo was told of, which nobody saw. Moving to the front, or moving the first one
    away, makes the portal pin tasks without a stage to the old first one: they stay in the column where
    everybody saw them. One HTTP request.
    """
    act = as_admin and actor.is_admin
    write = stage_calls.update(stage_id, after_id=after_id, as_admin=act)
    before, lost = _update(client, ref, write)
    if lost and lists.is_noop(before, stage_id, after_id):
        before = _unmoved(before, stage_id, seen or expected or ())
    after = lists.moved(before, stage_id, after_id)
    notices = _notices(before, stage_id, act, seen)
    if after_id and lists.find(before, after_id) is None:
        notices.append(note(NoticeCode.ANCHOR_GONE))
    back = lists.predecessor(before, stage_id)
    undo = MoveStage(stage_id=stage_id, after_id=back, order=lists.ids(before), expected=lists.ids(after))
    return _outcome(Kind.STAGE_MOVE, ref, stage_id, (before, after), undo, notices)


def rename_stage(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    stage_id: int,
    title: str,
    *,
    as_admin: bool = False,
    seen: Sequence[int] | None = None,
    seen_title: str | None = None,
) -> Outcome[Stages]:
    """Give a stage another title. BadInput when blank or longer than 255. One HTTP request."""
    wanted, seen_values = {"title": require_title(title)}, _seen("title", seen_title)
    return _edit(client, ref, actor, stage_id, wanted, seen_values, as_admin=as_admin, seen=seen)


def recolor_stage(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    stage_id: int,
    color: str,
    *,
    as_admin: bool = False,
    seen: Sequence[int] | None = None,
    seen_color: str | None = None,
) -> Outcome[Stages]:
    """Give a stage another color, in any spelling; BadInput when it is none. One HTTP request."""
    wanted, seen_values = {"color": require_color(color)}, _seen("color", seen_color)
    return _edit(client, ref, actor, stage_id, wanted, seen_values, as_admin=as_admin, seen=seen)


def _edit(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    stage_id: int,
    wanted: dict[str, str],
    seen_values: dict[str, str],
    *,
    as_admin: bool,
    seen: Sequence[int] | None = None,
) -> Outcome[Stages]:
    """Give a stage another title or color. Undo comes here too: an old title goes back as it was."""
    act = as_admin and actor.is_admin
    write = stage_calls.update(stage_id, **wanted, as_admin=act)
    had, lost = _update(client, ref, write)
    stage = lists.find(had, stage_id)
    read = {field: getattr(stage, field) if stage else "" for field in wanted}
    found = edits.compare(read, wanted, seen_values, lost=lost, same=_same)
    before = lists.changed(had, stage_id, **found.before)
    after = lists.changed(before, stage_id, **wanted)
    notices = _notices(before, stage_id, act, seen) + found.notices(NoticeCode.STAGE_CHANGED_SINCE)
    (field,) = wanted
    kind = Kind.STAGE_RENAME if field == "title" else Kind.STAGE_RECOLOR
    undo = _edit_back(stage_id, field, found.way_back.get(field), wanted[field])
    return _outcome(kind, ref, stage_id, (before, after), undo, notices)


def _edit_back(stage_id: int, field: str, old: str | None, new: str) -> Recipe | None:
    if old is None:
        return None
    if field == "title":
        return RenameStage(stage_id=stage_id, title=old, expected=new)
    return RecolorStage(stage_id=stage_id, color=old, expected=new)


def _seen(field: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {field: value}


def _same(_field: str, value: str, other: str) -> bool:
    """Text counts as it is sent: what looks like a batch reference is not stored as it was typed."""
    return literal(value) == literal(other)


def add_stage(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    title: str,
    color: str,
    after_id: int,
    *,
    as_admin: bool = False,
    seen: Sequence[int] | None = None,
) -> Outcome[Stages]:
    """Add a stage after another one (0: at the front). BadInput for a bad title or color.

    One HTTP request. Only if its answer gets lost, one more looks whether the stage is there, and a third
    adds it if it is not: an addition is never repeated blindly.
    """
    wanted = Stage(0, require_title(title), require_color(color), 0)
    act = as_admin and actor.is_admin
    before, new_id, notices = insert(client, ref, wanted, after_id, as_admin=act, seen=seen)
    added = Stage(new_id, wanted.title, wanted.color, 0)
    at_front = after_id == 0 and not has_notice(notices, NoticeCode.NOT_IN_PLACE)
    after = lists.inserted(before, added, 0 if at_front else after_id or before[0].id)
    if after_id and lists.find(before, after_id) is None:
        notices.append(note(NoticeCode.ANCHOR_GONE))
    undo = DeleteStage(stage_id=new_id, target_id=0, move_behind_first=before[0].id if at_front else 0)
    notices = _notices(before, None, act, seen) + notices
    return _outcome(Kind.STAGE_ADD, ref, new_id, (before, after), undo, notices)


# --- shared ---
def _update(client: Client, ref: BoardRef, write: Command) -> tuple[tuple[Stage, ...], bool]:
    """Read, write; the stages as they were and whether an answer got lost. Raises the refusal."""
    answer, lost = read_then_write(client, {STAGES: stage_calls.get(ref.group_id), WRITE: write})
    before = to_stages(stage_calls.parse_stages(answer[STAGES].result))
    answer.require(WRITE)
    return before, lost


def _unmoved(stages: Sequence[Stage], stage_id: int, order: Sequence[int]) -> tuple[Stage, ...]:
    """The stages with one where it was in an older `order`, as far as its neighbours there are left."""
    if stage_id not in order:
        return tuple(stages)
    return lists.moved(stages, stage_id, lists.surviving_predecessor(stages, order, stage_id))


def _notices(
    before: Sequence[Stage], stage_id: int | None, as_admin: bool, seen: Sequence[int] | None
) -> list[Notice]:
    found = []
    if as_admin:
        found.append(note(NoticeCode.ACTED_AS_ADMIN))
    if stage_id is not None and lists.find(before, stage_id) is None:
        found.append(note(NoticeCode.STAGE_OF_ANOTHER_BOARD))
    elif seen is not None and tuple(seen) != lists.ids(before):
        found.append(note(NoticeCode.BOARD_CHANGED_MEANWHILE))
    return found


def _outcome(
    kind: Kind,
    ref: BoardRef,
    stage_id: int,
    states: tuple[Sequence[Stage], Sequence[Stage]],
    undo: Recipe | None,
    notices: Sequence[Notice],
) -> Outcome[Stages]:
    """The outcome; a stage that is not of this board gets no undo, for nothing is known about it."""
    before, after = states
    foreign = has_notice(notices, NoticeCode.STAGE_OF_ANOTHER_BOARD)
    label = lists.find(before, stage_id) or lists.find(after, stage_id)
    change = Change(
        kind=kind,
        board_key=ref.key,
        target=stage_id,
        label=label.title if label else "",
        before=lists.snapshot(before, stage_id),
        after=lists.snapshot(after, stage_id),
        undo=None if foreign else undo,
        notices=tuple(notices),
    )
    return Outcome(change, tuple(after))
