"""Every address that writes to the portal, as one deed each; and every kind of failure.

`DEEDS` is held to the app's URL map: an address that writes and has no deed here fails a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.functional import actions as of_boards
from tests.functional.actions import Scene, hidden
from tests.functional.crm.page import CrmPage
from tests.functional.in_process import InProcessApp, Tab
from tests.functional.scrum.scene import Team, group_called

Press = Callable[[str], TestResponse]
"""Do it, with this request key."""
DEALS = "DEAL_STAGE"
SILENCE = 20
"""Seconds, or until the failures are over: far longer than the app here waits (`in_process.PATIENCE`)."""
SPRINT = "/boards/<key>/scrum/sprints/<int:sprint_id>"


@dataclass(frozen=True)
class Deed:
    """`rule` is the address as the URL map has it, `writes` the REST method that changes something.

    `prepare` looks at the pages a person would have before them, and answers what their click does. A deed
    in several `steps` may stop between them; what is done then stays done, and the next click goes on.
    """

    rule: str
    writes: str
    prepare: Callable[[InProcessApp], Press]
    section: str
    steps: bool = False
    looks: bool = False
    """After a lost answer it looks whether it has happened, and says so (409) when it has not."""

    def __str__(self) -> str:
        return self.rule.replace("<", "").replace(">", "")


# --- boards and tasks: the deeds that other tests go through as well ---
def _board(name: str) -> Callable[[InProcessApp], Press]:
    deed = of_boards.BY_NAME[name]

    def prepare(g: InProcessApp) -> Press:
        scene = Scene(g.tab("owner"), g.sandbox, f"g{g.sandbox.main_group_id}").look()  # type: ignore[arg-type]
        return lambda key: deed.do(scene, {"request_key": key})  # type: ignore[return-value]

    return prepare


def _delete_stage(g: InProcessApp) -> Press:
    scene = Scene(g.tab("owner"), g.sandbox, f"g{g.sandbox.main_group_id}").look()  # type: ignore[arg-type]
    stage = scene.columns[scene.full(2, but=len(scene.columns) - 1)]
    path = f"{scene.stages_path}/{stage.stage_id}/delete"
    wanted = {"target_stage_id": scene.columns[-1].stage_id}
    return _after_asking(
        g.tab("owner"),
        path,
        lambda form: g.tab("owner").post(path, **scene.shaping(**form | wanted)),
    )


def _edit_task(g: InProcessApp) -> Press:
    scene = Scene(g.tab("owner"), g.sandbox, f"g{g.sandbox.main_group_id}").look()  # type: ignore[arg-type]
    path = f"/tasks/{scene.columns[scene.full(2)].cards[0]}"
    typed = {"zone": "UTC", "title": "<i>New</i> title", "deadline": "2031-05-06T07:08", "tags": "one, <two>"}
    return _after_asking(
        g.tab("owner"), f"{path}?board={scene.key}", lambda form: g.tab("owner").post(path, **form | typed)
    )


def _undo(g: InProcessApp) -> Press:
    """A renamed stage gets its name back."""
    scene = Scene(g.tab("owner"), g.sandbox, f"g{g.sandbox.main_group_id}").look()  # type: ignore[arg-type]
    done = of_boards.BY_NAME["stage_rename"](scene)
    address = of_boards.undo_address(done)
    return lambda key: g.tab("owner").post(address, request_key=key)


# --- the CRM ---
def _page(g: InProcessApp, entity_id: str = DEALS) -> CrmPage:
    return CrmPage.open(g.tab("crm_admin"), entity_id)  # type: ignore[arg-type]


def _crm(
    path: Callable[[CrmPage], str], form: Callable[[CrmPage], dict[str, Any]]
) -> Callable[[InProcessApp], Press]:
    def prepare(g: InProcessApp) -> Press:
        page = _page(g)
        return lambda key: page.post(path(page), **form(page) | {"request_key": key})  # type: ignore[return-value]

    return prepare


def _dialog(g: InProcessApp, what: str, entity_id: str = DEALS) -> dict[str, Any]:
    return hidden(g.tab("crm_admin").get(f"/crm/{entity_id}/{what}").text)


def _paint(g: InProcessApp) -> Press:
    page, form = _page(g), _dialog(g, "colors") | {"targets": DEALS, "palette": "berry", "finals": "1"}
    return lambda key: page.post("/colors", **form | {"request_key": key})  # type: ignore[return-value]


def _copy(g: InProcessApp) -> Press:
    """Names of the first pipeline to the second, one of which is another."""
    rows = g.sandbox.act("admin", "crm.status.list")
    target = next(one for one in sorted({row["ENTITY_ID"] for row in rows}) if one.startswith("DEAL_STAGE_"))
    second = next(row for row in rows if row["ENTITY_ID"] == target and not row.get("SEMANTICS"))
    g.sandbox.act(
        "admin", "crm.status.update", id=second["ID"], fields={"NAME": "Unlike", "COLOR": "#123456"}
    )
    page = _page(g, target)
    form = _dialog(g, "copy", target) | {
        "targets": target,
        "source": DEALS,
        "what": ["colors", "names", "order"],
    }
    return lambda key: page.post("/copy", **form | {"request_key": key})  # type: ignore[return-value]


def _delete_crm(g: InProcessApp) -> Press:
    page, tab = _page(g), g.tab("crm_admin")
    row = next(one for one in page.rows if one[5] == "" and not one[6] and one != page.rows[0])

    path = f"/stages/{row[0]}/delete"
    return _after_asking(
        tab,
        f"/crm/{DEALS}{path}",
        lambda form: page.post(path, **form | {"target_stage_id": page.ids[0]}),  # type: ignore[arg-type, return-value]
    )


# --- scrum ---
def _team(g: InProcessApp, name: str = "Scrum team") -> Team:
    team = Team(g.tab("moderator"), g.sandbox, group_called(g.sandbox, name))  # type: ignore[arg-type]
    return team.look()


def _scrum(
    path: Callable[[Team], str], form: Callable[[Team], dict[str, Any]]
) -> Callable[[InProcessApp], Press]:
    def prepare(g: InProcessApp) -> Press:
        team = _team(g)
        address, fields = path(team), form(team)
        return lambda key: team.post(address, **fields | {"request_key": key})  # type: ignore[return-value]

    return prepare


def _move_item(g: InProcessApp) -> Press:
    team = _team(g)
    item = team.lists[team.backlog_id][0].task_id
    return lambda key: team.move([item], team.sprint_ids[0], request_key=key)  # type: ignore[return-value]


def _points(g: InProcessApp) -> Press:
    team = _team(g)
    wanted = {one.task_id: "55" for one in team.items[:3]}
    return lambda key: team.set_points(wanted, request_key=key)  # type: ignore[return-value]


def _records(g: InProcessApp) -> Press:
    """A task of a project that has just become a team is put into its backlog."""
    team = Team(g.tab("moderator"), g.sandbox, g.sandbox.main_group_id)  # type: ignore[arg-type]
    assert team.post("/backlog").status_code == 200
    team.look()
    found = g.sandbox.act("owner", "tasks.task.list", filter={"GROUP_ID": team.group_id}, select=["ID"])
    form = {"task_ids": [int(found["tasks"][0]["id"])], "entity_id": team.backlog_id}
    return lambda key: team.post("/records", **form | {"request_key": key})  # type: ignore[return-value]


def _backlog(g: InProcessApp) -> Press:
    team = Team(g.tab("moderator"), g.sandbox, g.sandbox.main_group_id)  # type: ignore[arg-type]
    return lambda key: team.post("/backlog", request_key=key)  # type: ignore[return-value]


def _epic_of_items(team: Team) -> dict[str, Any]:
    chosen = [one.task_id for one in team.items[:3]]
    return {"action": "epic", "epic_id": team.epic_ids[0], "task_ids": chosen, "seen": team.seen(chosen)}


def _edited_epic(g: InProcessApp) -> Press:
    team = _team(g)
    epic = team.epic_ids[0]
    form = hidden(team.person.get(f"{team.path}/epics/{epic}/edit").text)
    fields = form | {"name": "New name", "color": form["seen_color"]}
    return lambda key: team.post(f"/epics/{epic}", **fields | {"request_key": key})  # type: ignore[return-value]


def _asked(address: Callable[[Team], str], **form: Any) -> Callable[[InProcessApp], Press]:
    """What a dialog asks about first."""

    def prepare(g: InProcessApp) -> Press:
        team = _team(g)
        path = address(team)
        return _after_asking(
            team.person,  # type: ignore[arg-type]
            team.path + path,
            lambda fields: team.post(path, **fields | form),  # type: ignore[return-value]
        )

    return prepare


def _after_asking(tab: Tab, address: str, agree: Callable[[dict[str, Any]], TestResponse]) -> Press:
    """The dialog is opened once for each key; a second click with the key is one in the same dialog."""
    opened: dict[str, dict[str, Any]] = {}

    def press(key: str) -> TestResponse:
        if key not in opened:
            asked = tab.get(address)
            if asked.status_code != 200:
                return asked
            opened[key] = {"request_key": key} | hidden(asked.text)
        return of_boards.finish(tab, agree(opened[key]))

    return press


def _edited_sprint(g: InProcessApp) -> Press:
    team = _team(g)
    sprint = team.sprint_ids[1]
    wanted = {"=GROUP_ID": team.group_id, "=ENTITY_TYPE": "sprint"}
    rows = g.sandbox.act("member", "tasks.api.scrum.sprint.list", filter=wanted)
    row = next(one for one in rows if int(one["id"]) == sprint)
    shown = {"name": row["name"], "start": row["dateStart"], "end": row["dateEnd"]}
    form = hidden(team.person.get(f"{team.path}/sprints/{sprint}/edit", **shown).text)
    fields = form | {"name": "Renamed", "start": row["dateStart"][:10], "end": row["dateEnd"][:10]}
    return lambda key: team.post(f"/sprints/{sprint}", **fields | {"request_key": key})  # type: ignore[return-value]


def _start(g: InProcessApp) -> Press:
    team = _team(g)
    assert team.post(f"/sprints/{team.sprint_ids[0]}/complete").status_code == 200
    return lambda key: team.post(f"/sprints/{team.sprint_ids[1]}/start", request_key=key)  # type: ignore[return-value]


@dataclass
class Lanes:
    """The board of the active sprint: columns left to right with their cards."""

    team: Team
    sprint_id: int
    cards: dict[int, list[int]]

    @property
    def ids(self) -> list[int]:
        return list(self.cards)


def _lanes(g: InProcessApp) -> Lanes:
    from tests.functional.scrum.test_scrum_sprints import board

    team = _team(g)
    return Lanes(team, team.sprint_ids[0], board(team, team.sprint_ids[0]))


def _lane(
    path: Callable[[Lanes], str], form: Callable[[Lanes], dict[str, Any]]
) -> Callable[[InProcessApp], Press]:
    def prepare(g: InProcessApp) -> Press:
        lanes = _lanes(g)
        address = f"/sprints/{lanes.sprint_id}{path(lanes)}"
        fields = {"seen": ",".join(map(str, lanes.ids))} | form(lanes)
        return lambda key: lanes.team.post(address, **fields | {"request_key": key})  # type: ignore[return-value]

    return prepare


def _two(lanes: Lanes) -> list[int]:
    return lanes.cards[lanes.ids[0]][:2]


def _astray(lanes: Lanes) -> dict[str, Any]:
    shown = {card for cards in lanes.cards.values() for card in cards}
    items = [one.task_id for one in lanes.team.lists[lanes.sprint_id]]
    return {"task_ids": [one for one in items if one not in shown]}


def _delete_lane(g: InProcessApp) -> Press:
    lanes = _lanes(g)
    path = f"/sprints/{lanes.sprint_id}/stages/{lanes.ids[1]}/delete"

    wanted = {"target_stage_id": lanes.ids[0]}
    return _after_asking(
        lanes.team.person,  # type: ignore[arg-type]
        lanes.team.path + path,
        lambda form: lanes.team.post(path, **form | wanted),  # type: ignore[return-value]
    )


BOARD, CARDS, TASKS, CRM, SCRUM, SPRINTS = "stages", "cards", "tasks", "CRM", "scrum", "sprint board"
MOVE, STAGE = "task.stages.movetask", "task.stages.update"
STATUS, ITEM, KANBAN = "crm.status.update", "tasks.api.scrum.task.update", "tasks.api.scrum.kanban"

DEEDS = [
    Deed("/boards/<key>/stages", "task.stages.add", _board("stage_add"), BOARD),
    Deed("/boards/<key>/stages/<int:stage_id>/color", STAGE, _board("stage_recolor"), BOARD),
    Deed("/boards/<key>/stages/<int:stage_id>/move", STAGE, _board("stage_move"), BOARD),
    Deed("/boards/<key>/stages/<int:stage_id>/rename", STAGE, _board("stage_rename"), BOARD),
    Deed("/boards/<key>/stages/<int:stage_id>/delete", "task.stages.delete", _delete_stage, BOARD,
         steps=True),
    Deed("/jobs/<job_id>/step", MOVE, _delete_stage, BOARD, steps=True),
    Deed("/journal/<int:entry_id>/undo", STAGE, _undo, BOARD),
    Deed("/boards/<key>/cards/<int:task_id>/move", MOVE, _board("card_move"), CARDS),
    Deed("/boards/<key>/cards/bulk", MOVE, _board("cards_move"), CARDS),
    Deed("/tasks/<int:task_id>", "tasks.task.update", _edit_task, TASKS),
    Deed("/tasks/<int:task_id>/<any(start, pause, complete, renew, defer):action>", "tasks.task.complete",
         _board("task_complete"), TASKS),
    Deed("/crm/<entity_id>/stages", "crm.status.add", _crm(lambda _: "/stages", lambda page: {
        "title": "Fresh", "color": "#abcdef", "after_id": page.ids[1], "semantic": "process"}), CRM),
    Deed("/crm/<entity_id>/stages/<int:stage_id>/rename", STATUS, _crm(
        lambda page: f"/stages/{page.ids[1]}/rename",
        lambda page: {"title": "Renamed", "seen_title": page.rows[1][2]}), CRM),
    Deed("/crm/<entity_id>/stages/<int:stage_id>/color", STATUS, _crm(
        lambda page: f"/stages/{page.ids[1]}/color", lambda _: {"color": "#123456"}), CRM),
    Deed("/crm/<entity_id>/order", STATUS, _crm(
        lambda _: "/order",
        lambda page: {"order": ",".join(map(str, [page.ids[1], page.ids[0], *page.ids[2:]]))}), CRM),
    Deed("/crm/<entity_id>/colors", STATUS, _paint, CRM),
    Deed("/crm/<entity_id>/copy", STATUS, _copy, CRM),
    Deed("/crm/<entity_id>/stages/<int:stage_id>/delete", "crm.status.delete", _delete_crm, CRM,
         steps=True),
    Deed("/boards/<key>/scrum/backlog", "tasks.api.scrum.backlog.add", _backlog, SCRUM),
    Deed("/boards/<key>/scrum/records", ITEM, _records, SCRUM),
    Deed("/boards/<key>/scrum/points", ITEM, _points, SCRUM),
    Deed("/boards/<key>/scrum/cards/<int:task_id>/move", ITEM, _move_item, SCRUM),
    Deed("/boards/<key>/scrum/cards/bulk", ITEM, _scrum(lambda _: "/cards/bulk", _epic_of_items), SCRUM),
    Deed("/boards/<key>/scrum/epics", "tasks.api.scrum.epic.add", _scrum(
        lambda _: "/epics", lambda _: {"name": "Third epic", "color": "00FF00"}), SCRUM),
    Deed("/boards/<key>/scrum/epics/<int:epic_id>", "tasks.api.scrum.epic.update", _edited_epic, SCRUM),
    Deed("/boards/<key>/scrum/epics/<int:epic_id>/delete", "tasks.api.scrum.epic.delete",
         _asked(lambda team: f"/epics/{team.epic_ids[0]}/delete", to_epic_id=0), SCRUM,
         steps=True),
    Deed("/boards/<key>/scrum/sprints", "tasks.api.scrum.sprint.add", _scrum(
        lambda _: "/sprints", lambda team: {"name": "Summer", "start": "2026-07-01", "end": "2026-07-14",
        "seen": ",".join(map(str, team.sprint_ids))}), SCRUM),
    Deed(SPRINT, "tasks.api.scrum.sprint.update", _edited_sprint, SCRUM),
    Deed(f"{SPRINT}/delete", "tasks.api.scrum.sprint.delete",
         _asked(lambda team: f"/sprints/{team.sprint_ids[1]}/delete"), SCRUM),
    Deed(f"{SPRINT}/start", "tasks.api.scrum.sprint.start", _start, SCRUM, looks=True),
    Deed(f"{SPRINT}/complete", "tasks.api.scrum.sprint.complete", _scrum(
        lambda team: f"/sprints/{team.sprint_ids[0]}/complete", lambda _: {}), SCRUM, looks=True),
    Deed(f"{SPRINT}/cards/<int:task_id>/move", MOVE, _lane(
        lambda lanes: f"/cards/{lanes.cards[lanes.ids[0]][0]}/move",
        lambda lanes: {"stage_id": lanes.ids[1], "was_stage": lanes.ids[0]}), SPRINTS),
    Deed(f"{SPRINT}/cards/bulk", MOVE, _lane(
        lambda _: "/cards/bulk", lambda lanes: {
            "action": "move", "task_ids": _two(lanes), "stage_id": lanes.ids[1],
            "was": ",".join(f"{card}:0:0:{lanes.ids[0]}" for card in _two(lanes))}), SPRINTS),
    Deed(f"{SPRINT}/place", f"{KANBAN}.addtask", _lane(lambda _: "/place", _astray), SPRINTS),
    Deed(f"{SPRINT}/stages", f"{KANBAN}.addstage", _lane(
        lambda _: "/stages",
        lambda lanes: {"title": "Review", "color": "A861AB", "after_id": lanes.ids[1]}), SPRINTS),
    Deed(f"{SPRINT}/stages/<int:stage_id>/rename", f"{KANBAN}.updatestage", _lane(
        lambda lanes: f"/stages/{lanes.ids[1]}/rename",
        lambda _: {"title": "Doing", "seen_title": "In progress"}), SPRINTS),
    Deed(f"{SPRINT}/stages/<int:stage_id>/color", f"{KANBAN}.updatestage", _lane(
        lambda lanes: f"/stages/{lanes.ids[1]}/color", lambda _: {"color": "FF0000"}), SPRINTS),
    Deed(f"{SPRINT}/stages/<int:stage_id>/kind", f"{KANBAN}.updatestage", _lane(
        lambda lanes: f"/stages/{lanes.ids[1]}/kind", lambda _: {"kind": "FINISH"}), SPRINTS),
    Deed(f"{SPRINT}/stages/<int:stage_id>/move", f"{KANBAN}.updatestage", _lane(
        lambda lanes: f"/stages/{lanes.ids[1]}/move",
        lambda lanes: {"after_id": lanes.ids[2]}), SPRINTS),
    Deed(f"{SPRINT}/stages/<int:stage_id>/delete", f"{KANBAN}.deletestage", _delete_lane, SPRINTS,
         steps=True),
]  # fmt: skip

WRITE_NOTHING = {
    "/boards/<key>/news": "tells what others changed",
    "/boards/<key>/scrum/totals": "adds up what the page shows",
    "/boards/<key>/scrum/scale": "a preference of the person, kept by the app",
    "/crm/<entity_id>/code": "proposes a code for a name",
    "/crm/<entity_id>/colors/preview": "shows what would change",
    "/crm/<entity_id>/copy/preview": "shows what would change",
    "/theme": "a preference of the person, kept by the app",
    "/session/end": "ends sessions of the app",
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong until it is over, and what a person is told: status and a part of the sentence.

    `once` for what passes by itself; then the action may also succeed, by the app's second try.
    """

    name: str
    order: dict[str, Any]
    status: frozenset[int]
    told: str
    once: bool = False


