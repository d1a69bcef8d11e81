"""Every code a `Notice` can carry, so that the web's table of sentences can be checked for gaps."""

from __future__ import annotations

from enum import StrEnum

from boards.model import Notice


class NoticeCode(StrEnum):
    """True things a person should know about what was done. In brackets: the values that come along."""

    ACTED_AS_ADMIN = "acted_as_admin"
    BOARD_CHANGED_MEANWHILE = "board_changed_meanwhile"
    ANCHOR_GONE = "anchor_gone"  # the stage it should follow is gone: it went to the end
    STAGE_OF_ANOTHER_BOARD = "stage_of_another_board"
    STAGE_CHANGED_SINCE = "stage_changed_since"  # field, old: somebody's later value was overwritten
    ANSWER_LOST_BUT_DONE = "answer_lost_but_done"
    NOT_IN_PLACE = "not_in_place"  # added, but not where it was wanted
    HIDDEN_TASKS_REMAIN = "hidden_tasks_remain"
    TASKS_NOT_MOVED = "tasks_not_moved"  # count
    TASKS_LEFT_ALONE = "tasks_left_alone"  # count: moved on by somebody since
    CARD_MOVED_MEANWHILE = "card_moved_meanwhile"  # stage_id
    PLACE_UNKNOWN = "place_unknown"  # no undo: where the card was is not known
    FIELD_CHANGED_MEANWHILE = "field_changed_meanwhile"  # field, old
    TASK_UNREADABLE = "task_unreadable"  # saved, but the person can no longer see it
    STAGE_NOT_TAKEN = "stage_not_taken"  # stage_id: the rest was saved, the column was refused
    VALUE_BEFORE_UNKNOWN = "value_before_unknown"  # fields: an answer got lost, no undo for these
    NO_EXACT_REVERSE = "no_exact_reverse"  # from, to: statuses with no way back
    AUDITORS_KEPT = "auditors_kept"


def note(code: NoticeCode, **values: object) -> Notice:
    """A notice with that code."""
    return Notice(code, values)
