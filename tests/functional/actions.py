"""Everything a person can do to a board, as data: tests of costs, undo, failures and rights go through it.

A new action joins all of them with one more entry in `DEEDS`. Each does what the page would do: it posts the
fields the page posts, with what the page had shown.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import requests

from tests.support.person import Person
from tests.support.servers import Sandbox

COLUMN = re.compile(r'<li class="column" id="[^"]*" data-stage-id="(\d+)">')
CARD = re.compile(r'data-task-id="(\d+)"')
TITLE = re.compile(r'<h2 class="stage__title"[^>]*>([^<]*)</h2>')
COLOR = re.compile(r'data-color="([0-9A-F]{6})"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
TAG = re.compile(r'<span class="tag">([^<]*)</span>')
UNDO = re.compile(r'hx-post="(/journal/\d+/undo)"')
STEP = re.compile(r'hx-post="(/jobs/\w+/step)"')

BAND = re.compile(r'data-shown="([^"]+)"')
FIELDS = ["ID", "TITLE", "DESCRIPTION", "DEADLINE", "PRIORITY", "TAGS", "STATUS", "RESPONSIBLE_ID",
          "GROUP_ID", "STAGE_ID", "AUDITORS"]  # fmt: skip
CARD_ORDER = {"SORTING": "asc", "ID": "desc"}
STEPS = 40


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a form."""
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page)}


def undo_address(answer: requests.Response) -> str:
    """Where the toast of an answer undoes what was done."""
    found = UNDO.search(answer.text)
    assert found, f"{answer.status_code}: no way back in {answer.text[:600]}"
    return found[1]


@dataclass(frozen=True)
class Shown:
    """A column as the page shows it."""

    stage_id: int
    title: str
    color: str
    cards: tuple[int, ...]


