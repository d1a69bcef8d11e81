"""What people click on the board of a sprint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.functional.actions import Shown, hidden, shown_bands, shown_columns
from tests.functional.in_process import Tab
from tests.functional.scrum.scene import Team
from tests.functional.walks.steps import COLORS, NAMES, Ready, post

SPRINT = re.compile(r'data-sprint-id="(\d+)"')
KIND = re.compile(r'<option value="(NEW|WORK|FINISH)" selected>')
ASTRAY = re.compile(r'<input type="hidden" name="task_ids" value="(\d+)">')
KINDS = ("NEW", "WORK", "FINISH")
MOVE, COLUMN = "task.stages.movetask", "tasks.api.scrum.kanban.updateStage"


@dataclass
class Lanes:
    """The board of a sprint as its page shows it."""

    person: Tab
    path: str
    columns: list[Shown]
    kinds: list[str]
    astray: list[int]
    shown: str = ""

    def shaping(self, **form: Any) -> dict[str, Any]:
        return {"seen": ",".join(str(one.stage_id) for one in self.columns), "shown": self.shown} | form

    def stage(self, a: int) -> Shown:
        return self.columns[a % len(self.columns)]


def board_of(team: Team, sprint_id: int = 0) -> Lanes | None:
    """The board of the sprint, of the active one for 0; None where there is none."""
    answer = team.person.get(f"{team.path}/sprints/{sprint_id}")
    assert answer.status_code == 200, answer.text[:600]
    found = SPRINT.search(answer.text)
    if not found:
        return None
    return Lanes(
        team.person,
        f"{team.path}/sprints/{found[1]}",
        shown_columns(answer.text),
        KIND.findall(answer.text),
        [int(one) for one in ASTRAY.findall(answer.text)],
        shown_bands(answer.text),
    )


def move_card(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    full = [one for one in lanes.columns if one.cards]
    others = [one for one in lanes.columns if not full or one is not full[a % len(full)]]
    if not full or not others:
        return None
    source, target = full[a % len(full)], others[b % len(others)]
    card = source.cards[c % len(source.cards)]
    form = {"stage_id": target.stage_id, "was_stage": source.stage_id}
    return MOVE, post(lanes.person, f"{lanes.path}/cards/{card}/move", form)


def move_cards(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    """Two or three of the whole board into one column."""
    if not lanes.columns:
        return None
    cards = [(card, one.stage_id) for one in lanes.columns for card in one.cards]
    chosen = cards[a % (len(cards) or 1) :: 1 + c % 3][: 2 + c % 2]
    if not chosen:
        return None
    was = ",".join(f"{card}:0:0:{stage}" for card, stage in chosen)
    form = {"action": "move", "stage_id": lanes.stage(b).stage_id, "was": was}
    form |= {"task_ids": [card for card, _stage in chosen]}
    return MOVE, post(lanes.person, f"{lanes.path}/cards/bulk", form)


def give_places(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if not lanes.astray:
        return None
    form = {"task_ids": lanes.astray}
    return "tasks.api.scrum.kanban.addTask", post(lanes.person, f"{lanes.path}/place", form)


def rename_column(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if not lanes.columns:
        return None
    stage = lanes.stage(a)
    form = lanes.shaping(title=f"{NAMES[b % len(NAMES)]} {c % 5}", seen_title=stage.title)
    return COLUMN, post(lanes.person, f"{lanes.path}/stages/{stage.stage_id}/rename", form)


def recolor_column(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if not lanes.columns:
        return None
    stage = lanes.stage(a)
    path = f"{lanes.path}/stages/{stage.stage_id}/color"
    shown = hidden(lanes.person.get(path, color=stage.color).text)
    return COLUMN, post(lanes.person, path, lanes.shaping(**shown | {"color": COLORS[b % len(COLORS)]}))


def retype_column(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if not lanes.columns:
        return None
    path = f"{lanes.path}/stages/{lanes.stage(a).stage_id}/kind"
    form = lanes.shaping(kind=KINDS[b % len(KINDS)], seen_kind=lanes.kinds[a % len(lanes.kinds)])
    return COLUMN, post(lanes.person, path, form)


def move_column(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if not lanes.columns:
        return None
    stage = lanes.stage(a).stage_id
    places = [0, *(one.stage_id for one in lanes.columns if one.stage_id != stage)]
    form = lanes.shaping(after_id=places[b % len(places)])
    return COLUMN, post(lanes.person, f"{lanes.path}/stages/{stage}/move", form)


def add_column(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if len(lanes.columns) > 6:
        return None
    after = [0, *(one.stage_id for one in lanes.columns)][a % (len(lanes.columns) + 1)]
    form = lanes.shaping(title=f"Fresh {b % 10}", color=COLORS[c % len(COLORS)], after_id=after)
    return "tasks.api.scrum.kanban.addStage", post(lanes.person, f"{lanes.path}/stages", form)


def delete_column(lanes: Lanes, a: int, b: int, c: int) -> Ready:
    if len(lanes.columns) < 2:
        return None
    stage = lanes.stage(a)
    others = [one.stage_id for one in lanes.columns if one is not stage]
    path = f"{lanes.path}/stages/{stage.stage_id}/delete"
    form = hidden(lanes.person.get(path).text) | {"target_stage_id": others[b % len(others)]}
    form.pop("request_key", None)
    return "tasks.api.scrum.kanban.deleteStage", post(lanes.person, path, form)
