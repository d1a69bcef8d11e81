"""Shaping stages: move, rename, recolor, add. Each is one batch: read what was, then write.

Rules of `task.stages.update` and `.add`: behaviour.md §3.3, §3.4; surprises 15, 16, 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24.client import BatchAnswer, Client, Command
from b24.errors import OutcomeUnknown, PortalError, PortalTimeout
from b24.methods import stages as stage_calls
from b24.wire import as_color, literal
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_title
from boards.core.colors import require_color
from boards.core.model import Actor, BoardRef, Notice, Stage
from boards.core.outcome import StageOutcome
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages

STAGES, WRITE, FRONT = "stages", "write", "front"
FIRST = f"$result[{STAGES}][0][ID]"
ADDED = f"$result[{WRITE}]"


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
) -> StageOutcome:
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
    undo = {
        "op": "move_stage",
        "stage_id": stage_id,
        "after_id": back,
        "order": list(lists.ids(before)),
        "expected": list(lists.ids(after)),
    }
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
) -> StageOutcome:
    """Give a stage another title. BadInput when blank or longer than 255. One HTTP request."""
    return set_title(
        client, ref, actor, stage_id, require_title(title), as_admin=as_admin, seen=seen, expected=seen_title
    )


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
) -> StageOutcome:
    """Give a stage another color, in any spelling; BadInput when it is none. One HTTP request."""
    wanted = require_color(color)
    act = as_admin and actor.is_admin
    before, lost = _update(client, ref, stage_calls.update(stage_id, color=wanted, as_admin=act))
    old = lists.find(before, stage_id)
    notices = _notices(before, stage_id, act, seen)
    was, trusted = _was(old.color if old else "", wanted, seen_color, lost)
    before = lists.changed(before, stage_id, color=was)
    notices += _overwritten("color", was, seen_color)
    after = lists.changed(before, stage_id, color=wanted)
    undo = {"op": "recolor_stage", "stage_id": stage_id, "color": was, "expected": wanted}
    return _outcome(Kind.STAGE_RECOLOR, ref, stage_id, (before, after), undo if trusted else None, notices)


def set_title(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    stage_id: int,
    title: str,
    *,
    as_admin: bool,
    seen: Sequence[int] | None = None,
    expected: str | None = None,
) -> StageOutcome:
    """`rename_stage` without its checks, for undo: an old title goes back as it was."""
    act = as_admin and actor.is_admin
    before, lost = _update(client, ref, stage_calls.update(stage_id, title=title, as_admin=act))
    old = lists.find(before, stage_id)
    notices = _notices(before, stage_id, act, seen)
    was, trusted = _was(old.title if old else "", title, expected, lost)
    before = lists.changed(before, stage_id, title=was)
    notices += _overwritten("title", was, expected)
    after = lists.changed(before, stage_id, title=title)
    undo = {"op": "rename_stage", "stage_id": stage_id, "title": was, "expected": title}
    return _outcome(Kind.STAGE_RENAME, ref, stage_id, (before, after), undo if trusted else None, notices)


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
) -> StageOutcome:
    """Add a stage after another one (0: at the front). BadInput for a bad title or color.

    One HTTP request. Only if its answer gets lost, one more looks whether the stage is there, and a third
    adds it if it is not: an addition is never repeated blindly.
    """
    wanted = Stage(0, require_title(title), require_color(color), 0)
    act = as_admin and actor.is_admin
    before, new_id, notices = insert(client, ref, wanted, after_id, as_admin=act, seen=seen)
    one = Stage(new_id, wanted.title, wanted.color, 0)
    at_front = after_id == 0 and not _has(notices, NoticeCode.NOT_IN_PLACE)
    after = lists.inserted(before, one, 0 if at_front else after_id or before[0].id)
    if after_id and lists.find(before, after_id) is None:
        notices.append(note(NoticeCode.ANCHOR_GONE))
    off_front = before[0].id if at_front else 0
    undo = {"op": "delete_stage", "stage_id": new_id, "target_id": 0, "off_front": off_front}
    notices = _notices(before, None, act, seen) + notices
    return _outcome(Kind.STAGE_ADD, ref, new_id, (before, after), undo, notices)


# --- adding, with the two things that can go wrong ---
def insertion(ref: BoardRef, one: Stage, after_id: int, *, as_admin: bool) -> dict[str, Command]:
    """The commands that add a stage; halted.

    At the front the stage is added *after* the first one and then moved there: an addition at the front
    would suck in all tasks without a stage (surprise 16), a move pins them to where they are.
    """
    add = stage_calls.add(ref.group_id, one.title, one.color, after_id or FIRST, as_admin=as_admin)
    commands = {STAGES: stage_calls.get(ref.group_id), WRITE: add}
    if after_id == 0:
        commands[FRONT] = stage_calls.update(ADDED, after_id=0, as_admin=as_admin)
    return commands


def insert(
    client: Client,
    ref: BoardRef,
    one: Stage,
    after_id: int,
    *,
    as_admin: bool,
    seen: Sequence[int] | None,
) -> tuple[tuple[Stage, ...], int, list[Notice]]:
    """Add a stage: what was, the new id, and notices about how it went."""
    commands = insertion(ref, one, after_id, as_admin=as_admin)
    try:
        return read_insertion(client.batch(commands, halt=True, repeatable=False))
    except PortalTimeout:
        raise  # it may still be at it: who looks now and adds again has two of them later
    except OutcomeUnknown:
        return insert_unless_there(client, ref, one, after_id, as_admin=as_admin, seen=seen)


def insert_unless_there(
    client: Client,
    ref: BoardRef,
    one: Stage,
    after_id: int,
    *,
    as_admin: bool,
    seen: Sequence[int] | None,
) -> tuple[tuple[Stage, ...], int, list[Notice]]:
    """After the answer to an addition got lost: look for the stage, and add it only if it is not there."""
    found = _look(client, ref, one, after_id, seen)
    if found is None:
        commands = insertion(ref, one, after_id, as_admin=as_admin)
        return read_insertion(client.batch(commands, halt=True, repeatable=False))
    stages, there = found
    notices = [note(NoticeCode.ANSWER_LOST_BUT_DONE)]
    if after_id == 0 and stages[0].id != there.id:
        try:
            client.call(stage_calls.update(there.id, after_id=0, as_admin=as_admin))
        except PortalError:
            notices.append(note(NoticeCode.NOT_IN_PLACE))
    return lists.without(stages, there.id), there.id, notices


def read_insertion(answer: BatchAnswer) -> tuple[tuple[Stage, ...], int, list[Notice]]:
    """What was, the new id and notices, from the answer to `insertion`."""
    before = to_stages(stage_calls.parse_stages(answer[STAGES].result))
    new_id = stage_calls.parse_id(answer[WRITE].result)
    return before, new_id, [note(NoticeCode.NOT_IN_PLACE)] if FRONT in answer.errors else []


def _look(
    client: Client, ref: BoardRef, one: Stage, after_id: int, seen: Sequence[int] | None
) -> tuple[tuple[Stage, ...], Stage] | None:
    """Whether the stage is there after all: same title and color, and not among those seen before.

    Without `seen` only a twin exactly where ours would be counts; the newest id wins.
    """
    stages = to_stages(stage_calls.parse_stages(client.call(stage_calls.get(ref.group_id)).result))
    ours = (literal(one.title), as_color(one.color))
    twins = [stage for stage in stages if (stage.title, stage.color) == ours]
    if seen is not None:
        twins = [stage for stage in twins if stage.id not in seen]
    else:
        spots = {after_id} if after_id else {0, stages[0].id}
        twins = [stage for stage in twins if lists.predecessor(stages, stage.id) in spots]
    newest = max(twins, key=lambda stage: stage.id, default=None)
    return (stages, newest) if newest else None


# --- shared ---
def _update(client: Client, ref: BoardRef, write: Command) -> tuple[tuple[Stage, ...], bool]:
    """Read, write; the stages as they were and whether an answer got lost. Raises the refusal."""
    answer, lost = read_then_write(client, {STAGES: stage_calls.get(ref.group_id), WRITE: write})
    before = to_stages(stage_calls.parse_stages(answer[STAGES].result))
    _ = answer[WRITE]
    return before, lost


def _was(read: str, wanted: str, seen: str | None, lost: bool) -> tuple[str, bool]:
    """The value before, and whether it is known.

    After a lost answer, reading our own value (as it was sent) tells nothing; then what the person saw is
    the best witness.
    """
    if not lost or read != literal(wanted):
        return read, True
    return (seen, True) if seen else (read, False)


def _overwritten(field: str, was: str, expected: str | None) -> list[Notice]:
    """A notice when the value that was replaced is not the one the person knew of."""
    if expected is None or literal(was) == literal(expected):
        return []
    return [note(NoticeCode.STAGE_CHANGED_SINCE, field=field, old=was)]


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


def _has(notices: Sequence[Notice], code: NoticeCode) -> bool:
    return any(one.code == code for one in notices)


def _outcome(
    kind: Kind,
    ref: BoardRef,
    stage_id: int,
    states: tuple[Sequence[Stage], Sequence[Stage]],
    undo: dict[str, Any] | None,
    notices: Sequence[Notice],
) -> StageOutcome:
    """The outcome; a stage that is not of this board gets no undo, for nothing is known about it."""
    before, after = states
    foreign = _has(notices, NoticeCode.STAGE_OF_ANOTHER_BOARD)
    label = lists.find(before, stage_id) or lists.find(after, stage_id)
    change = Change(
        kind=kind,
        board_key=ref.key,
        target=stage_id,
        label=label.title if label else "",
        before=snapshot(before, stage_id),
        after=snapshot(after, stage_id),
        undo=None if foreign else undo,
        notices=tuple(notices),
    )
    return StageOutcome(change, tuple(after), tuple(notices))


def snapshot(stages: Sequence[Stage], stage_id: int) -> dict[str, Any]:
    """A board for the journal, and of the stage concerned: title, color and position from 1 (0: absent)."""
    one = lists.find(stages, stage_id)
    return {
        "stages": lists.to_record(stages),
        "title": one.title if one else "",
        "color": one.color if one else "",
        "position": lists.position(stages, stage_id) + 1,
    }
