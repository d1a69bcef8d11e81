"""Adding a stage, with the two things that can go wrong: its place, and a lost answer.

Rules of `task.stages.add`: behaviour.md §3.3; surprises 15, 16.
"""

from __future__ import annotations

from collections.abc import Sequence

from b24.client import BatchAnswer, Client, Command
from b24.errors import OutcomeUnknown, PortalError, PortalTimeout
from b24.methods import stages as stage_calls
from b24.wire import as_color, literal
from boards.core.change import NoticeCode, note
from boards.core.model import BoardRef, Notice, Stage
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages

STAGES, WRITE, FRONT = "stages", "write", "front"
FIRST = f"$result[{STAGES}][0][ID]"
ADDED = f"$result[{WRITE}]"


def insertion(ref: BoardRef, wanted: Stage, after_id: int, *, as_admin: bool) -> dict[str, Command]:
    """The commands that add a stage; halted.

    At the front the stage is added *after* the first one and then moved there: an addition at the front
    would suck in all tasks without a stage (surprise 16), a move pins them to where they are.
    """
    add = stage_calls.add(ref.group_id, wanted.title, wanted.color, after_id or FIRST, as_admin=as_admin)
    commands = {STAGES: stage_calls.get(ref.group_id), WRITE: add}
    if after_id == 0:
        commands[FRONT] = stage_calls.update(ADDED, after_id=0, as_admin=as_admin)
    return commands


def insert(
    client: Client,
    ref: BoardRef,
    wanted: Stage,
    after_id: int,
    *,
    as_admin: bool,
    seen: Sequence[int] | None,
) -> tuple[tuple[Stage, ...], int, list[Notice]]:
    """Add a stage: what was, the new id, and notices about how it went."""
    commands = insertion(ref, wanted, after_id, as_admin=as_admin)
    try:
        return read_insertion(client.batch(commands, halt=True, repeatable=False))
    except PortalTimeout:
        raise  # it may still be at it: who looks now and adds again has two of them later
    except OutcomeUnknown:
        return insert_unless_there(client, ref, wanted, after_id, as_admin=as_admin, seen=seen)


def insert_unless_there(
    client: Client,
    ref: BoardRef,
    wanted: Stage,
    after_id: int,
    *,
    as_admin: bool,
    seen: Sequence[int] | None,
) -> tuple[tuple[Stage, ...], int, list[Notice]]:
    """After the answer to an addition got lost: look for the stage, and add it only if it is not there."""
    found = _look(client, ref, wanted, after_id, seen)
    if found is None:
        commands = insertion(ref, wanted, after_id, as_admin=as_admin)
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
    client: Client, ref: BoardRef, wanted: Stage, after_id: int, seen: Sequence[int] | None
) -> tuple[tuple[Stage, ...], Stage] | None:
    """Whether the stage is there after all: same title and color, and not among those seen before.

    Without `seen` only a twin exactly where ours would be counts; the newest id wins.
    """
    stages = to_stages(stage_calls.parse_stages(client.call(stage_calls.get(ref.group_id)).result))
    ours = (literal(wanted.title), as_color(wanted.color))
    twins = [stage for stage in stages if (stage.title, stage.color) == ours]
    if seen is not None:
        twins = [stage for stage in twins if stage.id not in seen]
    else:
        spots = {after_id} if after_id else {0, stages[0].id}
        twins = [stage for stage in twins if lists.predecessor(stages, stage.id) in spots]
    newest = max(twins, key=lambda stage: stage.id, default=None)
    return (stages, newest) if newest else None
