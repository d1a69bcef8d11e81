"""Which requests step back for people: those on more things than one batch takes, and steps of jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.functional.actions import hidden, undo_address
from tests.functional.in_process import InProcessApp, Tab, hurried

MANY = 60


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessApp]:
    with hurried(tmp_path_factory.mktemp("stepping")) as found:
        yield found


@pytest.fixture
def waits(ground: InProcessApp, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each request to the portal was one in bulk."""
    ground.restore()
    seen: list[bool] = []
    limiter = ground.flask.extensions["stagecraft"].limiter

    def wait(_portal: str, *, patience: float, bulk: bool = False) -> float:
        del patience
        seen.append(bulk)
        return 0.0

    monkeypatch.setattr(limiter, "wait", wait)
    return seen


@pytest.fixture
def owner(ground: InProcessApp, waits: list[bool]) -> Tab:
    found = ground.tab("owner")
    waits.clear()
    return found


def new_tasks(ground: InProcessApp, stage: int = 0) -> list[int]:
    fields = {"GROUP_ID": ground.sandbox.main_group_id, "RESPONSIBLE_ID": ground.sandbox.user("owner")}
    rows = [
        ground.sandbox.act("owner", "tasks.task.add", fields=fields | {"TITLE": f"{n}", "STAGE_ID": stage})
        for n in range(MANY)
    ]
    return [int(row["task"]["id"]) for row in rows]


def stages(ground: InProcessApp) -> list[int]:
    rows = ground.sandbox.act("owner", "task.stages.get", entityId=ground.sandbox.main_group_id, numeric=1)
    return [int(one["ID"]) for one in sorted(rows, key=lambda one: int(one["SORT"]))]


@pytest.mark.parametrize(
    "form", [{"action": "priority", "priority": 2}, {"action": "complete"}, {"action": "move"}]
)
def test_a_change_of_many_tasks_and_its_way_back(
    ground: InProcessApp, owner: Tab, waits: list[bool], form: dict[str, Any]
) -> None:
    tasks, path = new_tasks(ground), f"/boards/g{ground.sandbox.main_group_id}/cards/bulk"
    if form["action"] == "move":
        form = form | {"stage_id": stages(ground)[-1]}
    done = owner.post(path, task_ids=tasks, **form)
    assert done.status_code == 200, done.text[:300]
    assert len(waits) > 1 and all(waits)
    waits.clear()
    assert owner.post(undo_address(done)).status_code == 200
    assert waits and all(waits)
    waits.clear()
    few = owner.post(path, task_ids=tasks[:2], **form)
    assert few.status_code == 200 and waits and not any(waits), "a person waits for this like for any other"
    waits.clear()
    assert owner.post(undo_address(few)).status_code == 200
    assert waits and not any(waits)


def test_the_steps_of_a_job(ground: InProcessApp, owner: Tab, waits: list[bool]) -> None:
    first, doomed, *_rest = stages(ground)
    new_tasks(ground, doomed)
    path = f"/boards/g{ground.sandbox.main_group_id}/stages/{doomed}/delete"
    asked = hidden(owner.get(path).text)
    assert waits and not any(waits), "somebody looks at the dialog"
    waits.clear()
    begun = owner.post(path, target_stage_id=first, **asked)
    assert begun.status_code == 200 and "/step" in begun.text
    assert waits == [True]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("scrum/points", {}),
        ("scrum/cards/bulk", {"action": "points", "value": "5"}),
        ("scrum/cards/bulk", {"action": "epic", "epic_id": 1}),
        ("scrum/cards/bulk", {"action": "move", "stage_id": 1}),
        ("scrum/records", {"entity_id": 1}),
        ("scrum/sprints/1/cards/bulk", {"action": "move", "stage_id": 1}),
        ("scrum/sprints/1/place", {}),
    ],
)
def test_many_items_of_a_team(
    ground: InProcessApp, owner: Tab, waits: list[bool], path: str, form: dict[str, Any]
) -> None:
    """Whatever the portal says to them."""
    board = f"/boards/g{ground.sandbox.main_group_id}"
    for many in (range(1, MANY), range(1, 3)):
        waits.clear()
        of_each = json.dumps({str(one): "5" for one in many})
        given = form | ({"points": of_each} if path == "scrum/points" else {"task_ids": [*many]})
        owner.post(f"{board}/{path}", **given)
        assert waits and set(waits) == {len(many) > 2}


@pytest.mark.parametrize("most", [3, 100])
@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("colors", {"all": "1", "palette": "berry", "finals": "1"}),
        ("copy", {"source": "DEAL_STAGE", "targets": "DEAL_STAGE_1", "what": "colors"}),
    ],
)
def test_many_stages_of_the_crm(
    ground: InProcessApp,
    waits: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    form: dict[str, Any],
    most: int,
) -> None:
    """The invented portal has fewer of them than one request takes, so here one takes less."""
    ours = ground.sandbox.act("admin", "crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_1"})
    for row in ours:
        ground.sandbox.act("admin", "crm.status.update", id=row["ID"], fields={"COLOR": "#123456"})
    keeper = ground.tab("crm_admin")
    chosen = hidden(keeper.get(f"/crm/DEAL_STAGE_1/{what}").text) | form
    monkeypatch.setattr("web.core.tokens.ONE_REQUEST", most)
    waits.clear()
    done = keeper.post(f"/crm/DEAL_STAGE_1/{what}", **chosen)
    assert done.status_code == 200 and "data-undo" in done.text, done.text[:600]
    assert waits and set(waits) == {most == 3}
