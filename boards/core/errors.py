"""What boards refuse by themselves. The portal's own refusals are `b24.errors`."""

# ruff: noqa: N818 (an error class names the fact)

from __future__ import annotations

from enum import StrEnum

from boards.core.model import Denial


class BoardError(Exception):
    """Something about a board that the portal would not, or did not, say."""


class BadInputCode(StrEnum):
    """What is wrong with a value; the web turns it into a sentence."""

    TITLE_BLANK = "title_blank"
    TITLE_TOO_LONG = "title_too_long"  # values: limit, length
    COLOR_INVALID = "color_invalid"  # values: value
    DEADLINE_INVALID = "deadline_invalid"
    CHOICE_INVALID = "choice_invalid"  # none of the values that are offered
    PERSON_INVALID = "person_invalid"
    TAG_TOO_LONG = "tag_too_long"  # values: limit, tag
    NOTHING_TO_CHANGE = "nothing_to_change"
    NO_CARDS = "no_cards"
    TOO_MANY_CARDS = "too_many_cards"  # values: limit, count
    UNKNOWN_ACTION = "unknown_action"
    SAME_STAGE = "same_stage"
    STAGE_MISSING = "stage_missing"
    POINTS_TOO_LONG = "points_too_long"  # values: limit, length
    SCALE_EMPTY = "scale_empty"
    SCALE_TOO_LONG = "scale_too_long"  # values: limit
    SCALE_LABEL_BLANK = "scale_label_blank"
    SCALE_LABEL_TWICE = "scale_label_twice"  # values: value
    SCALE_NUMBER_INVALID = "scale_number_invalid"  # values: value
    DATE_INVALID = "date_invalid"  # values: value
    DATES_REVERSED = "dates_reversed"
    LIST_MISSING = "list_missing"  # no backlog or open sprint of this team
    EPIC_MISSING = "epic_missing"
    CANNOT_CLEAR = "cannot_clear"  # the portal ignores an empty value
    COLUMN_TYPE_INVALID = "column_type_invalid"  # values: value
    CODE_BLANK = "code_blank"
    CODE_TOO_LONG = "code_too_long"  # values: limit, length
    CODE_CHARACTERS = "code_characters"
    CODE_TAKEN = "code_taken"  # values: value
    SECOND_SUCCESS = "second_success"
    FORCED_NEEDED = "forced_needed"


class BadInput(BoardError):
    """A value that was refused before anything was sent. `field` is the form field."""

    def __init__(self, field: str, code: BadInputCode | str, **values: object) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = BadInputCode(code)
        self.values = values


class MoveIgnored(BoardError):
    """The portal said yes and did not do it (behaviour.md §3.7).

    `task_id` is still in `stage_id` (0 when even that is unknown).
    """

    def __init__(self, task_id: int, stage_id: int) -> None:
        super().__init__(f"task {task_id} is still in stage {stage_id}")
        self.task_id = task_id
        self.stage_id = stage_id


class StageGone(BoardError):
    """The stage is not on this board (any more)."""

    def __init__(self, stage_id: int) -> None:
        super().__init__(f"stage {stage_id} is not on the board")
        self.stage_id = stage_id


class FirstStage(BoardError):
    """The first stage of a board cannot be deleted; known before anything is sent (behaviour.md §3.5)."""

    def __init__(self, stage_id: int) -> None:
        super().__init__(f"stage {stage_id} is the first one")
        self.stage_id = stage_id


class CannotUndo(BoardError):
    """This change has no way back; its notices say why."""


class OfNewerRelease(BoardError):
    """What was stored cannot be read: while nodes are changed one by one, a newer release has written it."""


# --- scrum ---
class NoScrumRecord(BoardError):
    """The task is in no list of the team: it cannot be estimated before it is given a scrum record."""

    def __init__(self, task_id: int = 0) -> None:
        super().__init__(f"task {task_id} has no scrum record")
        self.task_id = task_id


class LeftTeam(BoardError):
    """The task belongs to another project now."""

    def __init__(self, task_id: int = 0) -> None:
        super().__init__(f"task {task_id} is in another project")
        self.task_id = task_id


class EpicGone(BoardError):
    """The epic was deleted meanwhile; assigning it would silently clear what is there (§4.2)."""


class SprintGone(BoardError):
    """The sprint was deleted or completed meanwhile."""


class ColumnGone(BoardError):
    """The column of the sprint is not there (any more)."""


class LastColumnOfType(BoardError):
    """A sprint keeps at least one NEW and one FINISH column; without NEW it could never start."""

    def __init__(self, kind: str = "NEW") -> None:
        super().__init__(f"the last {kind} column")
        self.kind = kind


class ColumnNotEmpty(BoardError):
    """Tasks are still in the column of the sprint."""


class TeamClosed(BoardError):
    """The team is closed to the person."""


class CannotStart(BoardError):
    """The portal did not start the sprint. `reasons` and `left_behind` are codes of `scrum.lifecycle`."""

    def __init__(self, reasons: tuple[object, ...] = (), left_behind: tuple[object, ...] = ()) -> None:
        super().__init__(f"cannot start: {reasons}")
        self.reasons = reasons
        self.left_behind = left_behind


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

    def __init__(self, stage_id: int, why: Denial) -> None:
        super().__init__(f"row {stage_id} stays: {why}")
        self.stage_id = stage_id
        self.why = why


class ItemsRemain(BoardError):
    """The portal keeps the stage: items are in it that nobody said where to put (behaviour.md §6.6)."""

    def __init__(self, stage_id: int = 0) -> None:
        super().__init__(f"row {stage_id} still has items")
        self.stage_id = stage_id
