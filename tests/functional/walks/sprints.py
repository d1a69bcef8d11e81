"""What people do to sprints as a whole: plan, edit, start, complete, delete."""

from __future__ import annotations

import datetime as dt
import html
import re

from tests.functional.actions import hidden
from tests.functional.scrum.scene import Team
from tests.functional.walks.steps import NAMES, Ready, post

EDIT = re.compile(r'hx-get="(/boards/g\d+/scrum/sprints/\d+)(/edit\?[^"]*)"')
LIFE = re.compile(r'hx-get="(/boards/g\d+/scrum/sprints/\d+/(start|complete))"')
FIRST_DAY = dt.date(2026, 7, 1)


def add_sprint(team: Team, a: int, b: int, c: int) -> Ready:
    if len(team.sprint_ids) > 5:
        return None
    form = _asked(team, f"{team.path}/sprints/new") | _days(b, c) | {"name": f"Sprint of {a % 9}"}
    return "tasks.api.scrum.sprint.add", post(team.person, f"{team.path}/sprints", form)


def edit_sprint(team: Team, a: int, b: int, c: int) -> Ready:
    """Another name, other days, or both."""
    found = EDIT.findall(team.page)
    if not found:
        return None
    path, dialog = found[a % len(found)]
    form = _asked(team, path + html.unescape(dialog))
    shown = {"name": form["seen_name"], "start": form["seen_start"][:10], "end": form["seen_end"][:10]}
    typed = ({"name": f"{NAMES[b % len(NAMES)]} {c % 5}"} if a % 3 else {}) | (_days(b, c) if a % 2 else {})
    return "tasks.api.scrum.sprint.update", post(team.person, path, form | shown | typed)


def delete_sprint(team: Team, a: int, b: int, c: int) -> Ready:
    if not team.sprint_ids:
        return None
    path = f"{team.path}/sprints/{team.sprint_ids[a % len(team.sprint_ids)]}/delete"
    return "tasks.api.scrum.sprint.delete", post(team.person, path, _asked(team, path))


def start_sprint(team: Team, a: int, b: int, c: int) -> Ready:
    return _live(team, "start", a)


def complete_sprint(team: Team, a: int, b: int, c: int) -> Ready:
    return _live(team, "complete", a)


def _live(team: Team, deed: str, a: int) -> Ready:
    paths = [path for path, one in LIFE.findall(team.page) if one == deed]
    if not paths:
        return None
    path = paths[a % len(paths)]
    return f"tasks.api.scrum.sprint.{deed}", post(team.person, path, _asked(team, path))


def _days(b: int, c: int) -> dict[str, str]:
    start = FIRST_DAY + dt.timedelta(b % 90)
    return {"start": start.isoformat(), "end": (start + dt.timedelta(1 + c % 20)).isoformat()}


def _asked(team: Team, path: str) -> dict[str, str]:
    """The dialog's own fields; each click has a key of its own."""
    form = hidden(team.person.get(path).text)
    form.pop("request_key", None)
    return form