def shown_columns(page: str) -> list[Shown]:
    """The columns of a board's HTML, left to right."""
    starts = [*COLUMN.finditer(page)]
    ends = [*(one.start() for one in starts[1:]), len(page)][: len(starts)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        part = page[start.start() : end]
        title, color = TITLE.search(part), COLOR.search(part)
        assert title and color, part[:400]
        cards = tuple(dict.fromkeys(int(one) for one in CARD.findall(part)))
        found.append(Shown(int(start[1]), html.unescape(title[1]), color[1], cards))
    return found


def shown_bands(page: str) -> str:
    """The marks of the bands on a board's page, as its script sends them."""
    return ",".join(BAND.findall(page))


Opener = Callable[..., Person]
PLANNED = 9
"""Tasks added to a planner, so that its columns have some."""


def scene_of(open_as: Opener, portal: Sandbox, who: str, key: str = "") -> Scene:
    """Somebody before the main board (or `key`; "me" for My Planner), already loaded."""
    if key == "me":
        _fill_planner(portal, who)
    return Scene(open_as(who), portal, key or f"g{portal.main_group_id}").look()


def _fill_planner(portal: Sandbox, who: str) -> None:
    stages = [one["ID"] for one in portal.act(who, "task.stages.get", entityId=0, numeric=1)]
    fields = {"RESPONSIBLE_ID": portal.user(who), "CREATED_BY": portal.user(who)}
    for number in range(PLANNED):
        added = portal.act(who, "tasks.task.add", fields=fields | {"TITLE": f"Planned {number}"})
        stage = stages[1 + number % 2]
        portal.act(who, "task.stages.movetask", id=added["task"]["id"], stageId=stage, after=0)


@dataclass
class Scene:
    """A person before a board, and the truth behind it."""

    person: Person
    portal: Sandbox
    key: str
    columns: list[Shown] = field(default_factory=list)
    page: str = ""
    chosen: list[int] = field(default_factory=list)

    @property
    def group_id(self) -> int:
        return 0 if self.key == "me" else int(self.key[1:])

    @property
    def stages_path(self) -> str:
        return f"/boards/{self.key}/stages"

    def look(self) -> Scene:
        """Load the board, as the person sees it."""
        answer = self.person.get(f"/boards/{self.key}")
        assert answer.status_code == 200, answer.text[:600]
        self.page, self.columns, self.chosen = answer.text, shown_columns(answer.text), []
        return self

    def shaping(self, **form: Any) -> dict[str, Any]:
        """What the page adds to every change of stages."""
        seen = ",".join(str(one.stage_id) for one in self.columns)
        known = {"seen": seen, "shown": shown_bands(self.page)}
        return known | ({"as_admin": "1"} if 'id="as-admin"' in self.page else {}) | form

    def full(self, least: int = 3, but: int = -1) -> int:
        """Index of a column with that many cards, not the first."""
        return next(i for i, one in enumerate(self.columns) if i and i != but and len(one.cards) >= least)

    # --- the truth ---
    def stages(self) -> list[dict[str, Any]]:
        """The stages the portal has, in order."""
        who = self.person.who if self.key == "me" else "admin"
        found: list[dict[str, Any]] = self.portal.act(
            who, "task.stages.get", entityId=self.group_id, numeric=1
        )
        return sorted(found, key=lambda one: int(one["SORT"]))

    def picture(self) -> list[Any]:
        """All that the portal has of this board: stages in order, their cards in order, every field."""
        stages = self.stages()
        return [
            (one["TITLE"], one["COLOR"], [_task(row) for row in self._rows(one["ID"], index == 0)])
            for index, one in enumerate(stages)
        ]

    def _rows(self, stage_id: str, is_first: bool) -> Iterator[dict[str, Any]]:
        if self.key == "me":
            who, wanted = self.person.who, {"STAGES_ID": stage_id}
        else:
            who, wanted = "admin", {"GROUP_ID": self.group_id, "STAGE_ID": stage_id}
            if is_first:
                wanted["STAGE_ID"] = [0, stage_id]
        found = self.portal.act(who, "tasks.task.list", filter=wanted, order=CARD_ORDER, select=FIELDS)[
            "tasks"
        ]
        assert len(found) < 50, "a page holds them all"
        yield from found


def _task(row: dict[str, Any]) -> tuple[Any, ...]:
    """What must be as it was; the stage is the column it stands in."""
    tags = row.get("tags") or {}
    names = sorted(one["title"] for one in (tags.values() if isinstance(tags, dict) else tags))
    return (
        row["id"], row["title"], row["description"], row["deadline"], row["priority"], names, row["status"],
        row["responsibleId"], row["groupId"], sorted(str(one) for one in row.get("auditors") or []),
    )  # fmt: skip


Do = Callable[[Scene, dict[str, Any]], requests.Response]


@dataclass(frozen=True)
class Deed:
    """One action. `writes`: the REST method that changes something; `costs`: HTTP requests to the portal.

    `needs` is what it takes: "shape" (owner, moderator, portal admin), "move" (any member), "task" (what the
    task allows). `planner`: whether My Planner knows it too. `sure` False: the page does not show what was
    there before, so after a lost answer there may be no way back, and the person is told.
    """

    name: str
    do: Do
    writes: str
    needs: str
    costs: int = 1
    undo_costs: int = 1
    planner: bool = False
    sure: bool = True

    def __call__(self, scene: Scene, **form: Any) -> requests.Response:
        """Do it; the answer of its last request. `form` adds fields, a `request_key` for example."""
        return self.do(scene, form)


# --- stages ---
def _post_stage(scene: Scene, stage: Shown, verb: str, form: dict[str, Any]) -> requests.Response:
    return scene.person.post(f"{scene.stages_path}/{stage.stage_id}/{verb}", **scene.shaping(**form))


def move_stage(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """The last one behind the first."""
    after = scene.columns[0].stage_id
    return _post_stage(scene, scene.columns[-1], "move", {"after_id": after} | form)


def move_stage_to_front(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _post_stage(scene, scene.columns[2], "move", {"after_id": 0} | form)


def move_first_stage(scene: Scene, form: dict[str, Any]) -> requests.Response:
    after = scene.columns[-1].stage_id
    return _post_stage(scene, scene.columns[0], "move", {"after_id": after} | form)


def rename_stage(scene: Scene, form: dict[str, Any]) -> requests.Response:
    wanted = {"title": "<b>Häuser & 漢字</b> $result[x] 🎉", "seen_title": scene.columns[1].title}
    return _post_stage(scene, scene.columns[1], "rename", wanted | form)


def recolor_stage(scene: Scene, form: dict[str, Any]) -> requests.Response:
    stage = scene.columns[1]
    panel = scene.person.get(f"{scene.stages_path}/{stage.stage_id}/color", color=stage.color)
    return _post_stage(scene, stage, "color", hidden(panel.text) | {"color": "#12ab9F"} | form)


def add_stage(scene: Scene, form: dict[str, Any]) -> requests.Response:
    wanted = {"title": "Fresh", "color": "#ABCDEF", "after_id": scene.columns[1].stage_id}
    return scene.person.post(scene.stages_path, **scene.shaping(**wanted | form))


def add_stage_at_front(scene: Scene, form: dict[str, Any]) -> requests.Response:
    wanted = {"title": "Fresh", "color": "ABCDEF", "after_id": 0}
    return scene.person.post(scene.stages_path, **scene.shaping(**wanted | form))


def ask_deletion(scene: Scene, stage: Shown) -> requests.Response:
    """Open the dialog."""
    query = {"as_admin": "1"} if 'id="as-admin"' in scene.page else {}
    return scene.person.get(f"{scene.stages_path}/{stage.stage_id}/delete", **query)


def delete_stage(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """A stage with tasks, which go to the last one; dialog, agreement, every step."""
    # the second column of the planner holds a scrum task, which does not move
    stage = scene.columns[2 if scene.key == "me" else scene.full(2, but=len(scene.columns) - 1)]
    asked = ask_deletion(scene, stage)
    if "job_id" not in hidden(asked.text):
        return asked
    target = {"target_stage_id": scene.columns[-1].stage_id}
    path = f"{scene.stages_path}/{stage.stage_id}/delete"
    return finish(
        scene.person, scene.person.post(path, **scene.shaping(**hidden(asked.text) | target | form))
    )


class Answer(Protocol):
    """What `requests` and the test client of Flask have in common."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...


A = TypeVar("A", bound=Answer)


class Asker(Protocol[A]):
    """Whoever posts to the app: over the network, or within one process."""

    def post(self, path: str, /) -> A: ...


def finish(person: Asker[A], answer: A) -> A:
    """Ask for the steps of a job until it is over or fails."""
    for _ in range(STEPS):
        step = STEP.search(answer.text)
        if answer.status_code != 200 or not step:
            return answer
        answer = person.post(step[1])
    raise AssertionError("the job never ended")


# --- cards ---
def _around(cards: tuple[int, ...], index: int) -> tuple[int, int]:
    """The cards below and above the one at `index`, 0 for none."""
    row = (0, *cards, 0)
    return row[index + 2], row[index]


Where = tuple[int, int]
"""Index of a column, and of a card in it."""


def _move(scene: Scene, source: Where, target: Where, form: dict[str, Any]) -> requests.Response:
    """A card to where it will be in the target column, with its neighbours before and after."""
    column, goal = scene.columns[source[0]], scene.columns[target[0]]
    card = column.cards[source[1]]
    below, above = _around(column.cards, source[1])
    rest = [one for one in goal.cards if one != card]
    rest.insert(target[1], card)
    before, after = _around(tuple(rest), target[1])
    moved = {"stage_id": goal.stage_id, "before": before, "after": after}
    was = {"was_stage": column.stage_id, "was_before": below, "was_after": above}
    return scene.person.post(f"/boards/{scene.key}/cards/{card}/move", **moved | was | form)


def move_card(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """A middle card to below the first card of another column."""
    source = scene.full(3)
    return _move(scene, (source, 1), (scene.full(1, but=source), 1), form)


def move_top_card(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """The first card of a column to the top of the first column."""
    return _move(scene, (scene.full(2), 0), (0, 0), form)


def move_card_within(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """The last card of a column to its top."""
    source = scene.full(3)
    return _move(scene, (source, len(scene.columns[source].cards) - 1), (source, 0), form)


def _bulk(scene: Scene, task_ids: list[int], **form: Any) -> requests.Response:
    return scene.person.post(f"/boards/{scene.key}/cards/bulk", task_ids=task_ids, **form)


def move_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """Two cards of one column to the last or the first column."""
    source = scene.full(3)
    target = scene.columns[0 if source == len(scene.columns) - 1 else -1]
    cards = scene.columns[source].cards
    stage = scene.columns[source].stage_id
    spots = [(card, *_around(cards, index), stage) for index, card in enumerate(cards[:2])]
    was = ",".join(":".join(map(str, spot)) for spot in spots)
    wanted = {"action": "move", "stage_id": target.stage_id, "was": was}
    return _bulk(scene, list(cards[:2]), **wanted | form)


def _some(scene: Scene) -> list[int]:
    return list(scene.columns[scene.full(3)].cards[:3])


def tag_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    cards = _some(scene)
    shown = json.dumps({str(card): _shown_tags(scene, card) for card in cards})
    return _bulk(scene, cards, **{"action": "tag", "tag": "ünïque & new", "tags": shown} | form)


def _shown_tags(scene: Scene, card: int) -> list[str]:
    part = scene.page[scene.page.index(f'id="task-{card}"') :].partition("</li>")[0]
    return [html.unescape(one) for one in TAG.findall(part)]


def set_deadline_of_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    wanted = {"action": "deadline", "deadline": "2031-02-03T04:05", "utc_offset": "+02:00"}
    return _bulk(scene, _some(scene), **wanted | form)


def clear_deadline_of_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _bulk(scene, _some(scene), **{"action": "deadline", "deadline": ""} | form)


def set_priority_of_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _bulk(scene, _some(scene), **{"action": "priority", "priority": 2} | form)


def hand_on_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    wanted = {"action": "responsible", "responsible_id": scene.portal.user("moderator")}
    return _bulk(scene, _some(scene), **wanted | form)


def complete_cards(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _bulk(scene, _reversible(scene)[:2], **{"action": "complete"} | form)


# --- one task ---
def _reversible(scene: Scene) -> list[int]:
    """Tasks on the page that are not started yet: from there every action has a way back.

    Whoever tries again tries the same ones, until the page is loaded anew.
    """
    if scene.chosen:
        return scene.chosen
    shown = {card for column in scene.columns for card in column.cards}
    found = scene.portal.act(
        "admin", "tasks.task.list",
        filter={"GROUP_ID": scene.group_id, "REAL_STATUS": 2}, select=["ID", "TASK_CONTROL"],
    )["tasks"]  # fmt: skip
    free = [int(one["id"]) for one in found if one.get("taskControl") != "Y"]
    scene.chosen = [one for one in free if one in shown]
    return scene.chosen


def save(scene: Scene, task_id: int, **typed: Any) -> requests.Response:
    """Open the drawer, type, save."""
    drawer = scene.person.get(f"/tasks/{task_id}", board=scene.key)
    if drawer.status_code != 200:
        return drawer
    return scene.person.post(f"/tasks/{task_id}", **hidden(drawer.text) | {"zone": "UTC"} | typed)


def _a_task(scene: Scene) -> int:
    return scene.columns[scene.full(2)].cards[0]


def edit_task(scene: Scene, form: dict[str, Any]) -> requests.Response:
    typed = {
        "title": "<i>New</i> title", "description": "One\nTwo [b]three[/b]", "deadline": "2031-05-06T07:08",
        "priority": "2", "tags": "one, <two>",
    }  # fmt: skip
    return save(scene, _a_task(scene), **typed | form)


def clear_fields(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """A task that has them loses deadline, description and tags."""
    rows = scene.portal.act(
        "admin", "tasks.task.list",
        filter={"GROUP_ID": scene.group_id, "!DEADLINE": "", "REAL_STATUS": [2, 3]}, select=["ID", "TAGS"],
    )["tasks"]  # fmt: skip
    task_id = next(int(one["id"]) for one in rows if one.get("tags"))
    return save(scene, task_id, **{"deadline": "", "tags": "", "description": ""} | form)


def hand_on(scene: Scene, form: dict[str, Any]) -> requests.Response:
    task_id = _a_task(scene)
    me = scene.portal.act("admin", "tasks.task.get", taskId=task_id)["task"]["responsibleId"]
    other = next(one for one in scene.portal.people.values() if str(one) != me)
    return save(scene, task_id, **{"responsible_id": str(other)} | form)


def restage_task(scene: Scene, form: dict[str, Any]) -> requests.Response:
    """Another stage, chosen in the drawer."""
    source = scene.full(3)
    target = scene.columns[0 if source else -1].stage_id
    return save(scene, scene.columns[source].cards[1], **{"stage_id": str(target)} | form)


def _act(scene: Scene, task_id: int, action: str, form: dict[str, Any]) -> requests.Response:
    shown = {"board": scene.key, "seen_status": "2"}
    return scene.person.post(f"/tasks/{task_id}/{action}", **shown | form)


def complete_task(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _act(scene, _reversible(scene)[0], "complete", form)


def start_task(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _act(scene, _reversible(scene)[0], "start", form)


def defer_task(scene: Scene, form: dict[str, Any]) -> requests.Response:
    return _act(scene, _reversible(scene)[0], "defer", form)


DEEDS = [
    Deed("stage_move", move_stage, "task.stages.update", "shape", planner=True),
    Deed("stage_move_to_front", move_stage_to_front, "task.stages.update", "shape", planner=True),
    Deed("stage_move_first_away", move_first_stage, "task.stages.update", "shape", planner=True),
    Deed("stage_rename", rename_stage, "task.stages.update", "shape", planner=True),
    Deed("stage_recolor", recolor_stage, "task.stages.update", "shape", planner=True),
    Deed("stage_add", add_stage, "task.stages.add", "shape", planner=True),
    Deed("stage_add_at_front", add_stage_at_front, "task.stages.add", "shape", planner=True),
    # the dialog, the moves in portions of 50, the deletion; back: the addition with a look, the moves
    Deed("stage_delete", delete_stage, "task.stages.delete", "shape", costs=3, undo_costs=2, planner=True),
    Deed("card_move", move_card, "task.stages.movetask", "move", planner=True),
    Deed("card_move_to_top", move_top_card, "task.stages.movetask", "move", planner=True),
    Deed("card_move_within", move_card_within, "task.stages.movetask", "move", planner=True),
    Deed("cards_move", move_cards, "task.stages.movetask", "move", planner=True),
    Deed("cards_tag", tag_cards, "tasks.task.update", "task", sure=False),
    Deed("cards_deadline", set_deadline_of_cards, "tasks.task.update", "task", sure=False),
    Deed("cards_no_deadline", clear_deadline_of_cards, "tasks.task.update", "task", sure=False),
    Deed("cards_priority", set_priority_of_cards, "tasks.task.update", "task", sure=False),
    Deed("cards_responsible", hand_on_cards, "tasks.task.update", "task", sure=False),
    Deed("cards_complete", complete_cards, "tasks.task.complete", "task", sure=False),
    Deed("task_edit", edit_task, "tasks.task.update", "task", costs=2),
    Deed("task_clear", clear_fields, "tasks.task.update", "task", costs=2),
    Deed("task_hand_on", hand_on, "tasks.task.update", "task", costs=2),
    Deed("task_stage", restage_task, "task.stages.movetask", "move", costs=2, sure=False),
    Deed("task_complete", complete_task, "tasks.task.complete", "task"),
    Deed("task_start", start_task, "tasks.task.start", "task"),
    Deed("task_defer", defer_task, "tasks.task.defer", "task"),
]  # fmt: skip
"""`costs` of what is done in the drawer: opening it is one request, saving another."""

BY_NAME = {one.name: one for one in DEEDS}
