"""What a board is made of. Plain values; templates read them, nothing here knows HTTP."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum

PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH = 0, 1, 2


class TaskStatus(StrEnum):
    """Real state of a task, as the portal numbers it (behaviour.md §5.1)."""

    PENDING = "2"
    IN_PROGRESS = "3"
    AWAITS_CONTROL = "4"
    COMPLETED = "5"
    DEFERRED = "6"


@dataclass(frozen=True)
class BoardRef:
    """Which board: a project's, or (`group_id` 0) the person's own My Planner."""

    group_id: int

    @property
    def is_planner(self) -> bool:
        return self.group_id == 0

    @property
    def key(self) -> str:
        """How addresses and the store name it: "g12" or "me"."""
        return "me" if self.is_planner else f"g{self.group_id}"

    @classmethod
    def parse(cls, key: str) -> BoardRef:
        """The board of an address; ValueError for anything that is none."""
        if key == "me":
            return cls(0)
        found = re.fullmatch(r"g([1-9][0-9]{0,9})", key)
        if not found:
            raise ValueError(f"not a board: {key!r}")
        return cls(int(found[1]))


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    photo: str = ""
    position: str = ""


@dataclass(frozen=True)
class Stage:
    """A column. `color` is six upper-case hex digits without "#"; `is_first` marks the one that cannot go."""

    id: int
    title: str
    color: str
    sort: int
    is_first: bool = False


@dataclass(frozen=True)
class Filters:
    """What is shown of a board; the default hides completed tasks, as the portal's own board does."""

    text: str = ""
    responsible_id: int | None = None
    overdue: bool = False
    with_completed: bool = False

    @property
    def active(self) -> bool:
        return self != Filters()


class Denial(StrEnum):
    """Why somebody may not do something; the web turns it into a sentence."""

    NOT_A_MEMBER = "not_a_member"
    NOT_OWNER_OR_MODERATOR = "not_owner_or_moderator"
    CANNOT_SORT = "cannot_sort"
    FIRST_STAGE = "first_stage"
    TASK_FORBIDS = "task_forbids"
    SCRUM_ADMIN_NO_MEMBER = "scrum_admin_no_member"  # scrum methods know no portal admin
    SCRUM_START_ROLE = "scrum_start_role"  # starting and completing is for owner and moderators
    CRM_READ_ONLY = "crm_read_only"
    NO_CRM = "no_crm"
    CRM_SCOPE_MISSING = "crm_scope_missing"
    CRM_START_STAGE = "crm_start_stage"
    CRM_SUCCESS_STAGE = "crm_success_stage"
    CRM_LAST_FAILURE = "crm_last_failure"


@dataclass(frozen=True)
class Rights:
    """What the person may do on this board, known before they try (behaviour.md §2).

    `role` is A, E, K or "" (none). `as_admin`: stages may be shaped, but only as a portal admin, and the
    calls must carry isAdmin.
    """

    role: str = ""
    may_move: bool = False
    may_shape: bool = False
    as_admin: bool = False
    why_not_move: Denial | None = None
    why_not_shape: Denial | None = None


@dataclass(frozen=True)
class Project:
    """One row of the home page. `role` is A, E, K or "" for someone who only sees it."""

    id: int
    name: str
    role: str = ""
    member_count: int = 0
    is_project: bool = True
    closed: bool = False
    visible: bool = True
    opened: bool = False
    description: str = ""

    @property
    def ref(self) -> BoardRef:
        return BoardRef(self.id)


@dataclass(frozen=True)
class Home:
    projects: tuple[Project, ...]
    total: int
    next_start: int | None = None


@dataclass(frozen=True)
class CardResult:
    """What became of one card of a bulk change. `error` is None when it worked."""

    task_id: int
    error: Exception | None = None
    title: str = ""


@dataclass(frozen=True)
class Notice:
    """Something true that the person should know; `code` names the sentence, `values` fill it."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


# Who acts. Everything this package does, it does as this person.


@dataclass(frozen=True)
class Actor:
    """The person behind a request.

    `is_admin`: administrator of the portal. `lang`: two letters, for texts of the portal. `now`: an aware
    time, the only clock this package knows.
    """

    user_id: int
    is_admin: bool
    lang: str
    now: dt.datetime
