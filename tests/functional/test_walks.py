"""Random walks: many people's clicks, undo, other hands at the portal and failures, in any order.

After each step: what changed in the portal is in the journal. At the end the pages show what the portal has,
the marks of what was undone are right, and undoing everything, newest first, leads back to the start, but for
what somebody else changed at the portal itself.

`WALKS=1000 pytest tests/functional/test_walks.py` takes more walks than the usual run.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

import b24.client
from store.models import Job, JournalEntry, StageAlias
from tests.functional import deeds
from tests.functional.crm_page import CrmPage, portal_rows
from tests.functional.deeds import Scene, hidden
from tests.functional.ground import Ground, ground
from tests.functional.matrix import finished
from tests.functional.scrum_scene import LOADER, Team, group_called

WALKS = int(os.environ.get("WALKS", "8"))
STEPS = 40
"""The longest walk."""
DEALS = "DEAL_STAGE"
FINISHED = "5"
"""Such tasks a board does not show."""
COLORS = ("12AB9F", "FF0000", "00FF00", "3344DD")
NAMES = ("Next", "<b>Häuser</b> & 漢字", "Waiting", "$result[x]")

Press = Callable[[str], TestResponse]
Ready = tuple[str, Press] | None
"""The REST method that writes, and the click; None when the page offers nothing to click."""


ASTRAY: set[int] = set()
"""Items whose epic was gone before the walk: nobody can give that one back to them."""


class Yard:
    """Where all walks begin: the ground, and what was so at the start."""

    def __init__(self, ground: Ground, start: dict[tuple[Any, ...], Any]) -> None:
        self.ground, self.start = ground, start


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """The app waits no real time between its tries."""
    with pytest.MonkeyPatch.context() as patch, ground(tmp_path_factory.mktemp("walks")) as found:
        waited: list[float] = []
        patch.setitem(b24.client.Client.__init__.__kwdefaults__, "sleep", waited.append)
        patch.setitem(b24.client.Client.__init__.__kwdefaults__, "clock", lambda: time.time() + sum(waited))
        patch.setattr(found.flask.extensions["stagecraft"].transport, "_timeout", (5, 30))
        team_of(found)
        board_of(found)
        scrum = found.portal.scrum
        ASTRAY.update(one.task_id for one in scrum.items.values() if one.epic_id not in {0, *scrum.epics})
        yield Yard(found, facts(found))


# --- what people click: each takes three numbers that choose among what the page shows ---
def board_of(g: Ground) -> Scene:
    return Scene(g.tab("owner"), g.sandbox, f"g{g.sandbox.main_group_id}").look()  # type: ignore[arg-type]


def crm_of(g: Ground) -> CrmPage:
    return CrmPage.open(g.tab("crm_admin"), DEALS)  # type: ignore[arg-type]


def team_of(g: Ground) -> Team:
    group = group_called(g.sandbox, "Scrum team")
    return Team(g.tab("moderator"), g.sandbox, group).look()  # type: ignore[arg-type]


def move_stage(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    ids = [one.stage_id for one in scene.columns]
    stage = ids.pop(a % len(ids))
    form = scene.shaping(after_id=[0, *ids][b % (len(ids) + 1)])
    return "task.stages.update", _post(g, "owner", f"{scene.stages_path}/{stage}/move", form)


def rename_stage(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    stage = scene.columns[a % len(scene.columns)]
    form = scene.shaping(title=f"{NAMES[b % len(NAMES)]} {c % 5}", seen_title=stage.title)
    return "task.stages.update", _post(g, "owner", f"{scene.stages_path}/{stage.stage_id}/rename", form)


def recolor_stage(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    stage = scene.columns[a % len(scene.columns)]
    path = f"{scene.stages_path}/{stage.stage_id}/color"
    shown = hidden(g.tab("owner").get(path, color=stage.color).text)
    return "task.stages.update", _post(
        g, "owner", path, scene.shaping(**shown | {"color": COLORS[b % len(COLORS)]})
    )


def add_stage(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    if len(scene.columns) > 8:
        return None
    after = [0, *(one.stage_id for one in scene.columns)][a % (len(scene.columns) + 1)]
    form = scene.shaping(title=f"Fresh {b % 10}", color=COLORS[c % len(COLORS)], after_id=after)
    return "task.stages.add", _post(g, "owner", scene.stages_path, form)


def delete_stage(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    if len(scene.columns) < 3:
        return None
    stage = scene.columns[1 + a % (len(scene.columns) - 1)].stage_id
    rest = [one.stage_id for one in scene.columns if one.stage_id != stage]
    path = f"{scene.stages_path}/{stage}/delete"
    asked = hidden(g.tab("owner").get(path).text)
    if "job_id" not in asked:
        return None
    form = scene.shaping(**asked, target_stage_id=rest[b % len(rest)])
    form.pop("request_key", None)
    return "task.stages.delete", _post(g, "owner", path, form)


def move_card(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    full = [index for index, one in enumerate(scene.columns) if one.cards]
    source = full[a % len(full)]
    card = b % len(scene.columns[source].cards)
    target = (a // 7) % len(scene.columns)
    room = [one for one in scene.columns[target].cards if one != scene.columns[source].cards[card]]
    spot = c % (len(room) + 1)
    return "task.stages.movetask", lambda key: deeds._move(  # type: ignore[return-value]
        scene, (source, card), (target, spot), {"request_key": key}
    )


def move_cards(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    full = [one for one in scene.columns if len(one.cards) > 1]
    if not full:
        return None
    source = full[a % len(full)]
    others = [one for one in scene.columns if one is not source]
    first = b % (len(source.cards) - 1)
    chosen = source.cards[first : first + 2 + b % 2]
    spots = [(*deeds._around(source.cards, source.cards.index(one)), source.stage_id) for one in chosen]
    was = ",".join(":".join(map(str, (card, *spot))) for card, spot in zip(chosen, spots, strict=True))
    target = others[c % len(others)].stage_id
    form = {"action": "move", "stage_id": target, "was": was, "task_ids": list(chosen)}
    return "task.stages.movetask", _post(g, "owner", f"/boards/{scene.key}/cards/bulk", form)


def prioritize(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    cards = [card for one in scene.columns for card in one.cards]
    form = {"action": "priority", "priority": b % 3, "task_ids": cards[a % len(cards) :][:3]}
    return "tasks.task.update", _post(g, "owner", f"/boards/{scene.key}/cards/bulk", form)


def edit_task(g: Ground, a: int, b: int, c: int) -> Ready:
    scene = board_of(g)
    cards = [card for one in scene.columns for card in one.cards]
    path = f"/tasks/{cards[a % len(cards)]}"
    drawer = g.tab("owner").get(path, board=scene.key)
    form = hidden(drawer.text) | {"zone": "UTC", "title": f"{NAMES[b % len(NAMES)]} {c % 5}"}
    form.pop("request_key", None)
    return "tasks.task.update", _post(g, "owner", path, form)


def rename_row(g: Ground, a: int, b: int, c: int) -> Ready:
    page = crm_of(g)
    row = page.rows[a % len(page.rows)]
    form = {"title": f"{NAMES[b % len(NAMES)]} {c % 5}", "seen_title": row[2], "seen": page.seen}
    return "crm.status.update", _post(g, "crm_admin", f"/crm/{DEALS}/stages/{row[0]}/rename", form)


def recolor_row(g: Ground, a: int, b: int, c: int) -> Ready:
    page = crm_of(g)
    form = {"color": "#" + COLORS[b % len(COLORS)], "seen": page.seen}
    path = f"/crm/{DEALS}/stages/{page.ids[a % len(page.ids)]}/color"
    return "crm.status.update", _post(g, "crm_admin", path, form)


def order_rows(g: Ground, a: int, b: int, c: int) -> Ready:
    page = crm_of(g)
    process = [one[0] for one in page.rows if one[5] == ""]
    moved = process.pop(1 + a % (len(process) - 1))
    process.insert(1 + b % len(process), moved)
    rest = [one for one in page.ids if one not in process]
    form = {"order": ",".join(map(str, [*process, *rest])), "seen": page.seen}
    return "crm.status.update", _post(g, "crm_admin", f"/crm/{DEALS}/order", form)


def add_row(g: Ground, a: int, b: int, c: int) -> Ready:
    page = crm_of(g)
    process = [one[0] for one in page.rows if one[5] == ""]
    if len(process) > 9:
        return None
    form = {"title": f"Fresh {uuid.UUID(int=a).hex[-6:]} {b % 9}", "color": "#abcdef", "semantic": "process"}
    after = process[c % len(process)]
    return "crm.status.add", _post(
        g, "crm_admin", f"/crm/{DEALS}/stages", form | {"after_id": after, "seen": page.seen}
    )


def delete_row(g: Ground, a: int, b: int, c: int) -> Ready:
    page = crm_of(g)
    free = [one for one in page.rows[1:] if one[5] == "" and not one[6]]
    if not free:
        return None
    row = free[a % len(free)][0]
    path = f"/crm/{DEALS}/stages/{row}/delete"
    rest = [one for one in page.ids if one != row]
    form = hidden(g.tab("crm_admin").get(path).text)
    form.pop("request_key", None)
    form |= {"target_stage_id": rest[b % len(rest)], "seen": page.seen}
    return "crm.status.delete", _post(g, "crm_admin", path, form)


def set_points(g: Ground, a: int, b: int, c: int) -> Ready:
    team = team_of(g)
    known = [one.task_id for one in team.items if one.points is not None]
    wanted = {one: str(b % 13) for one in known[a % len(known) :][: 1 + c % 3]}
    return "tasks.api.scrum.task.update", lambda key: team.set_points(wanted, request_key=key)  # type: ignore[return-value]


def move_item(g: Ground, a: int, b: int, c: int) -> Ready:
    team = team_of(g)
    items = team.items
    item = items[a % len(items)].task_id
    target = [*team.lists][b % len(team.lists)]
    room = [0, *(one.task_id for one in team.lists[target] if one.task_id != item)]
    after = room[c % len(room)]
    return "tasks.api.scrum.task.update", lambda key: team.move([item], target, after, request_key=key)  # type: ignore[return-value]


def set_epic(g: Ground, a: int, b: int, c: int) -> Ready:
    team = team_of(g)
    chosen = [one.task_id for one in team.items][a % len(team.items) :][:3]
    epic = [0, *team.epic_ids][b % (1 + len(team.epic_ids))]
    form = {"action": "epic", "epic_id": epic, "task_ids": chosen, "seen": team.seen(chosen)}
    return "tasks.api.scrum.task.update", _post(g, "moderator", f"{team.path}/cards/bulk", form)


def add_epic(g: Ground, a: int, b: int, c: int) -> Ready:
    form = {"name": f"Epic {b % 7}", "color": COLORS[c % len(COLORS)]}
    return "tasks.api.scrum.epic.add", _post(g, "moderator", f"{team_of(g).path}/epics", form)


def _post(g: Ground, who: str, path: str, form: dict[str, Any]) -> Press:
    tab = g.tab(who)
    return lambda key: finished(tab, tab.post(path, **form | {"request_key": key}))


ACTIONS: list[Callable[[Ground, int, int, int], Ready]] = [
    move_stage, rename_stage, recolor_stage, add_stage, delete_stage, move_card, move_cards, prioritize,
    edit_task, rename_row, recolor_row, order_rows, add_row, delete_row, set_points, move_item, set_epic,
    add_epic,
]  # fmt: skip

FAULTS: list[dict[str, Any]] = [
    {"kind": "drop_before", "times": 1},
    {"kind": "drop_after", "times": 1},
    {"kind": "half_answer", "times": 1},
    {"kind": "html", "status": 500, "done": True, "times": 1},
    {"kind": "drop_before", "times": None},
    {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED", "description": "", "times": None},
    {"kind": "error", "status": 500, "code": "INTERNAL_SERVER_ERROR", "description": "", "times": None},
]


# --- what others do at the portal itself; each answers what it touched ---
def other_renames(g: Ground, a: int, b: int) -> tuple[Any, ...]:
    stage = _stage(g, a)
    g.sandbox.act("admin", "task.stages.update", id=stage, fields={"TITLE": f"Theirs {b % 50}"}, isAdmin=True)
    return ("title", stage)


def other_recolors(g: Ground, a: int, b: int) -> tuple[Any, ...]:
    stage = _stage(g, a)
    fields = {"COLOR": f"{b % 0xFFFFFF:06X}"}
    g.sandbox.act("admin", "task.stages.update", id=stage, fields=fields, isAdmin=True)
    return ("color", stage)


def other_edits(g: Ground, a: int, b: int) -> tuple[Any, ...]:
    rows = g.sandbox.act(
        "admin", "tasks.task.list", filter={"GROUP_ID": g.sandbox.main_group_id}, select=["ID"]
    )
    task = rows["tasks"][a % len(rows["tasks"])]["id"]
    g.sandbox.act("admin", "tasks.task.update", taskId=task, fields={"TITLE": f"Theirs {b % 50}"})
    return ("task title", int(task))


def other_names_row(g: Ground, a: int, b: int) -> tuple[Any, ...]:
    rows = portal_rows(g.sandbox, DEALS)
    row = rows[a % len(rows)]
    g.sandbox.act("admin", "crm.status.update", id=row["ID"], fields={"NAME": f"Theirs {b % 50}"})
    return ("name", row["STATUS_ID"])


def other_estimates(g: Ground, a: int, b: int) -> tuple[Any, ...]:
    items = team_of(g).items
    task = items[a % len(items)].task_id
    g.sandbox.act(
        "moderator", "tasks.api.scrum.task.update", id=task, fields={"storyPoints": str(20 + b % 9)}
    )
    return ("points", task)


def _stage(g: Ground, a: int) -> int:
    rows = g.sandbox.act("admin", "task.stages.get", entityId=g.sandbox.main_group_id, numeric=1)
    return int(rows[a % len(rows)]["ID"])


OTHERS = [other_renames, other_recolors, other_edits, other_names_row, other_estimates]


# --- the truth ---
def facts(g: Ground) -> dict[tuple[Any, ...], Any]:
    """All that the walk can change, one by one; columns by their places, as a restored one has another id."""
    scene = Scene(g.tab("owner"), g.sandbox, f"g{g.sandbox.main_group_id}")  # type: ignore[arg-type]
    found: dict[tuple[Any, ...], Any] = {}
    for place, stage in enumerate(scene.stages()):
        found["title", place], found["color", place] = stage["TITLE"], stage["COLOR"]
        rows = [*scene._rows(stage["ID"], place == 0)]
        found["cards", place] = [int(one["id"]) for one in rows]
        for row in rows:
            found["task title", int(row["id"])] = row["title"]
            found["task", int(row["id"])] = [
                value for key, value in row.items() if key in ("priority", "status")
            ]
    rows = portal_rows(g.sandbox, DEALS)
    found["rows",] = [row["STATUS_ID"] for row in rows]
    for row in rows:
        found["name", row["STATUS_ID"]], found["look", row["STATUS_ID"]] = row["NAME"], row["COLOR"].lower()
    team = group_called(g.sandbox, "Scrum team")
    for task, item in Team(g.tab("moderator"), g.sandbox, team).picture().items():  # type: ignore[arg-type]
        entity, points, epic, _place = item
        found["points", task], found["item", task] = points, (entity, 0 if task in ASTRAY else epic)
    epics = g.sandbox.act("moderator", "tasks.api.scrum.epic.list", filter={"GROUP_ID": team})
    found["epics",] = sorted((one["name"], one["color"]) for one in epics if int(one["groupId"]) == team)
    return found


def journal(g: Ground) -> dict[int, int | None]:
    """Each entry, oldest first, and by which one it was undone."""
    query = sa.select(JournalEntry.id, JournalEntry.undone_by).order_by(JournalEntry.id)
    with g.db.looking() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def now_called(g: Ground, stage: int) -> int:
    """The id a stage has after having been deleted and restored, perhaps often."""
    with g.db.looking() as connection:
        rows = connection.execute(sa.select(StageAlias.old_id, StageAlias.new_id)).all()
    names = {row[0]: row[1] for row in rows}
    for _ in names:
        stage = names.get(stage, stage)
    return stage


# --- the walk ---
@dataclass
class Walk:
    g: Ground
    start: dict[tuple[Any, ...], Any]
    undone: dict[int, int] = field(default_factory=dict)
    touched: set[tuple[Any, ...]] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    def act(self, name: int, a: int, b: int, c: int, fault: int) -> None:
        action = ACTIONS[name % len(ACTIONS)]
        ready = action(self.g, a, b, c)
        if ready is None:
            return
        method, press = ready
        sure = action is not prioritize  # its page does not show what was before, and says so when it is lost
        order = FAULTS[fault] if sure and fault < len(FAULTS) else None
        self.log.append(f"{action.__name__} {a} {b} {c} {order}")
        self._checked(lambda: self._clicks(method, press, order))

    def _clicks(self, method: str, press: Press, order: dict[str, Any] | None) -> TestResponse:
        """Whoever sees a failure clicks again when it is over."""
        key = uuid.uuid4().hex
        if order:
            self.g.sandbox.fault(method, **order)
        answer = press(key)
        self.g.sandbox.delete("faults")
        if answer.status_code >= 500:
            answer = press(key)
        return answer

    def _checked(self, click: Callable[[], TestResponse]) -> TestResponse:
        """The portal has changed exactly if the journal says so."""
        before, said = self.g.boards(), journal(self.g)
        answer = click()
        fresh = [one for one in journal(self.g) if one not in said]
        self.log[-1] += f" -> {answer.status_code} {fresh}"
        assert answer.status_code in (200, 403, 404, 409, 422), (self.log, answer.text[:900])
        changed = self.g.boards() != before
        assert len(fresh) <= 1, self.log
        assert changed <= bool(fresh), ("changed and not written down", self.log, answer.text[:900])
        assert not fresh or answer.status_code == 200, (self.log, answer.text[:900])
        return answer

    def undo(self, entry: int) -> bool:
        """Whether it took the entry back; the journal must say the same."""
        said = journal(self.g)
        who = self._author(entry)
        self.log.append(f"undo {entry}")
        answer = self._checked(
            lambda: finished(self.g.tab(who), self.g.tab(who).post(f"/journal/{entry}/undo"))
        )
        fresh = [one for one in journal(self.g) if one not in said]
        done = answer.status_code == 200 and bool(fresh)
        if done and said[entry] is None:
            self.undone[entry] = fresh[0]
        elif not done:
            self.refused.append(f"{entry}: {answer.status_code} {answer.text[100:220]}")
        return done

    def _author(self, entry: int) -> str:
        with self.g.db.looking() as connection:
            query = sa.select(JournalEntry.user_id).where(JournalEntry.id == entry)
            user = connection.scalar(query)
        return next(who for who in self.g.tabs if self.g.sandbox.user(who) == user)

    def other(self, name: int, a: int, b: int) -> None:
        other = OTHERS[name % len(OTHERS)]
        self.touched.add(other(self.g, a, b))
        self.log.append(f"{other.__name__} {a} {b}")

    def undo_all(self) -> None:
        """Newest first, so that each finds the portal as it left it."""
        for entry in reversed(journal(self.g)):
            said, tip, effective = journal(self.g), entry, True
            while (by := said[tip]) is not None:
                tip, effective = by or self.undone.get(tip, 0), not effective
                assert tip in said, ("marked as undone, and nothing undid it", self.refused, self.log)
            if effective:
                self.undo(tip)

    def compare(self, *, exactly: bool) -> None:
        """Everything is as at the start, but for what others touched.

        Not `exactly`: where a card stands in its column may differ. After a lost answer only what the page
        showed is known of that, and others' columns and cards shift the neighbours it was noted by.
        """
        rows = Scene(self.g.tab("owner"), self.g.sandbox, f"g{self.g.sandbox.main_group_id}").stages()  # type: ignore[arg-type]
        places = {int(one["ID"]): place for place, one in enumerate(rows)}
        touched = {
            (kind, places.get(now_called(self.g, key))) if kind in ("title", "color") else (kind, key)
            for kind, key in self.touched
        }
        now = facts(self.g)
        loosely = (lambda one: one) if exactly else _any_order
        unlike = {
            key: (self.start.get(key), now.get(key))
            for key in self.start.keys() | now.keys()
            if loosely(self.start.get(key)) != loosely(now.get(key)) and key not in touched
        }
        assert not unlike, "\n".join([repr(unlike), *self.refused, *self.log])

    def agree(self) -> None:
        """The pages show what the portal has; the journal says what was undone, and by what."""
        scene = board_of(self.g)
        rows = scene.stages()
        assert [one.stage_id for one in scene.columns] == [int(one["ID"]) for one in rows]
        for place, (shown, row) in enumerate(zip(scene.columns, rows, strict=True)):
            held = scene._rows(row["ID"], place == 0)
            cards = [int(one["id"]) for one in held if one["status"] != FINISHED]
            assert (shown.title, shown.color, list(shown.cards)) == (row["TITLE"], row["COLOR"], cards), (
                self.log
            )
        kept = [(int(one["ID"]), one["NAME"]) for one in portal_rows(self.g.sandbox, DEALS)]
        assert [(one[0], one[2]) for one in crm_of(self.g).rows] == kept, self.log
        team = team_of(self.g)
        truth = team.picture()
        loading = {
            int(one) for ids in LOADER.findall(team.page) for one in re.findall(r"\d+", ids.split("=")[1])
        }
        for item in team.items:  # what is only remembered is shown at once and corrected a moment later
            if item.points is not None and item.task_id not in loading:
                entity, points, epic, _place = truth[item.task_id]
                assert (item.entity_id, item.points, item.epic_id) == (int(entity), points, int(epic)), (
                    self.log
                )
        said = journal(self.g)
        marked = {one: by or self.undone.get(one) for one, by in said.items() if by is not None}
        assert marked == self.undone, self.log


def _any_order(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, list) else value


def begin(yard: Yard) -> Walk:
    """The portal as at the start, and nothing in the journal."""
    g = yard.ground
    g.sandbox.delete("faults")
    g.restore()
    with g.db.writing() as connection:
        for model in (JournalEntry, StageAlias, Job):
            connection.execute(sa.delete(model))
    return Walk(g, yard.start)


number = st.integers(0, 10_000)
NO_FAULT = len(FAULTS)


def click(fault: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just("act"), st.integers(0, len(ACTIONS) - 1), number, number, number, fault)


smooth, rough = click(st.just(NO_FAULT)), click(st.integers(0, 2 * NO_FAULT))
back = st.tuples(st.just("undo"), st.just(0))
theirs = st.tuples(st.just("other"), st.integers(0, len(OTHERS) - 1), number, number)
# A failing walk says what it did; making it shorter would take longer than reading it.
limits = settings(max_examples=WALKS, suppress_health_check=[*HealthCheck], phases=[Phase.generate])


def walked(*kinds: st.SearchStrategy[tuple[Any, ...]]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    return st.lists(st.one_of(*kinds), min_size=STEPS // 2, max_size=STEPS)


def take(walk: Walk, steps: list[tuple[Any, ...]], *, exactly: bool) -> None:
    for kind, *numbers in steps:
        if kind == "act":
            walk.act(*numbers)
        elif kind == "other":
            walk.other(*numbers)
        else:
            free = [one for one, by in journal(walk.g).items() if by is None]
            if free:
                walk.undo(free[-1 - numbers[0] % len(free)])
    walk.agree()
    walk.undo_all()
    walk.compare(exactly=exactly)
    walk.agree()


@limits
@given(steps=walked(smooth, smooth, smooth, back))
def test_undoing_all_leads_back_to_the_start(yard: Yard, steps: list[tuple[Any, ...]]) -> None:
    take(begin(yard), steps, exactly=True)


@limits
@given(steps=walked(rough, rough, rough, back))
def test_whatever_fails_on_the_way(yard: Yard, steps: list[tuple[Any, ...]]) -> None:
    take(begin(yard), steps, exactly=False)


@limits
@given(steps=walked(rough, rough, theirs, back))
def test_what_others_changed_stays_and_the_rest_leads_back(yard: Yard, steps: list[tuple[Any, ...]]) -> None:
    take(begin(yard), steps, exactly=False)
