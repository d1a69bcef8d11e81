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
    OUTCOME_UNKNOWN = "outcome_unknown"  # the portal never answered, and nobody came back to look
    NOT_IN_PLACE = "not_in_place"  # added, but not where it was wanted
    HIDDEN_TASKS_REMAIN = "hidden_tasks_remain"
    TASKS_NOT_MOVED = "tasks_not_moved"  # count
    ABANDONED = "abandoned"  # nobody went on with a job
    TASKS_LEFT_ALONE = "tasks_left_alone"  # count: moved on by somebody since
    CARD_MOVED_MEANWHILE = "card_moved_meanwhile"  # stage_id
    PLACE_UNKNOWN = "place_unknown"  # no undo: where the card was is not known
    FIELD_CHANGED_MEANWHILE = "field_changed_meanwhile"  # field, old
    TASK_UNREADABLE = "task_unreadable"  # saved, but the person can no longer see it
    STAGE_NOT_TAKEN = "stage_not_taken"  # stage_id: the rest was saved, the column was refused
    VALUE_BEFORE_UNKNOWN = "value_before_unknown"  # fields: an answer got lost, no undo for these
    NO_EXACT_REVERSE = "no_exact_reverse"  # from, to: statuses with no way back
    AUDITORS_KEPT = "auditors_kept"
    POINTS_CHANGED_MEANWHILE = "points_changed_meanwhile"  # task, old, new: somebody else estimated it too
    EPIC_CHANGED_MEANWHILE = "epic_changed_meanwhile"  # task, old: name of the epic it had got
    ITEM_MOVED_MEANWHILE = "item_moved_meanwhile"  # task: somebody moved it to another list
    ITEM_LEFT_TEAM = "item_left_team"  # task: it belongs to another project now
    ORDER_NOT_KEPT = "order_not_kept"  # moved, but not to the exact place
    NOT_ON_SPRINT_BOARD = "not_on_sprint_board"  # count: in the sprint, but in no column
    TASK_COMPLETED = "task_completed"  # count: the column completed it
    TASK_RENEWED = "task_renewed"  # count: leaving the column renewed it
    SPRINT_START_FINAL = "sprint_start_final"  # no undo
    SPRINT_COMPLETE_FINAL = "sprint_complete_final"  # no undo
    SPRINT_GONE_FINAL = "sprint_gone_final"  # an active or completed sprint cannot be brought back
    ITEMS_TO_BACKLOG = "items_to_backlog"  # count
    ITEMS_NOT_RETURNED = "items_not_returned"  # count
    EPIC_LEFT_ON_ITEMS = "epic_left_on_items"  # count: items that still name the deleted epic
    CRM_NOT_ALL = "crm_not_all"  # count, total: so many of all stages were refused
    CRM_RESULT_UNCHECKED = "crm_result_unchecked"  # done, but what came of it could not be read again
    CRM_RULES_MAY_RUN = "crm_rules_may_run"  # items moved: automation rules of the stage may have run
    CRM_CODE_CANNOT_RETURN = "crm_code_cannot_return"  # status_id: no new row can have it, so no undo
    CRM_NO_SYSTEM_ROW = "crm_no_system_row"  # restored, but no longer as one of the system's
    CRM_VALUE_NOT_TAKEN = "crm_value_not_taken"  # fields: added, but not with these values


def note(code: NoticeCode, **values: object) -> Notice:
    """A notice with that code."""
    return Notice(code, values)
