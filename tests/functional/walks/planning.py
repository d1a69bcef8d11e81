"""What people click on the planning page of a scrum team."""

from __future__ import annotations

from tests.functional.actions import hidden
from tests.functional.scrum.scene import Team
from tests.functional.walks.steps import COLORS, NAMES, Ready, post


def set_points(team: Team, a: int, b: int, c: int) -> Ready:
    known = [one.task_id for one in team.items if one.points is not None]
    if not known:
        return None
    wanted = {one: str(b % 13) for one in known[a % len(known) :][: 1 + c % 3]}
    return "tasks.api.scrum.task.update", lambda key: team.set_points(wanted, request_key=key)


def move_item(team: Team, a: int, b: int, c: int) -> Ready:
    return _moved(team, [one.task_id for one in team.items][a % (len(team.items) or 1) :][:1], b, c)


def move_items(team: Team, a: int, b: int, c: int) -> Ready:
    """Two or three at once, from wherever they are."""
    items = [one.task_id for one in team.items]
    return _moved(team, items[a % (len(items) or 1) :: 1 + c % 4][: 2 + b % 2], b // 2, c)


def _moved(team: Team, chosen: list[int], b: int, c: int) -> Ready:
    if not chosen:
        return None
    target = [*team.lists][b % len(team.lists)]
    room = [0, *(one.task_id for one in team.lists[target] if one.task_id not in chosen)]
    after = room[c % len(room)]
    return "tasks.api.scrum.task.update", lambda key: team.move(chosen, target, after, request_key=key)


def set_epic(team: Team, a: int, b: int, c: int) -> Ready:
    chosen = [one.task_id for one in team.items][a % (len(team.items) or 1) :][:3]
    epic = [0, *team.epic_ids][b % (1 + len(team.epic_ids))]
    form = {"action": "epic", "epic_id": epic, "task_ids": chosen, "seen": team.seen(chosen)}
    return "tasks.api.scrum.task.update", post(team.person, f"{team.path}/cards/bulk", form)


def add_epic(team: Team, a: int, b: int, c: int) -> Ready:
    form = {"name": f"Epic {b % 7}", "color": COLORS[c % len(COLORS)]}
    return "tasks.api.scrum.epic.add", post(team.person, f"{team.path}/epics", form)


def edit_epic(team: Team, a: int, b: int, c: int) -> Ready:
    if not team.epic_ids:
        return None
    path = f"{team.path}/epics/{team.epic_ids[a % len(team.epic_ids)]}"
    form = hidden(team.person.get(f"{path}/edit").text)
    form.pop("request_key", None)
    form |= {"name": f"{NAMES[b % len(NAMES)]} {c % 5}", "color": COLORS[c % len(COLORS)]}
    return "tasks.api.scrum.epic.update", post(team.person, path, form)


def delete_epic(team: Team, a: int, b: int, c: int) -> Ready:
    if not team.epic_ids:
        return None
    epic = team.epic_ids[a % len(team.epic_ids)]
    others = [0, *(one for one in team.epic_ids if one != epic)]
    path = f"{team.path}/epics/{epic}/delete"
    form = hidden(team.person.get(path).text) | {"to_epic_id": others[b % len(others)]}
    form.pop("request_key", None)
    return "tasks.api.scrum.epic.delete", post(team.person, path, form)