def _row(status: int, code: str, answer: int, told: str) -> Fault:
    """A row of the table of transport errors (behaviour.md §1.5), until it is over."""
    order = {"kind": "error", "status": status, "code": code, "description": SECRET}
    return Fault(f"{status} {code}", order, frozenset({answer}), told)


SECRET = "Portal text nobody may read: SELECT * FROM b_user"
ENDED, REFUSED = "Your session has ended", "The portal refused the app"
PLAN = "plan does not include apps"
RIGHTS, LOST = "You may not do this", "The portal's answer was lost"

FAULTS = [
    _row(401, "NO_AUTH_FOUND", 401, ENDED),
    _row(401, "INVALID_CREDENTIALS", 401, ENDED),
    _row(401, "expired_token", 401, ENDED),
    _row(401, "invalid_token", 401, ENDED),
    _row(401, "ERROR_OAUTH", 403, "The app is not installed"),
    _row(401, "insufficient_scope", 403, "The app lacks a permission"),
    _row(401, "authorization_error", 403, "does not let you use the app"),
    _row(401, "user_access_error", 403, "does not let you use the app"),
    _row(401, "APPLICATION_NOT_FOUND", 403, "The app is not installed"),
    _row(401, "ACCESS_DENIED", 403, "plan does not include apps"),
    _row(401, "OVERLOAD_LIMIT", 403, PLAN),
    _row(401, "INVALID_REQUEST", 403, REFUSED),
    _row(401, "CONNECTION_ERROR", 502, ""),
    _row(403, "ACCESS_DENIED", 403, RIGHTS),
    _row(403, "WRONG_AUTH_TYPE", 403, REFUSED),
    _row(403, "WRONG_LICENSE", 403, "plan does not include apps"),
    _row(403, "PORTAL_DELETED", 403, "The portal is closed"),
    _row(404, "ERROR_METHOD_NOT_FOUND", 502, "does not know how to do this"),
    _row(429, "OPERATION_TIME_LIMIT", 429, "has had enough of these requests"),
    _row(503, "QUERY_LIMIT_EXCEEDED", 503, "The portal is busy"),
    _row(500, "INTERNAL_SERVER_ERROR", 502, ""),
    _row(500, "ERROR_UNEXPECTED_ANSWER", 502, ""),
    _row(500, "ERROR_CORE", 502, ""),
    Fault("connection refused", {"kind": "refused"}, frozenset({502}), "cannot be reached"),
    Fault("reset before the effect", {"kind": "drop_before"}, frozenset({502}), LOST),
    Fault("reset before the effect, once", {"kind": "drop_before"}, frozenset({502}), LOST, once=True),
    Fault("reset after the effect, once", {"kind": "drop_after"}, frozenset({502}), LOST, once=True),
    Fault("silence, once", {"kind": "delay", "seconds": SILENCE}, frozenset({504}), "did not answer in time",
          once=True),
    Fault("half an answer, once", {"kind": "half_answer"}, frozenset({502, 504}), "", once=True),
    Fault("broken JSON, once", {"kind": "broken_json"}, frozenset({502}), "", once=True),
    Fault("an HTML page", {"kind": "html", "status": 502}, frozenset({502}), ""),
    Fault("an HTML page after the effect, once", {"kind": "html", "status": 500, "done": True},
          frozenset({502}), "", once=True),
]  # fmt: skip
