"""The team of a page: backlog, sprints, epics, role. Seven commands that ride in the page's one batch."""

from __future__ import annotations

from b24 import groups as group_calls
from b24 import scrum as scrum_calls
from b24 import sprints as sprint_calls
from b24.client import BatchAnswer, Client, Command
from b24.errors import ScopeMissing
from boards.actor import Actor
from boards.model import BoardRef, Why
from boards.rights import SHAPERS
from boards.scrum.model import ScrumRights, ScrumTeam
from boards.scrum.reading import is_closed, read_backlog_id, read_epics, read_sprints

BACKLOG, OPEN, DONE, GROUP, MEMBERS = "sc_backlog", "sc_open", "sc_done", "sc_group", "sc_members"
EPICS = ("sc_epics", "sc_more_epics")
EPIC_PAGE = 50  # the lists of scrum do not tell whether there is more (surprise 25); we show two pages


def scrum_probe_command(group_id: int) -> Command:
    """Asks whether a group is a scrum team: nothing else tells (behaviour.md §7.3).

    Only teams have a backlog, and any page of a group may ask: it touches no stage mode (surprise 14).
    """
    return scrum_calls.get_backlog(group_id)


def is_scrum(answer: BatchAnswer, key: str) -> bool:
    """Whether the probe found a backlog. False also for who is no member: the team is closed to them."""
    return key in answer and read_backlog_id(answer, key) > 0


def team_commands(ref: BoardRef, actor: Actor) -> dict[str, Command]:
    """What a page of a team needs; keys of their own ("sc_…"). Do not halt the batch."""
    return {
        BACKLOG: scrum_calls.get_backlog(ref.group_id),
        OPEN: sprint_calls.list_open_sprints(ref.group_id),
        DONE: sprint_calls.list_completed_sprints(ref.group_id),
        **epic_commands(ref),
        GROUP: group_calls.get_group(ref.group_id, as_admin=actor.is_admin),
        MEMBERS: group_calls.members(ref.group_id),
    }


def epic_commands(ref: BoardRef) -> dict[str, Command]:
    """The epics of a team, up to a hundred."""
    return {
        key: sprint_calls.list_epics(ref.group_id, start=page * EPIC_PAGE) for page, key in enumerate(EPICS)
    }


def read_team(answer: BatchAnswer, ref: BoardRef, actor: Actor) -> ScrumTeam:
    """The team of that batch; `closed` with the reason when the portal keeps it from the person."""
    title = _title(answer)
    if is_closed(answer, BACKLOG):
        why = Why.SCRUM_ADMIN_NO_MEMBER if actor.is_admin else Why.NOT_A_MEMBER
        return ScrumTeam(ref.group_id, title, ScrumRights(why_not_plan=why, why_not_start=why))
    open_sprints = read_sprints(answer.get(OPEN))
    return ScrumTeam(
        group_id=ref.group_id,
        title=title,
        rights=read_scrum_rights(answer, actor),
        backlog_id=read_backlog_id(answer, BACKLOG),
        sprints=tuple(sorted(open_sprints, key=lambda one: not one.active)),
        completed=read_sprints(answer.get(DONE)),
        epics=read_epics(*(answer.get(key) for key in EPICS)),
    )


def load_team(client: Client, ref: BoardRef, actor: Actor) -> ScrumTeam:
    """The team without its items; one HTTP request."""
    return read_team(client.batch(team_commands(ref, actor), halt=False), ref, actor)


def read_scrum_rights(answer: BatchAnswer, actor: Actor, key: str = MEMBERS) -> ScrumRights:
    """Rights of somebody who can see the team. Without the scope to ask, the portal decides."""
    members = answer.get(key)
    if members is None and isinstance(answer.errors.get(key), ScopeMissing):
        return ScrumRights(may_plan=True, may_start=True)
    role = group_calls.parse_members(members.result).get(actor.user_id, "") if members else ""
    may_start = role in SHAPERS
    return ScrumRights(
        role=role,
        may_plan=True,
        may_start=may_start,
        why_not_start=None if may_start else Why.SCRUM_START_ROLE,
    )


def _title(answer: BatchAnswer) -> str:
    found = answer.get(GROUP)
    rows = group_calls.parse_groups(found) if found else ()
    return rows[0].name if rows else ""
