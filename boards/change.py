"""A change: what was, what is, how to undo it. The journal keeps it as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from boards.model import Notice


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
    there is no way back. `aliases` maps the id of a deleted stage to the one that replaced it.
    """

    kind: Kind
    board_key: str
    target: int
    label: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    undo: dict[str, Any] | None = None
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
            return frozenset(int(one) for one in self.after.get("cards", {}))
        if self.kind is Kind.STAGE_DELETE and self.undo:
            return frozenset(task_id for task_id, _target in self.undo.get("moved", ()))
        return frozenset()

    def to_json(self) -> str:
        """As text; `from_json` gives the same change again."""
        return json.dumps(
            {
                "kind": self.kind.value,
                "board_key": self.board_key,
                "target": self.target,
                "label": self.label,
                "before": self.before,
                "after": self.after,
                "undo": self.undo,
                "notices": [{"code": str(one.code), "values": one.values} for one in self.notices],
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
            undo=data["undo"],
            notices=tuple(Notice(one["code"], one["values"]) for one in data["notices"]),
            aliases={int(old): new for old, new in data["aliases"].items()},
        )
