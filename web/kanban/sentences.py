"""Sentences about boards of tasks: stages, cards, the fields of a task."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext

from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInputCode
from boards.core.model import Denial, Notice
from web.core.sentences import (
    Sentences,
    change_count,
    iso_moment_text,
    notice_count,
    priority_text,
    register_sentences,
)


def _counted(text: Callable[[int], str]) -> Callable[[Change], str]:
    """A sentence that tells how many tasks a change covers."""
    return lambda change: text(change_count(change))


def _not_moved(notice: Notice) -> str:
    count = notice_count(notice)
    text: str = ngettext("%(num)s task could not be moved.", "%(num)s tasks could not be moved.", count)
    return text


def _left_alone(notice: Notice) -> str:
    text: str = ngettext(
        "%(num)s task was left alone: somebody has moved it since.",
        "%(num)s tasks were left alone: somebody has moved them since.",
        notice_count(notice),
    )
    return text


register_sentences(
    Sentences(
        why={
            Denial.NOT_A_MEMBER: _l("You are not a member of this project."),
            Denial.NOT_OWNER_OR_MODERATOR: _l(
                "Only the owner and the moderators of the project may change its stages."
            ),
            Denial.CANNOT_SORT: _l("The project does not let you move its tasks."),
            Denial.FIRST_STAGE: _l(
                "The first stage cannot be deleted: tasks without a stage are shown in it."
            ),
            Denial.TASK_FORBIDS: _l("The task does not let you do this."),
        },
        fields={
            "responsible_id": _l("Responsible"),
            "deadline": _l("Deadline"),
            "priority": _l("Priority"),
            "tags": _l("Tags"),
            "group_id": _l("Project"),
            "stage_id": _l("Stage"),
            "moved": _l("Tasks moved"),
            "returned": _l("Tasks brought back"),
            "task_ids": _l("Tasks"),
            "tasks": _l("Tasks"),
            "since": _l("When it was read"),
            "before": _l("Position"),
            "after": _l("Position"),
            "was": _l("Position before"),
            "was_stage": _l("Stage before"),
            "was_before": _l("Position before"),
            "was_after": _l("Position before"),
            "tag": _l("Tag"),
            "text": _l("Find a task"),
            "responsible": _l("Responsible"),
            "overdue": lazy_pgettext("filter", "Overdue"),
            "completed": _l("With completed"),
            "board": _l("Board"),
            "seen_moment": _l("Deadline"),
            "auditors": _l("Observers"),
            "moments": _l("Time zone"),
            "zone": _l("Time zone"),
        },
        compared=(
            "moved",
            "returned",
            "responsible_id",
            "deadline",
            "priority",
            "tags",
            "group_id",
            "stage_id",
        ),
        value_texts={"deadline": iso_moment_text, "priority": priority_text},
        unnamed=("responsible_id", "group_id", "stage_id"),
        kinds={
            Kind.STAGE_MOVE: _l("Stage moved"),
            Kind.STAGE_RENAME: _l("Stage renamed"),
            Kind.STAGE_RECOLOR: _l("Stage recolored"),
            Kind.STAGE_ADD: _l("Stage added"),
            Kind.STAGE_DELETE: _l("Stage deleted"),
            Kind.STAGE_RESTORE: _l("Stage brought back"),
            Kind.CARD_MOVE: _l("Task moved"),
            Kind.CARDS_MOVE: _l("Tasks moved"),
            Kind.TASK_EDIT: _l("Task changed"),
            Kind.TASK_ACTION: _l("Task status changed"),
            Kind.CARDS_EDIT: _l("Tasks changed"),
            Kind.CARDS_ACTION: _l("Status of tasks changed"),
        },
        changes={
            Kind.STAGE_MOVE: _l("Moved the stage “%(label)s”"),
            Kind.STAGE_RENAME: _l("Renamed the stage “%(label)s”"),
            Kind.STAGE_RECOLOR: _l("Changed the color of the stage “%(label)s”"),
            Kind.STAGE_ADD: _l("Added the stage “%(label)s”"),
            Kind.STAGE_DELETE: _l("Deleted the stage “%(label)s”"),
            Kind.STAGE_RESTORE: _l("Brought back the stage “%(label)s”"),
            Kind.CARD_MOVE: _l("Moved the task “%(label)s”"),
            Kind.TASK_EDIT: _l("Changed the task “%(label)s”"),
            Kind.TASK_ACTION: _l("Changed the status of the task “%(label)s”"),
        },
        change_texts={
            Kind.CARDS_MOVE: _counted(lambda num: ngettext("Moved %(num)s task", "Moved %(num)s tasks", num)),
            Kind.CARDS_ACTION: _counted(
                lambda num: ngettext(
                    "Changed the status of %(num)s task", "Changed the status of %(num)s tasks", num
                )
            ),
            Kind.CARDS_EDIT: _counted(
                lambda num: ngettext("Changed %(num)s task", "Changed %(num)s tasks", num)
            ),
        },
        notices={
            NoticeCode.BOARD_CHANGED_MEANWHILE: _l(
                "Somebody else changed the board meanwhile; it shows how it is now."
            ),
            NoticeCode.ANCHOR_GONE: _l("The stage it should follow is gone, so it went to the end."),
            NoticeCode.STAGE_OF_ANOTHER_BOARD: _l("The stage belongs to another board."),
            NoticeCode.NOT_IN_PLACE: _l("The stage was added, but not at the place you chose."),
            NoticeCode.HIDDEN_TASKS_REMAIN: _l("Tasks that you cannot see are still in the stage."),
            NoticeCode.CARD_MOVED_MEANWHILE: _l(
                "Somebody else had moved the task to another stage meanwhile."
            ),
            NoticeCode.PLACE_UNKNOWN: _l("Where the task was is not known, so this cannot be undone."),
            NoticeCode.TASK_UNREADABLE: _l("Saved. You can no longer see the task."),
            NoticeCode.NO_EXACT_REVERSE: _l("The portal has no way back to the status the task had before."),
            NoticeCode.STAGE_NOT_TAKEN: _l("Saved, but the portal refused to move the task to that stage."),
            NoticeCode.AUDITORS_KEPT: _l(
                "The person who was responsible before stays an observer of the task."
            ),
        },
        notice_texts={
            NoticeCode.TASKS_NOT_MOVED: _not_moved,
            NoticeCode.TASKS_LEFT_ALONE: _left_alone,
        },
        bad_input={
            BadInputCode.DEADLINE_INVALID: _l("Enter a date and a time, or leave both empty."),
            BadInputCode.PERSON_INVALID: _l("Choose a person."),
            BadInputCode.TAG_TOO_LONG: _l("The tag “%(tag)s” is too long: at most %(limit)s characters."),
            BadInputCode.NO_CARDS: _l("Select at least one task."),
            BadInputCode.TOO_MANY_CARDS: _l("At most %(limit)s tasks at once; you have selected %(count)s."),
            BadInputCode.UNKNOWN_ACTION: _l("This is not an action of a task."),
            BadInputCode.SAME_STAGE: _l("Choose another stage than the one that is deleted."),
            BadInputCode.STAGE_MISSING: _l("Choose a stage of this board."),
        },
    )
)
