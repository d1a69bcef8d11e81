"""A change: what was, what is, how to undo it. The journal keeps it as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from boards.core.model import Notice
from boards.core.recipes import VERSION, Recipe, UnknownRecipe, from_data, to_data


class Kind(StrEnum):
    """What was done; the journal filters by it."""

    STAGE_MOVE = "stage_move"
    STAGE_RENAME = "stage_rename"
    STAGE_RECOLOR = "stage_recolor"
    STAGE_ADD = "stage_add"
    STAGE_DELETE = "stage_delete"
    STAGE_RESTORE = "stage_restore"
    CARD_MOVE = "card_move"
    CARDS_MOVE = "cards_move"
    TASK_EDIT = "task_edit"
    TASK_ACTION = "task_action"
    CARDS_EDIT = "cards_edit"
    CARDS_ACTION = "cards_action"
    SCRUM_POINTS = "scrum_points"
    SCRUM_EPIC_ASSIGN = "scrum_epic_assign"
    SCRUM_MOVE = "scrum_move"
    SCRUM_RECORDS = "scrum_records"
    BACKLOG_ADD = "backlog_add"
    EPIC_ADD = "epic_add"
    EPIC_EDIT = "epic_edit"
    EPIC_DELETE = "epic_delete"
    SPRINT_ADD = "sprint_add"
    SPRINT_EDIT = "sprint_edit"
    SPRINT_DELETE = "sprint_delete"
    SPRINT_START = "sprint_start"
    SPRINT_COMPLETE = "sprint_complete"
    COLUMN_MOVE = "column_move"
    COLUMN_EDIT = "column_edit"
    COLUMN_ADD = "column_add"
    COLUMN_DELETE = "column_delete"
    SPRINT_CARDS_MOVE = "sprint_cards_move"
    CRM_ORDER = "crm_order"
    CRM_RENAME = "crm_rename"
    CRM_RECOLOR = "crm_recolor"
    CRM_COPY = "crm_copy"
    CRM_ADD = "crm_add"
    CRM_DELETE = "crm_delete"
    CRM_RESTORE = "crm_restore"
    CRM_ITEMS_MOVE = "crm_items_move"


@dataclass(frozen=True)
class Change:
    """One thing that was done to the portal.

    `target` is the id of the stage or task (0 for several), `label` its title. `before` and `after` hold
    what a reader of the journal wants to compare; `undo` is the recipe for `undo.undo_change`, None when
    there is no way back. `aliases` maps keys of deleted things to those that replaced them (`ids.alias_key`).
    """

    kind: Kind
    board_key: str
    target: int
    label: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    undo: Recipe | UnknownRecipe | None = None
    notices: tuple[Notice, ...] = ()
    aliases: dict[int, int] = field(default_factory=dict)

    @property
    def undoable(self) -> bool:
        return self.undo is not None

    @property
    def task_ids(self) -> frozenset[int]:
        """The tasks of boards that it changed, as far as its documents name them."""
        if self.kind in (Kind.CARD_MOVE, Kind.TASK_EDIT, Kind.TASK_ACTION):
            return frozenset({self.target})
        if self.kind in (Kind.CARDS_MOVE, Kind.CARDS_EDIT, Kind.CARDS_ACTION):
            return frozenset(int(card) for card in self.after.get("cards", {}))
        if self.kind is Kind.STAGE_DELETE and isinstance(self.undo, Recipe):
            return self.undo.task_ids
        return frozenset()

    def to_json(self) -> str:
        """As text; `from_json` gives the same change again."""
        return json.dumps(
            {
                "version": VERSION,
                "kind": self.kind.value,
                "board_key": self.board_key,
                "target": self.target,
                "label": self.label,
                "before": self.before,
                "after": self.after,
                "undo": None if self.undo is None else to_data(self.undo),
                "notices": [{"code": str(notice.code), "values": notice.values} for notice in self.notices],
                "aliases": {str(old): new for old, new in self.aliases.items()},
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Change:
        """The change of a journal row; ValueError or KeyError when the text is none."""
        data = json.loads(text)
        return cls(
            kind=Kind(data["kind"]),
            board_key=data["board_key"],
            target=data["target"],
            label=data["label"],
            before=data["before"],
            after=data["after"],
            undo=None if data["undo"] is None else from_data(data["undo"], data.get("version", VERSION)),
            notices=tuple(Notice(notice["code"], notice["values"]) for notice in data["notices"]),
            aliases={int(old): new for old, new in data["aliases"].items()},
        )


# Every code a `Notice` can carry, so that the web's table of sentences can be checked for gaps.


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


def has_notice(notices: Iterable[Notice], code: NoticeCode) -> bool:
    """Whether one of the notices has that code."""
    return any(notice.code == code for notice in notices)


def unique(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices in their order, each once."""
    found: list[Notice] = []
    for notice in notices:
        if notice not in found:
            found.append(notice)
    return tuple(found)
