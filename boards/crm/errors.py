"""What the CRM's directories refuse by themselves, or notice where the portal does not."""

# ruff: noqa: N818 (an error class names the fact)

from __future__ import annotations

from boards.errors import BoardError
from boards.model import Why


class ValueNotTaken(BoardError):
    """The portal said yes and the row does not have the value (behaviour.md §6.5).

    `fields`: "title", "color", "position"; a list, because one row may be given several at once.
    """

    def __init__(self, stage_id: int, fields: tuple[str, ...]) -> None:
        super().__init__(f"row {stage_id} did not take {', '.join(fields)}")
        self.stage_id = stage_id
        self.fields = fields


class StageStays(BoardError):
    """The row cannot be deleted; known before anything is sent. `why` says what would be missing."""

    def __init__(self, stage_id: int, why: Why) -> None:
        super().__init__(f"row {stage_id} stays: {why}")
        self.stage_id = stage_id
        self.why = why


class ItemsRemain(BoardError):
    """The portal keeps the stage: items are in it that nobody said where to put (behaviour.md §6.6)."""

    def __init__(self, stage_id: int = 0) -> None:
        super().__init__(f"row {stage_id} still has items")
        self.stage_id = stage_id
