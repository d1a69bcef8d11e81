"""The state of the stand-in portal: plain objects, seeded, reset in one call.

Nothing here knows HTTP or REST spellings; methods read and change it under `Portal.lock`.
Ids come from counters and time from `Portal.now()`, so that one seed always gives the same portal.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox.state.crm import Crm
from sandbox.state.scrum import Scrum

# Roles in a group (behaviour.md §2): owner, moderator, member, invited, banned.
OWNER, MODERATOR, MEMBER, INVITED, BANNED = "A", "E", "K", "Z", "T"
ACTIVE_ROLES = frozenset({OWNER, MODERATOR, MEMBER})

# Real task states (behaviour.md §5.1).
PENDING, IN_PROGRESS, AWAITS_CONTROL, COMPLETED, DEFERRED = 2, 3, 4, 5, 6

# Kinds of boards a stage can belong to (behaviour.md §3): group, user (My Plan), sprint.
GROUP_BOARD, USER_BOARD, SPRINT_BOARD = "G", "U", "A"


@dataclass
class User:
    """An employee. `time_zone` is an IANA name, "" for UTC; `lang` is the language of their pages."""

    id: int
    name: str
    last_name: str
    is_admin: bool = False
    active: bool = True
    email: str = ""
    position: str = ""
    gender: str = ""
    photo: str = ""
    lang: str = "en"
    departments: list[int] = field(default_factory=lambda: [1])
    time_zone: str = ""

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.name} {self.last_name}".strip()


@dataclass
class Group:
    """A workgroup, project or scrum team. `members` maps user id to role."""

    id: int
    name: str
    owner_id: int
    description: str = ""
    members: dict[int, str] = field(default_factory=dict)
    visible: bool = True
    opened: bool = False
    closed: bool = False
    active: bool = True
    is_project: bool = True
    scrum_master_id: int = 0
    tasks_enabled: bool = True
    keywords: str = ""
    initiate_perms: str = "K"
    created: dt.datetime = dt.datetime(2026, 1, 12, 9, 0, tzinfo=dt.UTC)
    new_tasks_on_top: bool = True

    @property
    def is_scrum(self) -> bool:
        """Whether the group is a scrum team."""
        return self.scrum_master_id > 0


@dataclass
class Stage:
    """One kanban column. `entity_id` is a group, a user or a sprint, by `entity_type`.

    `color` None and `system_type` None are what the database has for a fresh row (§3.2, §3.3).
    """

    id: int
    title: str
    sort: int
    entity_id: int
    entity_type: str = GROUP_BOARD
    color: str | None = None
    system_type: str | None = None


@dataclass(slots=True)
class Task:
    """A task. `group_id` 0 is a personal one, `stage_id` 0 the first column; moments are in UTC."""

    id: int
    title: str
    created_by: int
    responsible_id: int
    created: dt.datetime
    changed: dt.datetime
    group_id: int = 0
    stage_id: int = 0
    status: int = PENDING
    description: str = ""
    priority: int = 1
    deadline: dt.datetime | None = None
    start_plan: dt.datetime | None = None
    end_plan: dt.datetime | None = None
    started: dt.datetime | None = None
    closed: dt.datetime | None = None
    closed_by: int = 0
    changed_by: int = 0
    status_changed: dt.datetime | None = None
    status_changed_by: int = 0
    parent_id: int = 0
    accomplices: list[int] = field(default_factory=list)
    auditors: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    crm: list[str] = field(default_factory=list)  # "D_17", "L_3", …
    mark: str | None = None
    allow_change_deadline: bool = True
    task_control: bool = False
    time_estimate: int = 0
    comments: int = 0
    viewed_by: dict[int, dt.datetime] = field(default_factory=dict)
    deleted: bool = False


@dataclass
class Placement:
    """A handler bound to a place of the interface; `lang_all` has titles and descriptions by language."""

    id: int
    code: str
    handler: str
    title: str = ""
    description: str = ""
    lang_all: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    user_id: int = 0


@dataclass
class Subscription:
    """An event handler. `auth_type` is a user id, 0 for the person who caused the event (§8.3)."""

    id: int
    event: str
    handler: str = ""
    auth_type: int = 0
    offline: bool = False
    connector: str = ""
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class App:
    """The application as this portal knows it. `installed` turns True at installFinish."""

    id: int
    client_id: str
    client_secret: str
    code: str
    title: str
    url: str
    install_url: str
    scopes: list[str]
    application_token: str
    version: int = 1
    status: str = "L"
    added: bool = False
    installed: bool = False
    placements: list[Placement] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    app_options: dict[str, object] = field(default_factory=dict)
    user_options: dict[int, dict[str, object]] = field(default_factory=dict)


@dataclass
class Webhook:
    """An inbound webhook: `code` is its secret, calls run as the user with the scopes."""

    user_id: int
    code: str
    scopes: list[str]
    active: bool = True


@dataclass
class TokenPair:
    """A pair issued to the application for one person. Times are epoch seconds of `Portal.now()`.

    `refresh_token` is single-use: `spent` once it was exchanged (wire.md §3).
    """

    access_token: str
    refresh_token: str
    user_id: int
    scopes: list[str]
    access_expires: float
    refresh_expires: float
    spent: bool = False
    revoked: bool = False
    client_id: str = ""
    hops: int = 0  # how many event handlers led to this token (§9.2, loop guard)


@dataclass
class Grant:
    """An authorization code (wire.md §3); `expires` in epoch seconds of `Portal.now()`."""

    code: str
    user_id: int
    client_id: str
    expires: float


@dataclass
class OfflineEvent:
    """One row of the offline queue (§9.5): the latest state of one object per event and connector."""

    id: int
    event: str
    connector: str
    at: dt.datetime
    data: dict[str, object] = field(default_factory=dict)
    additional: dict[str, object] = field(default_factory=dict)
    process_id: str = ""
    error: bool = False


@dataclass
class Portal:
    """One portal with everything it keeps; methods read and change it under `lock`."""

    member_id: str = "5b1f0c2a9d8e4f7086a3c1d2e4f60718"
    domain: str = "localhost:5001"
    old_domains: list[str] = field(default_factory=list)
    protocol: str = "http"
    lang: str = "en"
    seed: str = "company"
    closed: bool = False
    app: App | None = None
    users: dict[int, User] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    stages: dict[int, Stage] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    # My Plan columns: (task id, board type, board owner id) -> stage id (§3.7); sprints: `scrum.columns`.
    relations: dict[tuple[int, str, int], int] = field(default_factory=dict)
    # Manual order of the tasks of a board: ("G", group id) or ("U", user id) -> task id -> position.
    sorting: dict[tuple[str, int], dict[int, float]] = field(default_factory=dict)
    favorites: dict[int, set[int]] = field(default_factory=dict)
    crm: Crm = field(default_factory=Crm)
    scrum: Scrum = field(default_factory=Scrum)
    webhooks: list[Webhook] = field(default_factory=list)
    tokens: dict[str, TokenPair] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    offline: list[OfflineEvent] = field(default_factory=list)
    auth_server: str = "http://localhost:5001/_oauth"
    # Who the shell and the tests call admin, owner, moderator, member, outsider, crm_admin, no_crm.
    people: dict[str, int] = field(default_factory=dict)
    main_group_id: int = 0
    counters: dict[str, int] = field(default_factory=dict)
    clock_offset: float = 0.0
    clock_frozen: float | None = None
    # Events (`sandbox.application.events.Delivery`) that wait for the answer to leave; not kept.
    outbox: list[Any] = field(default_factory=list, repr=False, compare=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def address(self) -> str:
        """Scheme and host of the portal, without a slash at the end."""
        return f"{self.protocol}://{self.domain}"

    def next_id(self, kind: str) -> int:
        """The next number of the counter `kind` ("user", "group", "stage", "task", …), from 1."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def now(self) -> dt.datetime:
        """The portal's own time, UTC; the control plane can move or stop it."""
        if self.clock_frozen is not None:
            return dt.datetime.fromtimestamp(self.clock_frozen, dt.UTC)
        real = dt.datetime.now(dt.UTC).timestamp()
        return dt.datetime.fromtimestamp(real + self.clock_offset, dt.UTC)

    def role(self, group_id: int, user_id: int) -> str | None:
        """The person's role in the group, None for none."""
        group = self.groups.get(group_id)
        return group.members.get(user_id) if group else None
